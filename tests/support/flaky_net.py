"""A TCP relay on loopback that misbehaves by a schedule, for tests of reconnecting clients.

Each connection gets the next script; a script is a list of steps:
  ("pass", n)      let n bytes from the server to the client through, in pieces of random size
  ("frame", n)     the same, but n whole WebSocket messages of the server (a cut then falls on a frame border)
  ("delay", s)     hold everything back for s seconds
  ("cut", how)     end both sides: "fin" (orderly), "rst" (reset)
  ("half-open",)   the server's side is dropped with a reset, the client's is left open and silent until it gives up
After the last step the connection is left alone. Bytes from the client to the server always pass at once, but not
while held back. Schedules made by `random_script` depend on their seed only.
"""
import random
import socket
import struct
import threading
import time

PIECES = (1, 2, 7, 64, 1024, 16384)


def random_script(rng, last=False):
    """A few steps that end in some kind of loss; the last script of a schedule ends in peace."""
    steps = []
    for _ in range(rng.randint(1, 3)):
        steps.append(rng.choice([("pass", rng.randint(1, 6000)), ("frame", rng.randint(1, 12)), ("delay", rng.random() / 20)]))
    if not last:
        steps.append(rng.choice([("cut", "fin"), ("cut", "rst"), ("half-open",)]))
    return steps


def schedule(seed, losses):
    rng = random.Random(seed)
    return [random_script(rng) for _ in range(losses)]


def _reset(sock):
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except OSError:
        pass
    sock.close()


class _Frames:
    """Counts the ends of WebSocket frames in a byte stream, after the HTTP head."""

    def __init__(self):
        self.head = b""
        self.in_head = True
        self.buffer = b""

    def first_border(self, data):
        """Bytes of `data` up to and with the first frame end, or None; remembers what it has seen."""
        used = 0
        if self.in_head:
            before = len(self.head)
            self.head += data
            end = self.head.find(b"\r\n\r\n")
            if end < 0:
                return None
            self.in_head = False
            used = end + 4 - before
            self.head = b""
            rest = data[used:]
        else:
            rest = data
        known = len(self.buffer)
        self.buffer += rest
        size = self._frame_size()
        if size is None or len(self.buffer) < size:
            return None
        taken = size - known
        self.buffer = b""
        return used + taken

    def _frame_size(self):
        b = self.buffer
        if len(b) < 2:
            return None
        length, extra = b[1] & 0x7F, 2
        if length == 126:
            if len(b) < 4:
                return None
            length, extra = struct.unpack(">H", b[2:4])[0], 4
        elif length == 127:
            if len(b) < 10:
                return None
            length, extra = struct.unpack(">Q", b[2:10])[0], 10
        return extra + length


class FlakyNet:
    def __init__(self, target_port, scripts, seed=0):
        self.target_port = target_port
        self.scripts = list(scripts)
        self.rng = random.Random(seed)
        self.connections = 0
        self.losses = 0
        self._stop = False
        self._silent = []  # client sides of half-open connections
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._stop = True
        self.listener.close()
        for sock in self._silent:
            sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _accept(self):
        while not self._stop:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            script = self.scripts.pop(0) if self.scripts else []
            self.connections += 1
            threading.Thread(target=self._relay, args=(client, script), daemon=True).start()

    def _relay(self, client, script):
        try:
            server = socket.create_connection(("127.0.0.1", self.target_port))
        except OSError:
            client.close()
            return
        state = {"hold": 0.0}
        threading.Thread(target=self._upward, args=(client, server, state), daemon=True).start()
        try:
            self._downward(client, server, script, state)
        except OSError:
            client.close()
            server.close()

    def _upward(self, client, server, state):
        try:
            while data := client.recv(65536):
                time.sleep(max(0.0, state["hold"] - time.monotonic()))
                server.sendall(data)
        except OSError:
            pass
        for sock in (client, server):
            try:
                sock.close()
            except OSError:
                pass

    def _send_pieces(self, client, data):
        while data:
            size = self.rng.choice(PIECES)
            client.sendall(data[:size])
            data = data[size:]

    def _downward(self, client, server, script, state):
        frames, pending = _Frames(), b""
        for step in script:
            if step[0] == "delay":
                state["hold"] = time.monotonic() + step[1]
                time.sleep(step[1])
            elif step[0] in ("pass", "frame"):
                left = step[1]
                while left > 0:
                    if not pending:
                        pending = server.recv(65536)
                        if not pending:
                            raise OSError("server closed")
                    if step[0] == "pass":
                        part = pending[:left]
                        left -= len(part)
                        # Borders are counted all along, so that a later "frame" step finds them.
                        border = part
                        while (at := frames.first_border(border)) is not None:
                            border = border[at:]
                    else:
                        at = frames.first_border(pending)
                        part = pending if at is None else pending[:at]
                        left -= 0 if at is None else 1
                    pending = pending[len(part):]
                    self._send_pieces(client, part)
            elif step[0] == "cut":
                self.losses += 1
                for sock in (client, server):
                    _reset(sock) if step[1] == "rst" else sock.close()
                return
            else:
                self.losses += 1
                self._silent.append(client)
                _reset(server)
                return
        while True:
            if pending:
                self._send_pieces(client, pending)
            pending = server.recv(65536)
            if not pending:
                raise OSError("server closed")
