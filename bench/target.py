"""The processes that are measured: a gateway (ours, the official one) or the echo server, and their memory."""
import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def answers(port, path="/healthz"):
    """True when an HTTP GET gives 200."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(("GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n\r\n" % (path, port)).encode())
            return connection.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def process_tree(pid):
    """The process and everything below it."""
    parents = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
    tree, frontier = [pid], {pid}
    while frontier:
        frontier = {child for child, parent in parents.items() if parent in frontier}
        tree.extend(frontier)
    return tree


def rss_kb(pid):
    """Resident memory of a process and everything below it."""
    total = 0
    for member in process_tree(pid):
        with contextlib.suppress(OSError):
            for line in pathlib.Path("/proc/%d/status" % member).read_text().splitlines():
                if line.startswith("VmRSS:"):
                    total += int(line.split()[1])
    return total


class Target:
    """A server on a free port. `command` is a function of the port that returns the words to run."""

    def __init__(self, name, command, token="", state=None):
        self.name, self.command, self.token = name, command, token
        self.root = pathlib.Path(state or tempfile.mkdtemp(prefix="oc-bench-", dir="/tmp"))
        self.process, self.port = None, 0

    def env(self):
        return {"PATH": os.environ["PATH"], "HOME": str(self.root), "LANG": "C.UTF-8", "NO_COLOR": "1",
                "OPENCLAW_STATE_DIR": str(self.root / "state"), "OPENCLAW_GATEWAY_TOKEN": self.token,
                "OPENCLAW_GATEWAY_PORT": str(self.port), "OPENCLAW_DISABLE_BONJOUR": "1",
                # One address holds every connection of a measurement.
                "OPENCLAW_MAX_PREAUTH_CONNECTIONS_PER_IP": "100000"}

    def start(self, timeout=60.0):
        """Seconds from the start of the process to the first 200 of /healthz."""
        self.port = free_port()
        (self.root / "state").mkdir(mode=0o700, exist_ok=True)
        with open(self.root / "log", "ab") as log:
            begin = time.perf_counter()
            self.process = subprocess.Popen(self.command(self.port), env=self.env(), stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, start_new_session=True)
        while not answers(self.port):
            if self.process.poll() is not None:
                raise RuntimeError("%s ended with %d:\n%s" % (
                    self.name, self.process.returncode, (self.root / "log").read_text(errors="replace")[-2000:]))
            if time.perf_counter() - begin > timeout:
                self.stop()
                raise RuntimeError("%s did not answer within %g s" % (self.name, timeout))
        return time.perf_counter() - begin

    def rss_kb(self):
        return rss_kb(self.process.pid)

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            tree = process_tree(self.process.pid)
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                pass
            for pid in tree:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait()

    def close(self):
        self.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
