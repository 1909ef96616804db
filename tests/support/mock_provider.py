#!/usr/bin/env python3
"""A model provider for tests: the OpenAI chat completions and the Anthropic messages API on one loopback port.

    with MockProvider() as mock:                 # a thread with its own event loop
        mock.script([text("Hel", "lo"), tool_call("exec", {"command": "ls"}), error(429, headers={"retry-after": "1"})])
        ... mock.base_url ...
        mock.requests()                          # what arrived, with parsed JSON bodies

    python3 mock_provider.py --port 0            # prints the port as its first line; POST /__script, GET /__requests

Each model request takes the first scripted reply whose "match" (if it has one) occurs in the last user text; without
one the reply is "Mock reply to: <last user text>". Request bodies are refused where the real APIs refuse them.

Replies are dicts with a "kind":
  text       deltas [str] (or text), delay_ms between them, thinking, stop ("stop" | "length"), usage {input, output, cached}
  tool_call  name and args, or calls [{name, args, id}]; text first; raw_args (a string that need not be JSON)
  error      status, body (object or string; default in the API's own form), headers
  stream_error  after the deltas an error event in the stream: type, message
  cut        closes the connection after `events` events of the reply `of` (default: the echo)
  slow       waits delay_ms before the first byte of the reply `of`
  hang       sends `events` events of the reply `of` (default 0 and no headers), then nothing until the client closes
  garbage    200 and an event stream that is not JSON (or `bytes`)
"""
import argparse
import asyncio
import json
import os
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from mock_wire import Anthropic, OpenAi, Refused, ident, last_user_text, pieces  # noqa: E402


def text(*deltas, **more):
    return {"kind": "text", "deltas": list(deltas), **more}


def tool_call(name, args=None, **more):
    return {"kind": "tool_call", "name": name, "args": args or {}, **more}


def error(status, body=None, headers=None):
    return {"kind": "error", "status": status, "body": body, "headers": headers or {}}


def cut(events, of=None):
    return {"kind": "cut", "events": events, "of": of}


def slow(delay_ms, of=None):
    return {"kind": "slow", "delay_ms": delay_ms, "of": of}


def hang(events=0, of=None):
    return {"kind": "hang", "events": events, "of": of}


def garbage():
    return {"kind": "garbage"}


class CutOff(Exception):
    pass


class Connection:
    """One client: HTTP/1.1 with keep-alive, one request at a time."""

    def __init__(self, reader, writer):
        self.reader, self.writer, self.buffer = reader, writer, b""

    async def fill(self):
        got = await self.reader.read(65536)
        self.buffer += got
        return bool(got)

    async def until(self, mark):
        while mark not in self.buffer:
            if len(self.buffer) > 1 << 20 or not await self.fill():
                return None
        head, _, self.buffer = self.buffer.partition(mark)
        return head

    async def exactly(self, count):
        while len(self.buffer) < count:
            if not await self.fill():
                return None
        out, self.buffer = self.buffer[:count], self.buffer[count:]
        return out

    async def request(self):
        head = await self.until(b"\r\n\r\n")
        if head is None:
            return None
        lines = head.decode("latin-1").split("\r\n")
        method, path, _ = lines[0].split(" ", 2)
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        if headers.get("expect", "").lower() == "100-continue":
            self.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = b""
        if "chunked" in headers.get("transfer-encoding", ""):
            while True:
                size = await self.until(b"\r\n")
                if size is None:
                    return None
                piece = await self.exactly(int(size.split(b";")[0], 16) + 2)
                if piece is None:
                    return None
                if len(piece) == 2:
                    break
                body += piece[:-2]
        elif int(headers.get("content-length", "0")):
            body = await self.exactly(int(headers["content-length"]))
            if body is None:
                return None
        return method, path, headers, body

    async def client_gone(self):
        """Returns when the client closes. Bytes of a next request stay in the buffer."""
        while await self.fill():
            pass

    async def send(self, data):
        self.writer.write(data if isinstance(data, bytes) else data.encode())
        await self.writer.drain()

    async def reply(self, status, body, headers=None):
        data = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        kind = "application/json" if not isinstance(body, (str, bytes)) else "text/plain"
        fields = {"content-type": kind, "content-length": str(len(data)), "x-request-id": ident("req_", 24), **(headers or {})}
        await self.send(f"HTTP/1.1 {status} Mock\r\n" + "".join(f"{k}: {v}\r\n" for k, v in fields.items()) + "\r\n")
        await self.send(data)

    async def start_stream(self):
        await self.send("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\n"
                        f"x-request-id: {ident('req_', 24)}\r\ntransfer-encoding: chunked\r\n\r\n")

    async def chunk(self, data):
        raw = data if isinstance(data, bytes) else data.encode()
        await self.send(f"{len(raw):x}\r\n".encode() + raw + b"\r\n")


