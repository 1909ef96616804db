#!/usr/bin/python3
"""Measures the gateway and the command line and prints each figure beside its budget (bench/README.md)."""
import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time

from target import Target

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOKEN = "bench-token-0123456789"
OFFICIAL_VERSION = "2026.4.2"

# key: (title, unit, budget, limit of the bare server, True when more is better)
FIGURES = {
    "size": ("size of the binary", "MB", 12, None, False),
    "start": ("start to first /healthz 200, median of 10", "ms", 20, 4, False),
    "idle_rss": ("idle memory", "MB", 12, 6, False),
    "idle_connection": ("each of 1,000 idle connections", "kB", 10, None, False),
    "many_rss": ("memory with 10,000 idle connections", "MB", 120, None, False),
    "health_time": ("openclaw health", "ms", 12, 2, False),
    "health_peak": ("openclaw health, peak memory", "MB", 10, None, False),
    "status_time": ("openclaw status", "ms", 12, 2, False),
    "status_peak": ("openclaw status, peak memory", "MB", 10, None, False),
    "connect_p50": ("connect with signature, one at a time, p50", "ms", 1, None, False),
    "connect_rate": ("connect with signature, 16 at once", "/s", 4000, 10200, True),
    "rpc_rate": ("health, one at a time", "/s", 25000, 34800, True),
    "rpc_p50": ("health, one at a time, p50", "ms", 0.04, 0.027, False),
    "rpc_32": ("health, 32 in flight", "/s", 70000, 99000, True),
    "rpc_16x4": ("health, 16 connections with 4 in flight", "/s", 70000, 99000, True),
}
QUIET = {"rpc_rate", "rpc_32", "rpc_16x4"}  # what the echo server must reach for a run to count


