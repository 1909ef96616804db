"""Child processes of tests: output in a file, ended with the test run, their logs shown when a test fails."""
import ctypes
import os
import signal
import subprocess

from .wait import SLOWNESS, wait_until

# Processes started by the running test, for the report of a failure. conftest.py empties it before each test.
started = []

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def _die_with_parent():
    # A killed test run must leave no gateway behind.
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class ManagedProcess:
    def __init__(self, name, command, env, log_path, cwd=None):
        self.name = name
        self.command = [str(word) for word in command]
        self.log_path = log_path
        with open(log_path, "ab") as log:
            self.popen = subprocess.Popen(self.command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                          start_new_session=True, preexec_fn=_die_with_parent)
        started.append(self)

    @property
    def pid(self):
        return self.popen.pid

    @property
    def running(self):
        return self.popen.poll() is None

    @property
    def exit_code(self):
        """None while it runs, -N when signal N ended it."""
        return self.popen.poll()

    def log(self):
        try:
            return self.log_path.read_text(errors="replace")
        except FileNotFoundError:
            return ""

    def wait_for_log(self, text, timeout=10.0):
        """Until `text` appears in the output; fails at once when the process has ended without it."""
        def seen():
            if text in self.log():
                return True
            assert self.running or text in self.log(), "ended with %s" % self.exit_code
            return False
        wait_until(seen, timeout, "%r in the output of %s" % (text, self.name))

    def wait(self, timeout=10.0):
        """The exit code."""
        try:
            return self.popen.wait(timeout * SLOWNESS)
        except subprocess.TimeoutExpired:
            raise AssertionError("%s still runs after %g s" % (self.name, timeout * SLOWNESS)) from None

    def signal(self, number):
        if self.running:
            os.kill(self.pid, number)

    def stop(self, timeout=15.0):
        """SIGTERM and wait. The exit code; AssertionError (after SIGKILL) when it does not end."""
        self.signal(signal.SIGTERM)
        try:
            return self.wait(timeout)
        except AssertionError:
            self.kill9()
            raise

    def kill9(self):
        """As a power cut would: no handler runs."""
        self.signal(signal.SIGKILL)
        return self.popen.wait()
