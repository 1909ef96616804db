"""Each rule of source_tree reports a small tree that breaks it: a check that cannot fail checks nothing."""
import source_tree as tree

GOOD_HEADER = "#pragma once\n"


def make(root, contents):
    for name, text in contents.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_arrows(tmp_path):
    root = make(tmp_path, {
        "src/base/a.h": GOOD_HEADER,
        "src/net/b.cc": '#include "net/b.h"\n#include "base/a.h"\n#include <vector>\n',
        "src/cli/deep/c.cc": '#include "net/b.h"\n',
        "src/main.cpp": '#include "cli/c.h"\n',
    })
    real = tree.real_arrows(root)
    assert {folder: set(targets) for folder, targets in real.items()} == {
        "base": set(), "net": {"base"}, "cli": {"net"}, "main": {"cli"}}
    drawn = tree.drawn_arrows("# Map\n```arrows\nbase:\nnet: base  # sockets\ncli: net\nmain: cli\n```\n")
    assert list(tree.arrow_problems(real, drawn)) == []
    drawn["net"] = []
    drawn["cli"].append("base")
    drawn["ghost"] = ["base"]
    problems = "\n".join(tree.arrow_problems(real, drawn))
    assert "no arrow net -> base" in problems
    assert "draws cli -> base, and nothing" in problems
    assert "ghost, which has no sources" in problems
    assert tree.drawn_arrows("no block") is None


def test_cycle():
    assert tree.cycle({"a": {"b"}, "b": {"c"}, "c": set()}) is None
    assert tree.cycle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]


def test_long_file(tmp_path):
    make(tmp_path, {"src/a/ok.cc": "x\n" * 600, "src/a/long.cc": "x\n" * 601})
    assert list(tree.long_files(tmp_path)) == ["src/a/long.cc has 601 lines (at most 600)"]


def test_headers(tmp_path):
    make(tmp_path, {"src/a/a.h": GOOD_HEADER, "src/a/b.h": "int x;\n", "src/a/c.h": GOOD_HEADER + "using namespace std;\n"})
    assert list(tree.unguarded_headers(tmp_path)) == ["src/a/b.h has no #pragma once"]
    assert list(tree.using_namespace_in_headers(tmp_path)) == ["src/a/c.h has a using namespace"]


def test_confined_includes(tmp_path):
    make(tmp_path, {
        "src/net/a.cc": "#include <boost/beast/core.hpp>\n#include <openssl/ssl.h>\n",
        "src/cli/parser.cc": "#include <CLI/CLI.hpp>\n",
        "src/cli/other.cc": "#include <CLI/CLI.hpp>\n",
        "src/gateway/b.h": "#include <boost/asio/ssl.hpp>\n#include <sqlite3.h>\n",
    })
    names = sorted(problem.split(" includes ")[0] for problem in tree.unconfined_includes(tmp_path))
    assert names == ["src/cli/other.cc", "src/gateway/b.h", "src/gateway/b.h"]


def test_forbidden_text(tmp_path):
    make(tmp_path, {"docs/a.md": "see " + tree.FORBIDDEN_TEXT[0] + "x", "build/b.md": tree.FORBIDDEN_TEXT[0], "c.md": "fine"})
    assert list(tree.forbidden_text(tmp_path)) == ["docs/a.md mentions " + tree.FORBIDDEN_TEXT[0]]
