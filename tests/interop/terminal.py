"""A program in a terminal of its own: what it draws is kept, keys can be sent."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

ESCAPES = re.compile(rb"\x1b\[[0-9;?<>=]*[A-Za-z]|\x1b\][^\x07]*\x07|\x1b[()][A-Z0-9]|\x1b[=>]")


class Terminal:
    def __init__(self, words, env, rows=40, columns=120):
        self.output = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe(str(words[0]), [str(word) for word in words], {**env, "TERM": "xterm-256color"})
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    @property
    def text(self):
        return ESCAPES.sub(b"", self.output).decode(errors="replace")

    def type(self, keys):
        os.write(self.fd, keys.encode())

    def pump(self, seconds):
        """Reads what is drawn for up to `seconds`. False once the program has ended."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if not select.select([self.fd], [], [], left)[0]:
                return True
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                return False
            if not data:
                return False
            self.output += data
        return True

    def wait(self, condition, timeout, what):
        deadline = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > deadline or not self.pump(0.2):
                raise AssertionError("no %s; the terminal shows: %s" % (what, self.text[-1200:]))

    def close(self):
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
        os.close(self.fd)
