"""One HTTP/1.1 connection of a mock server, as an asyncio protocol."""
import asyncio
import json

MAX_BODY = 20 * 1024 * 1024


class Dropped(Exception):
    """The connection is to be closed without an answer."""


class Connection(asyncio.Protocol):
    """HTTP/1.1 with keep-alive. `lost` tells a waiting handler that its client has gone."""

    def __init__(self, mock):
        self.mock, self.buffer, self.more, self.lost = mock, bytearray(), asyncio.Event(), asyncio.Event()

    def connection_made(self, transport):
        self.transport = transport
        self.mock.connections.add(self)
        self.task = asyncio.ensure_future(self.serve())

    def data_received(self, data):
        self.buffer += data
        self.more.set()

    def eof_received(self):
        self.lost.set()
        self.more.set()

    def connection_lost(self, error):
        self.mock.connections.discard(self)
        self.lost.set()
        self.more.set()

    async def fill(self):
        if self.lost.is_set():
            raise ConnectionError
        self.more.clear()
        await self.more.wait()
        if self.lost.is_set() and not self.buffer:
            raise ConnectionError

    async def line_block(self, mark):
        while (at := self.buffer.find(mark)) < 0:
            if len(self.buffer) > 65536:
                raise ConnectionError
            await self.fill()
        block = bytes(self.buffer[:at])
        del self.buffer[:at + len(mark)]
        return block

    async def take(self, count):
        if count > MAX_BODY:
            raise ConnectionError
        while len(self.buffer) < count:
            await self.fill()
        block = bytes(self.buffer[:count])
        del self.buffer[:count]
        return block

    async def read_request(self):
        head = (await self.line_block(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ", 2)
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        if headers.get("expect", "").lower() == "100-continue":
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if "chunked" in headers.get("transfer-encoding", "").lower():
            body = b""
            while size := int((await self.line_block(b"\r\n")).split(b";")[0], 16):
                body += await self.take(size)
                await self.line_block(b"\r\n")
            while await self.line_block(b"\r\n"):
                pass
        else:
            body = await self.take(int(headers.get("content-length", "0")))
        return method, target, headers, body

    def answer(self, status, payload, headers=(), content_type="application/json"):
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        reasons = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict",
                   429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway"}
        lines = [f"HTTP/1.1 {status} {reasons.get(status, 'Status')}", f"Content-Type: {content_type}",
                 f"Content-Length: {len(body)}", "Connection: keep-alive", *headers]
        self.transport.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    async def serve(self):
        try:
            while True:
                method, target, headers, body = await self.read_request()
                await self.mock.handle(self, method, target, headers, body)
                if headers.get("connection", "").lower() == "close":
                    break
        except (ConnectionError, Dropped, ValueError, asyncio.CancelledError):
            pass
        self.transport.close()