class MockProvider:
    def __init__(self, port=0, key=None):
        self._wanted_port, self._key = port, key
        self._lock = threading.Lock()
        self._script, self._requests = [], []
        self._thread = self._loop = self._stop = None
        self._started, self.port = threading.Event(), None
        self._start_error = None

    # Control; any thread.
    @property
    def base_url(self):
        """For openai-completions; anthropic-messages takes it too (or the same without /v1)."""
        return f"http://127.0.0.1:{self.port}/v1"

    def script(self, replies):
        with self._lock:
            self._script.extend(replies)

    def pending(self):
        with self._lock:
            return len(self._script)

    def requests(self):
        """Model requests so far: {method, path, headers, body, status, closed_by_client, done}."""
        with self._lock:
            return [dict(r) for r in self._requests]

    def reset(self):
        with self._lock:
            self._script.clear()
            self._requests.clear()

    def start(self):
        self._thread = threading.Thread(target=lambda: asyncio.run(self.serve()), daemon=True)
        self._thread.start()
        if not self._started.wait(10) or self._start_error:
            raise RuntimeError(f"mock provider did not start: {self._start_error}")
        return self

    def stop(self):
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread:
            self._thread.join(10)

    __enter__ = start

    def __exit__(self, *_):
        self.stop()

    # Serving; the loop's thread.
    async def serve(self, announce=None):
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        tasks = set()

        async def client(reader, writer):
            task = asyncio.current_task()
            tasks.add(task)
            try:
                await self._client(Connection(reader, writer))
            except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                pass
            finally:
                tasks.discard(task)
                writer.close()

        try:
            server = await asyncio.start_server(client, "127.0.0.1", self._wanted_port)
        except OSError as e:
            self._start_error = e
            self._started.set()
            return
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        if announce:
            announce(self.port)
        await self._stop.wait()
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _client(self, connection):
        while True:
            request = await connection.request()
            if request is None:
                return
            method, path, headers, body = request
            path = path.split("?")[0]
            if path.startswith("/__"):
                await self._control(connection, method, path, body)
            elif method == "GET" and path.endswith("/models"):
                await connection.reply(200, {"object": "list", "data": [
                    {"id": "mock-1", "object": "model", "type": "model", "display_name": "mock-1", "created": 1700000000,
                     "owned_by": "mock"}]})
            else:
                record = {"method": method, "path": path, "headers": headers, "body": None, "status": None,
                          "closed_by_client": False, "done": False}
                with self._lock:
                    self._requests.append(record)
                try:
                    if not await self._model(connection, record, body):
                        return
                finally:
                    record["done"] = True

    async def _control(self, connection, method, path, body):
        if method == "POST" and path == "/__script":
            replies = json.loads(body)
            self.script(replies if isinstance(replies, list) else [replies])
            await connection.reply(200, {"ok": True, "pending": self.pending()})
        elif method == "GET" and path == "/__requests":
            await connection.reply(200, self.requests())
        elif method == "POST" and path == "/__reset":
            self.reset()
            await connection.reply(200, {"ok": True})
        else:
            await connection.reply(404, {"error": "no such control path"})

    def _next_reply(self, user_text):
        with self._lock:
            for i, reply in enumerate(self._script):
                if reply.get("match", "") in user_text:
                    return self._script.pop(i)
        return self._echo(user_text)

    @staticmethod
    def _echo(user_text):
        return {"kind": "text", "deltas": pieces("Mock reply to: " + user_text, 12)}

    async def _model(self, connection, record, raw):
        """False when the connection is to be closed."""
        api = {"/v1/chat/completions": OpenAi, "/chat/completions": OpenAi, "/v1/messages": Anthropic}.get(record["path"])
        if api is None or record["method"] != "POST":
            record["status"] = 404
            await connection.reply(404, OpenAi.error_body(404, f"Invalid URL ({record['method']} {record['path']})", "unknown_url"))
            return True
        headers = record["headers"]
        try:
            body = record["body"] = json.loads(raw)
            if not isinstance(body, dict):
                raise ValueError
            given = headers.get("x-api-key") or headers.get("authorization", "").removeprefix("Bearer ")
            if self._key and given != self._key:
                message = "invalid x-api-key" if api is Anthropic else f"Incorrect API key provided: {given}."
                raise Refused(401, message)
            api.validate(body, headers)
        except Refused as e:
            record["status"] = e.status
            await connection.reply(e.status, api.error_body(e.status, e.message, e.code, e.param))
            return True
        except (ValueError, AttributeError, TypeError):
            record["status"] = 400
            await connection.reply(400, api.error_body(400, "We could not parse the JSON body of your request."))
            return True
        reply = self._next_reply(last_user_text(body["messages"]))
        sending = asyncio.ensure_future(self._send(connection, record, api, body, reply))
        gone = asyncio.ensure_future(connection.client_gone())
        try:
            await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not sending.done():
                record["closed_by_client"] = True
                return False
            try:
                return sending.result()
            except CutOff:
                return False
            except ConnectionError:
                record["closed_by_client"] = True
                return False
        finally:
            for task in (sending, gone):
                task.cancel()
            await asyncio.gather(sending, gone, return_exceptions=True)

    async def _send(self, connection, record, api, body, reply):
        limit, end = None, None
        while reply["kind"] in ("slow", "cut", "hang"):
            inner = reply.get("of") or self._echo(last_user_text(body["messages"]))
            if reply["kind"] == "slow":
                await asyncio.sleep(reply["delay_ms"] / 1000)
            else:
                limit, end = reply.get("events", 0), reply["kind"]
            reply = inner
        if end == "hang" and limit == 0:
            await asyncio.Event().wait()
        if end == "cut" and limit == 0:
            raise CutOff
        kind = reply["kind"]
        if kind == "error":
            status = record["status"] = reply.get("status", 500)
            answer = reply.get("body")
            if answer is None:
                answer = api.error_body(status, reply.get("message", f"mock error {status}"))
            await connection.reply(status, answer, reply.get("headers"))
            return True
        record["status"] = 200
        if kind == "garbage":
            await connection.start_stream()
            await connection.chunk(reply.get("bytes", "data: {\"choices\": [{\"delta\": {\"con\n\ndata: \x00\x01 not json\n\n"))
            await connection.send("0\r\n\r\n")
            return True
        if not body.get("stream"):
            await connection.reply(200, api.whole(body, reply))
            return True
        await connection.start_stream()
        sent = 0
        for event in api.events(body, reply):
            if event is None:
                await asyncio.sleep(reply.get("delay_ms", 0) / 1000)
                continue
            if limit is not None and sent >= limit:
                break
            await connection.chunk(event)
            sent += 1
        if end == "hang":
            await asyncio.Event().wait()
        if end == "cut":
            raise CutOff
        await connection.send("0\r\n\r\n")
        return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", help="refuse requests without this API key")
    args = parser.parse_args()
    mock = MockProvider(args.port, args.key)
    try:
        asyncio.run(mock.serve(lambda port: print(port, flush=True)))
    except KeyboardInterrupt:
        pass
    if mock._start_error:
        sys.exit(f"cannot listen on 127.0.0.1:{args.port}: {mock._start_error}")


if __name__ == "__main__":
    main()
