"""Runs one command of the real binary and returns what it printed."""
import json
import subprocess

from .sandbox import BINARY
from .wait import SLOWNESS


class CliResult:
    def __init__(self, command, code, out, err):
        self.command, self.code, self.out, self.err = command, code, out, err

    def json(self):
        try:
            return json.loads(self.out)
        except ValueError as error:
            raise AssertionError("no JSON (%s) from %s" % (error, self)) from None

    def ok(self):
        """Itself, after checking that the command succeeded."""
        assert self.code == 0, str(self)
        return self

    def __str__(self):
        return "%s\n  exit code %d\n  stdout: %s\n  stderr: %s" % (
            " ".join(self.command), self.code, self.out.strip(), self.err.strip())

    __repr__ = __str__


def cli(*arguments, env, input=None, timeout=30.0, binary=None, cwd=None):
    """`env` is the whole environment (Sandbox.env, Gateway.client_env)."""
    command = [str(binary or BINARY)] + [str(word) for word in arguments]
    try:
        done = subprocess.run(command, env=env, cwd=cwd, text=True, errors="replace", timeout=timeout * SLOWNESS,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              **({"input": input} if input is not None else {"stdin": subprocess.DEVNULL}))
    except subprocess.TimeoutExpired as expired:
        raise AssertionError("%s did not end within %g s; stdout: %r stderr: %r" % (
            " ".join(command), timeout * SLOWNESS, expired.stdout, expired.stderr)) from None
    return CliResult(command, done.returncode, done.stdout, done.stderr)
