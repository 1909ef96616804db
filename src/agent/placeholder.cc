// Placeholder so that the library exists while it grows.
