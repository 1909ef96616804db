"""Runs every vector file of this folder through vector_runner and compares by the rules of check.py.

A case that comes out differently, or is skipped, must stand in docs/DEVIATIONS.md with the reason that allows it; one
that stands there must still be different. Files with a layout of their own (no "cases") have unit tests.
"""
import importlib.util
import json
import os
import pathlib
import re
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = pathlib.Path(os.environ.get("OPENCLAW_BUILD", "build/dev"))
RUNNER = (BUILD if BUILD.is_absolute() else ROOT / BUILD) / "tests" / "vector_runner"
DEVIATIONS = ROOT / "docs" / "DEVIATIONS.md"
REASON = re.compile(r"decision \d+|\*\*Ours\*\*.*|tier: edge")

spec = importlib.util.spec_from_file_location("check", HERE / "check.py")
check = importlib.util.module_from_spec(spec)
spec.loader.exec_module(check)


def load_files():
    out = {}
    for path in sorted(HERE.glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        if "cases" in document:
            out[document["area"]] = (path, document["cases"])
    return out


def rows_below(heading):
    """The rows of the first table after a heading, as lists of cells without back quotes."""
    text = DEVIATIONS.read_text(encoding="utf-8").split("\n## " + heading + "\n", 1)
    rows = []
    for line in text[1].splitlines() if len(text) == 2 else []:
        if line.startswith("## "):
            break
        if line.startswith("| "):
            rows.append([cell.strip().replace("`", "") for cell in line.strip("| \n").split(" | ")])
    return [row for row in rows[1:] if not row[0].startswith("---")]


FILES = load_files()
LISTED = {row[0]: row[1] for row in rows_below("Cases decided otherwise")}
# Operations (area/op) and cases (area/case) that wait for the part of the product they belong to.
WAITING = {row[0] for row in rows_below("Waiting for their subject")}


def run_area(area, path):
    child = subprocess.run([str(RUNNER), area, str(path)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                           timeout=120, check=True)
    return {row["id"]: row for row in map(json.loads, child.stdout.splitlines())}


def differences(area, path, cases):
    """{case id: what is different} of every case that is not equal."""
    results = run_area(area, path)
    out = {}
    for case in cases:
        result = results.get(case["id"])
        if result is None:
            out[case["id"]] = "no result"
        elif "skipped" in result:
            out[case["id"]] = "skipped: " + result["skipped"]
        else:
            want = case.get("expectOurs", case["expect"])
            found = ["empty result"] if want and not result["got"] else check.compare(
                want, result["got"], area in check.NULL_IS_DATA)
            if found:
                out[case["id"]] = "; ".join(found)
    return out


@pytest.fixture(scope="module")
def known_areas():
    listing = subprocess.run([str(RUNNER), "--list"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                             timeout=60, check=True).stdout
    return {line.split(":")[0] for line in listing.splitlines()}


def test_there_are_vectors():
    assert len(FILES) > 15


@pytest.mark.parametrize("area", sorted(FILES))
def test_area(area, known_areas):
    assert area in known_areas, "vector_runner has no area " + area
    path, cases = FILES[area]
    found = differences(area, path, cases)
    wrong = []
    for case in cases:
        name = area + "/" + case["id"]
        allowed = name in LISTED or name in WAITING or area + "/" + case["op"] in WAITING
        if case["id"] in found and not allowed:
            wrong.append("%s (%s): %s" % (name, case["op"], found[case["id"]]))
        if case["id"] not in found and allowed:
            wrong.append("%s: equal, but docs/DEVIATIONS.md lists it" % name)
    assert not wrong, "\n" + "\n".join(wrong)


def test_list_of_deviations_is_sound():
    cases = {area + "/" + case["id"]: case for area, (_, items) in FILES.items() for case in items}
    operations = {area + "/" + case["op"] for area, (_, items) in FILES.items() for case in items}
    assert LISTED, "no table in docs/DEVIATIONS.md"
    for name, reason in LISTED.items():
        assert name in cases, name + " is no case of tests/vectors"
        assert REASON.fullmatch(reason), name + ": a decision, an Ours line or tier: edge, not " + repr(reason)
        if reason == "tier: edge":
            assert cases[name].get("tier") == "edge", name + " is no edge case"
        assert name not in WAITING, name + " is listed twice"
    for name in WAITING:
        assert name in cases or name in operations, name + " is neither a case nor an operation"
