"""`make run` from its script on: gateway, node and one agent turn, and nothing left behind."""
import os
import pathlib
import signal
import subprocess

import pytest
from gatewaylib import BINARY, ROOT, wait_until

SCRIPT = ROOT / "scripts" / "run.sh"


def processes_with(text):
    """Ids of processes whose command line or environment mentions `text`."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if text.encode() in (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                pass
    return found


@pytest.fixture
def run_env(sandbox):
    return sandbox.env(OPENCLAW_BIN=BINARY, OPENCLAW_RUN_DIR=sandbox.root / "run")


def test_demonstration_runs_and_ends(sandbox, run_env):
    done = subprocess.run([SCRIPT], env={**run_env, "RUN_ONCE": "1"}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=110)
    assert done.returncode == 0, done.stdout
    assert "> run uptime on %s" % os.uname().nodename in done.stdout
    assert "load average" in done.stdout, done.stdout
    wait_until(lambda: processes_with(str(sandbox.root)) == [], 5, "no process left behind")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_stops_everything(sandbox, run_env, number):
    output = sandbox.root / "output"
    with open(output, "wb") as sink:
        child = subprocess.Popen([SCRIPT], env=run_env, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink,
                                 start_new_session=True)
    try:
        wait_until(lambda: "Ctrl-C stops" in output.read_text(), 60, "the instructions of make run")
        # As a terminal does: to the whole group.
        os.killpg(child.pid, number)
        assert child.wait(30) == 0, output.read_text()
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
    wait_until(lambda: processes_with(str(sandbox.root)) == [], 5, "no process left behind")
