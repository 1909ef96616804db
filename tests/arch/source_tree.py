"""What the architecture tests know about a source tree. Pure functions over a root folder, so that the tests can
also run them on small trees that break each rule."""
import pathlib
import re

CODE = {".cc", ".cpp", ".h", ".py", ".sh", ".cmake", ".js", ".ts"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]', re.M)
MAX_LINES = 600

# Third-party headers that stay behind an interface of ours: prefix -> where they may appear.
CONFINED = {
    "boost/beast": ("src/net/", "bench/"),
    "boost/asio/ssl": ("src/net/",),
    "openssl/": ("src/net/", "src/crypto/"),
    "sqlite3": ("src/store/",),
    "CLI/": ("src/cli/parser.cc",),
}
# Paths of one machine or of a neighbouring folder. Joined here so that this file does not contain them.
FORBIDDEN_TEXT = ("/" + "work/", ".." + "/shared")
FORBIDDEN = [re.compile(rb"(?<![\w.~-])" + re.escape(word.encode())) for word in FORBIDDEN_TEXT]


def files(root, *folders, suffixes=None):
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and (suffixes is None or path.suffix in suffixes):
                yield path


def project_files(root):
    """Every file of the project itself, without what is built or fetched."""
    skipped = {"build", ".git", ".run", ".cache", "node_modules", "__pycache__", ".pytest_cache"}
    for path in sorted(root.rglob("*")):
        if path.is_file() and not skipped & set(path.relative_to(root).parts):
            yield path


def includes(path):
    """Pairs (delimiter, name) of the #include lines of a file."""
    return INCLUDE.findall(path.read_text(errors="replace"))


def floor_of(root, path):
    """The folder of src/ that a file belongs to; "main" for a file directly in src/."""
    parts = path.relative_to(root / "src").parts
    return parts[0] if len(parts) > 1 else "main"


def real_arrows(root):
    """{folder: {included folder: a file that includes it}} as the sources have it."""
    arrows = {}
    for path in files(root, "src", suffixes={".cc", ".cpp", ".h"}):
        origin = floor_of(root, path)
        arrows.setdefault(origin, {})
        for delimiter, name in includes(path):
            target = name.split("/")[0]
            if delimiter == '"' and "/" in name and target != origin:
                arrows[origin].setdefault(target, path.relative_to(root))
    return arrows


def drawn_arrows(text):
    """{folder: [included folders]} from the ```arrows block of ARCHITECTURE.md, None without one."""
    block = re.search(r"^```arrows\n(.*?)^```", text, re.M | re.S)
    if not block:
        return None
    arrows = {}
    for line in block.group(1).splitlines():
        line = line.split("#")[0].strip()
        if line:
            folder, _, targets = line.partition(":")
            arrows.setdefault(folder.strip(), []).extend(targets.split())
    return arrows


def arrow_problems(real, drawn):
    for folder in sorted(real):
        for target, path in sorted(real[folder].items()):
            if target not in drawn.get(folder, ()):
                yield "%s includes %s/, and ARCHITECTURE.md draws no arrow %s -> %s" % (path, target, folder, target)
    for folder in sorted(drawn):
        if folder not in real:
            yield "ARCHITECTURE.md draws arrows of %s, which has no sources" % folder
            continue
        for target in drawn[folder]:
            if target not in real[folder]:
                yield "ARCHITECTURE.md draws %s -> %s, and nothing in %s includes %s/" % (folder, target, folder, target)


def cycle(arrows):
    """One cycle of the graph as a list of folders, None when there is none."""
    done = set()

    def visit(node, trail):
        if node in trail:
            return trail[trail.index(node):] + [node]
        if node in done:
            return None
        for target in sorted(arrows.get(node, ())):
            found = visit(target, trail + [node])
            if found:
                return found
        done.add(node)
        return None

    for start in sorted(arrows):
        found = visit(start, [])
        if found:
            return found
    return None


def long_files(root):
    for path in files(root, "src", "tests", "bench", "scripts", suffixes=CODE):
        lines = len(path.read_text(errors="replace").splitlines())
        if lines > MAX_LINES:
            yield "%s has %d lines (at most %d)" % (path.relative_to(root), lines, MAX_LINES)


def unguarded_headers(root):
    for path in files(root, "src", "bench", "tests", suffixes={".h"}):
        if not re.search(r"^#pragma once$", path.read_text(errors="replace"), re.M):
            yield "%s has no #pragma once" % path.relative_to(root)


def using_namespace_in_headers(root):
    for path in files(root, "src", "bench", "tests", suffixes={".h"}):
        if re.search(r"^\s*using\s+namespace\b", path.read_text(errors="replace"), re.M):
            yield "%s has a using namespace" % path.relative_to(root)


def unconfined_includes(root):
    for path in files(root, "src", "bench", suffixes={".cc", ".cpp", ".h"}):
        name = str(path.relative_to(root))
        for _, header in includes(path):
            for prefix, places in CONFINED.items():
                if header.startswith(prefix) and not name.startswith(places):
                    yield "%s includes %s, which belongs in %s" % (name, header, " or ".join(places))


def forbidden_text(root):
    for path in project_files(root):
        data = path.read_bytes()
        for word, pattern in zip(FORBIDDEN_TEXT, FORBIDDEN):
            if pattern.search(data):
                yield "%s mentions %s" % (path.relative_to(root), word)


def root_of_this_project():
    return pathlib.Path(__file__).resolve().parents[2]


if __name__ == "__main__":
    # The block as the sources have it now, to compare with the drawing.
    for name, targets in sorted(real_arrows(root_of_this_project()).items()):
        print("%s:%s" % (name, "".join(" " + target for target in sorted(targets))))
