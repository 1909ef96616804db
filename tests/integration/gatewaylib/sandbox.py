"""A private world for the processes of one test: home, state, temporary files, environment and ports."""
import os
import pathlib
import random
import shutil
import socket
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
SUPPORT = ROOT / "tests" / "support"
BINARY = pathlib.Path(os.environ.get("OPENCLAW_BIN") or ROOT / "build" / "dev" / "openclaw")

# From the environment of the test run itself; everything else is built here.
PASSED_THROUGH = ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS")


def free_port():
    """A TCP port nobody listens on, on IPv4 and IPv6 loopback. Below the range that outgoing connections take
    theirs from, so that none of those can snatch it."""
    for _ in range(200):
        port = random.randrange(20000, 32000)
        try:
            with socket.socket(socket.AF_INET) as four:
                four.bind(("127.0.0.1", port))
            if socket.has_ipv6:
                with socket.socket(socket.AF_INET6) as six:
                    six.bind(("::1", port))
        except OSError as error:
            if error.errno in (97, 99):  # no IPv6 here
                return port
            continue
        return port
    raise AssertionError("no free port between 20000 and 32000")


class Sandbox:
    """A folder with its own HOME. The path is short: Unix sockets below it have at most 107 characters."""

    def __init__(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="oc-", dir="/tmp"))
        self.home = self.folder("home")
        self.tmp = self.folder("tmp")

    def folder(self, name):
        path = self.root / name
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path

    def env(self, **extra):
        """The whole environment of a child. Values of None are left out."""
        env = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(self.home),
            "TMPDIR": str(self.tmp),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "NO_COLOR": "1",
        }
        env.update({name: os.environ[name] for name in PASSED_THROUGH if name in os.environ})
        env.update({name: str(value) for name, value in extra.items() if value is not None})
        return env

    def remove(self):
        shutil.rmtree(self.root, ignore_errors=True)
