#!/usr/bin/python3
"""Runs the unit tests (ctest), the architecture tests, the vectors and the integration tests (pytest) against one build.

Ends with one line of totals. With CI set a skipped test is a failure: what a test needs is installed there, so a
skip would hide that it never ran.
"""
import argparse
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SUITES = ("unit", "arch", "vectors", "integration")
# A stuck run ends with a report instead of the CI system's own limit.
SUITE_LIMIT_S = 40 * 60


class Totals:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, passed, failed, skipped):
        self.passed += passed
        self.failed += failed
        self.skipped += skipped


def stream(command, env):
    """Runs a command, shows its output and returns (exit code, output)."""
    print("$ " + " ".join(shlex.quote(str(word)) for word in command), flush=True)
    child = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, errors="replace")
    deadline = time.monotonic() + SUITE_LIMIT_S
    lines = []
    for line in child.stdout:
        sys.stdout.write(line)
        sys.stdout.flush()
        lines.append(line)
        if time.monotonic() > deadline:
            child.kill()
            lines.append("run_tests: stopped after %d s\n" % SUITE_LIMIT_S)
            break
    return child.wait(), "".join(lines)


def parse_ctest(output):
    """(passed, failed, skipped) of a ctest run, None when it has no summary."""
    summary = re.search(r"(\d+) tests? failed out of (\d+)", output)
    if not summary:
        return None
    failed, total = int(summary.group(1)), int(summary.group(2))
    skipped = len(re.findall(r"^\s*\d+ - .* \((?:Skipped|Disabled|Not Run)\)", output, re.M))
    not_run_failures = len(re.findall(r"^\s*\d+ - .* \(Not Run\)", output, re.M))
    # ctest counts a test whose program is missing as failed and lists it as not run.
    skipped -= min(not_run_failures, failed)
    return total - failed - skipped, failed, skipped


def parse_pytest(output):
    """(passed, failed, skipped) of a pytest run from its last line, None when it has none."""
    counts = {}
    for line in reversed(output.splitlines()):
        if re.search(r"\bin [\d.]+s\b", line):
            counts = {word: int(number) for number, word in re.findall(r"(\d+) ([a-z]+)", line)}
            break
    else:
        return None
    failed = counts.get("failed", 0) + counts.get("error", 0) + counts.get("errors", 0)
    skipped = counts.get("skipped", 0) + counts.get("xfailed", 0)
    return counts.get("passed", 0), failed, skipped


def run_unit(build, arguments, env):
    jobs = str(min(os.cpu_count() or 1, 2))
    command = ["ctest", "--test-dir", build, "-j", jobs, "--timeout", "120", "--output-on-failure", "--no-tests=error",
               "--progress"]
    return stream(command + shlex.split(arguments), env), parse_ctest


def run_pytest(folder, arguments, env):
    command = ["/usr/bin/python3", "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:junitxml", "-q", "-rs",
               "--durations=5", "--durations-min=2", folder]
    return stream(command + shlex.split(arguments), env), parse_pytest


def environment(build):
    env = dict(os.environ)
    env["PYTHONDONTWRITEBYTECODE"] = "1"
    # Plugins that happen to be installed must not change what runs.
    env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    env["OPENCLAW_BIN"] = str(ROOT / build / "openclaw")
    env["OPENCLAW_BUILD"] = str(ROOT / build)
    env.setdefault("ASAN_OPTIONS", "detect_stack_use_after_return=1:abort_on_error=0:exitcode=99")
    if "san" in pathlib.PurePath(build).name:
        env.setdefault("OPENCLAW_TEST_SLOWNESS", "4")
    env.setdefault("UBSAN_OPTIONS", "print_stacktrace=1:halt_on_error=1")
    return env


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/dev", help="build folder whose binaries are tested")
    parser.add_argument("--ctest-args", default="", help="further words for ctest")
    parser.add_argument("--pytest-args", default="", help="further words for pytest (integration tests)")
    parser.add_argument("suites", nargs="*", metavar="suite", help="unit, arch, vectors, integration; all without any")
    options = parser.parse_args()
    suites = options.suites or list(SUITES)
    unknown = [suite for suite in suites if suite not in SUITES]
    if unknown:
        parser.error("unknown suite %s (one of %s)" % (unknown[0], ", ".join(SUITES)))

    strict = os.environ.get("CI", "") not in ("", "0", "false")
    env = environment(options.build)
    totals, broken, started = Totals(), [], time.monotonic()
    for suite in suites:
        if suite == "unit":
            (code, output), parse = run_unit(options.build, options.ctest_args, env)
        elif suite == "arch":
            (code, output), parse = run_pytest("tests/arch", "", env)
        elif suite == "vectors":
            (code, output), parse = run_pytest("tests/vectors", "", env)
        else:
            (code, output), parse = run_pytest("tests/integration", options.pytest_args, env)
        counts = parse(output)
        if counts is None:
            broken.append("%s produced no totals" % suite)
            continue
        totals.add(*counts)
        if code != 0 and counts[1] == 0:
            broken.append("%s exited with %d" % (suite, code))
        if sum(counts) == 0:
            broken.append("%s ran no test" % suite)

    if strict and totals.skipped:
        broken.append("%d skipped, which CI does not accept" % totals.skipped)
    for reason in broken:
        print("run_tests: " + reason)
    print("%s (%s): %d passed, %d failed, %d skipped in %d s" % (
        options.build, ", ".join(suites), totals.passed, totals.failed + len(broken), totals.skipped,
        time.monotonic() - started), flush=True)
    return 1 if totals.failed or broken else 0


if __name__ == "__main__":
    sys.exit(main())
