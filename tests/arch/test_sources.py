"""Rules that every source file keeps."""
import source_tree as tree

ROOT = tree.root_of_this_project()


def check(problems):
    found = list(problems)
    assert not found, "\n" + "\n".join(found)


def test_no_file_is_too_long():
    check(tree.long_files(ROOT))


def test_headers_have_pragma_once():
    check(tree.unguarded_headers(ROOT))


def test_no_using_namespace_in_headers():
    check(tree.using_namespace_in_headers(ROOT))


def test_third_party_headers_stay_behind_our_interfaces():
    check(tree.unconfined_includes(ROOT))


def test_nothing_points_outside_the_project():
    check(tree.forbidden_text(ROOT))
