"""The arrows between the folders of src/ are exactly those that ARCHITECTURE.md draws, and form no cycle."""
import source_tree as tree

ROOT = tree.root_of_this_project()


def drawn():
    document = ROOT / "ARCHITECTURE.md"
    assert document.exists(), "ARCHITECTURE.md is missing"
    arrows = tree.drawn_arrows(document.read_text())
    assert arrows, "ARCHITECTURE.md has no ```arrows block (lines `folder: dependency dependency`)"
    return arrows


def test_arrows_are_the_drawn_ones():
    problems = list(tree.arrow_problems(tree.real_arrows(ROOT), drawn()))
    assert not problems, "\n" + "\n".join(problems)


def test_no_cycle():
    found = tree.cycle(tree.real_arrows(ROOT))
    assert found is None, "folders include each other: " + " -> ".join(found)
