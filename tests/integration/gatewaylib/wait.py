"""Waiting for conditions. Tests never sleep for a guessed time."""
import os
import time

# Sanitizer builds and busy machines are slow; deadlines only bound a failure, so they may be generous.
SLOWNESS = float(os.environ.get("OPENCLAW_TEST_SLOWNESS", "1"))


def wait_until(condition, timeout=10.0, what="condition", every=0.02):
    """Returns the first true value of `condition()`. AssertionError after `timeout` seconds, with the last error
    that the condition raised."""
    deadline = time.monotonic() + timeout * SLOWNESS
    last_error = None
    while True:
        try:
            value = condition()
            if value:
                return value
            last_error = None
        except (AssertionError, OSError, KeyError, IndexError) as error:
            last_error = error
        if time.monotonic() > deadline:
            reason = " (%s: %s)" % (type(last_error).__name__, last_error) if last_error else ""
            raise AssertionError("not within %g s: %s%s" % (timeout * SLOWNESS, what, reason))
        time.sleep(every)
