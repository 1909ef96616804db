#!/usr/bin/python3
"""Fails when a document links to a file or a heading of this repository that does not exist."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.M | re.S)


def anchors(text):
    """The names GitHub gives to the headings of a document."""
    names = set()
    for heading in re.findall(r"^#+\s+(.*)$", FENCE.sub("", text), re.M):
        plain = re.sub(r"[`*]", "", heading).strip().lower()
        names.add(re.sub(r"[^\w\- ]", "", plain).replace(" ", "-"))
    return names


def problems(root):
    documents = sorted(path for path in root.rglob("*.md") if not {"build", ".git"} & set(path.relative_to(root).parts))
    for document in documents:
        text = document.read_text()
        for target in LINK.findall(FENCE.sub("", text)):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = target.partition("#")
            file = (document.parent / name) if name else document
            if not file.exists():
                yield "%s: %s does not exist" % (document.relative_to(root), target)
            elif anchor and file.suffix == ".md" and anchor not in anchors(file.read_text()):
                yield "%s: no heading for %s" % (document.relative_to(root), target)


def main():
    found = list(problems(ROOT))
    for problem in found:
        print(problem)
    print("docs: %d broken links" % len(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