class Bench:
    def __init__(self, tools, seconds):
        self.load_program, self.seconds = str(tools / "openclaw_load"), seconds
        self.notes = []

    def load(self, target, *arguments, timeout=300):
        """The last JSON object that openclaw_load printed. A failed measurement is noted and gives {}."""
        env = {**target.env(), "OPENCLAW_GATEWAY_TOKEN": target.token}
        done = subprocess.run([self.load_program, *map(str, arguments)], env=env, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout)
        if done.returncode != 0 or not done.stdout.strip():
            self.notes.append("%s, %s: %s" % (target.name, " ".join(map(str, arguments)), done.stderr.strip()[-300:]))
            return {}
        return json.loads(done.stdout.strip().splitlines()[-1])

    def requests(self, target):
        port = ("--port", target.port, "--seconds", self.seconds)
        one = self.load(target, "rpc", *port)
        return {"rpc_rate": one.get("rate"), "rpc_p50": one.get("p50_ms"),
                "rpc_32": self.load(target, "rpc", *port, "--depth", 32).get("rate"),
                "rpc_16x4": self.load(target, "rpc", *port, "--conns", 16, "--depth", 4).get("rate")}

    def connects(self, target, total=2000):
        port = ("--port", target.port, "--identities", 16)
        return {"connect_p50": self.load(target, "conn", *port, "--conns", 1, "--total", total // 4).get("p50_ms"),
                "connect_rate": self.load(target, "conn", *port, "--conns", 16, "--total", total).get("rate")}

    def starts(self, target, count=10):
        times = []
        for index in range(count):
            times.append(target.start() * 1e3)
            if index + 1 < count:
                target.stop()
        return {"start": statistics.median(times)}

    def rss_with(self, target, count):
        """Resident kB of the target while `count` connections are held."""
        child = subprocess.Popen(
            [self.load_program, "idle", "--port", str(target.port), "--conns", str(count), "--seconds", "600"],
            env=target.env(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        try:
            ready = json.loads(child.stdout.readline() or '{"ready": 0}')
            if ready["ready"] != count:
                self.notes.append("%s: only %d of %d connections" % (target.name, ready["ready"], count))
                return None
            return target.rss_kb()
        finally:
            child.kill()
            child.wait()

    def memory(self, target, many):
        time.sleep(2)  # start-up work ends
        idle = target.rss_kb()
        out = {"idle_rss": idle / 1024}
        with_thousand = self.rss_with(target, 1000)
        if with_thousand:
            out["idle_connection"] = (with_thousand - idle) / 1000
        if many:
            limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
            if limit < 10100:
                self.notes.append("10,000 connections left out: ulimit -n is %d, 10,100 are needed" % limit)
            else:
                out["many_rss"] = (self.rss_with(target, 10000) or 0) / 1024 or None
        return out

    def commands(self, target, words, count=20):
        out = {}
        for name in ("health", "status"):
            measured = self.load(target, "exec", count, *words, name)
            out[name + "_time"] = measured.get("p50_ms")
            out[name + "_peak"] = measured["peak_kb"] / 1024 if measured else None
        return out


def write_config(target):
    state = target.root / "state"
    state.mkdir(mode=0o700, exist_ok=True)
    path = state / "openclaw.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps({"gateway": {"mode": "local", "auth": {"mode": "token", "token": TOKEN}}}))


def measure_ours(bench, binary):
    with Target("openclaw", lambda port: [binary, "gateway", "run", "--port", str(port)], TOKEN) as target:
        write_config(target)
        out = {"size": pathlib.Path(binary).stat().st_size / 1e6}
        out.update(bench.starts(target))
        out.update(bench.memory(target, many=True))
        out.update(bench.commands(target, [binary]))
        out.update(bench.connects(target))
        out.update(bench.requests(target))
        return out


def measure_echo(bench, program):
    with Target("echo", lambda port: [program, str(port)]) as target:
        out = bench.starts(target)
        out.update(bench.memory(target, many=False))
        out["connect_rate"] = bench.load(target, "conn", "--port", target.port, "--conns", 16, "--total", 4000).get("rate")
        out.update(bench.requests(target))
        return out


def measure_official(bench):
    script = str(ROOT / "scripts" / "official.sh")
    real_home = os.environ.get("HOME", "/root")
    os.environ.setdefault("OPENCLAW_INTEROP_DIR", real_home + "/.cache/openclaw-interop")
    words = subprocess.run([script, OFFICIAL_VERSION, "--print-command"], check=True, text=True,
                           stdout=subprocess.PIPE).stdout.split()
    with Target("official " + OFFICIAL_VERSION,
                lambda port: [*words, "gateway", "run", "--port", str(port)], TOKEN) as target:
        write_config(target)
        folder = pathlib.Path(words[-1]).parents[2]
        size = subprocess.run(["du", "-sk", str(folder)], check=True, text=True, stdout=subprocess.PIPE).stdout.split()[0]
        out = {"size": int(size) / 1000}
        out.update(bench.starts(target, 3))
        time.sleep(10)  # its channels and plugins load after the first answer
        out.update(bench.memory(target, many=False))
        out.update(bench.commands(target, words, 3))
        out.update(bench.connects(target, 800))
        out.update(bench.requests(target))
        return out


def text(value):
    if value is None:
        return "-"
    return "%d" % value if value >= 1000 else "%.3g" % value


def verdict(key, value):
    _, _, budget, _, more_is_better = FIGURES[key]
    if value is None:
        return "not measured"
    return "ok" if (value >= budget if more_is_better else value <= budget) else "over"


def print_table(ours, echo, official):
    columns = ["figure", "unit", "ours", "budget", "", "echo", "limit"] + (["official", "ratio"] if official else [])
    rows = [columns]
    for key, (title, unit, budget, limit, _) in FIGURES.items():
        row = [title, unit, text(ours.get(key)), text(budget), verdict(key, ours.get(key)), text(echo.get(key)), text(limit)]
        if official:
            theirs = official.get(key)
            ratio = max(theirs, ours[key]) / min(theirs, ours[key]) if theirs and ours.get(key) else None
            row += [text(theirs), text(ratio)]
        rows.append(row)
    widths = [max(len(row[column]) for row in rows) for column in range(len(columns))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", default=str(ROOT / "build" / "openclaw"))
    parser.add_argument("--tools", default=str(ROOT / "build" / "bench" / "bench"), help="folder of openclaw_load and openclaw_echo")
    parser.add_argument("--seconds", type=float, default=5, help="length of each request measurement")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    parser.add_argument("--echo-only", action="store_true", help="only check the machine")
    options = parser.parse_args()
    tools = pathlib.Path(options.tools)
    bench = Bench(tools, options.seconds)

    echo = measure_echo(bench, str(tools / "openclaw_echo"))
    ours = {} if options.echo_only else measure_ours(bench, options.binary)
    official = {}
    if os.environ.get("OPENCLAW_BENCH_OFFICIAL") == "1" and not options.echo_only:
        official = measure_official(bench)

    print_table(ours, echo, official)
    slow = [key for key in QUIET if (echo.get(key) or 0) < 0.8 * FIGURES[key][3]]
    quiet = not slow
    for note in bench.notes:
        print("note: " + note)
    if not quiet:
        print("note: the echo server is more than 20 %% below its limit in %s: this machine is busy or slower than the one "
              "of the budgets; only ratios count" % ", ".join(FIGURES[key][0] for key in sorted(slow)))
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(
            {"ours": ours, "echo": echo, "official": official, "quiet": quiet, "notes": bench.notes}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
