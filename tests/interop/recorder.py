"""A WebSocket proxy that remembers which requests passed and how they were answered: proof that an official command
asked the gateway instead of answering from local files."""
import asyncio
import json
import threading

import websockets


class Recorder:
    def __init__(self, target_port):
        self.target = "ws://127.0.0.1:%d" % target_port
        self.answers = []  # (method, ok, payload or error), in the order of the answers
        self.events = []   # (event, payload.state) as they passed
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the recorder did not start")

    @property
    def url(self):
        return "ws://127.0.0.1:%d" % self.port

    def _run(self):
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            websockets.serve(self._serve, "127.0.0.1", 0, compression=None, max_size=None, ping_interval=None))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()

    async def _serve(self, client, _path):
        async with websockets.connect(self.target, compression=None, max_size=None, ping_interval=None) as gateway:
            methods = {}
            tasks = [asyncio.ensure_future(self._pump(client, gateway, lambda frame: self._asked(methods, frame))),
                     asyncio.ensure_future(self._pump(gateway, client, lambda frame: self._answered(methods, frame)))]
            _, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in pending:
                task.cancel()

    @staticmethod
    async def _pump(source, sink, seen):
        try:
            async for message in source:
                seen(json.loads(message))
                await sink.send(message)
        except websockets.ConnectionClosed:
            pass
        code = source.close_code
        await sink.close(code if code and code not in (1005, 1006) else 1000, source.close_reason or "")

    @staticmethod
    def _asked(methods, frame):
        if frame.get("type") == "req":
            methods[frame["id"]] = frame["method"]

    def _answered(self, methods, frame):
        if frame.get("type") == "event":
            payload = frame.get("payload")
            self.events.append((frame["event"], payload.get("state") if isinstance(payload, dict) else None))
        if frame.get("type") == "res":
            self.answers.append((methods.get(frame["id"], "?"), frame.get("ok"), frame.get("payload", frame.get("error"))))

    def payload_of(self, method):
        """The payload of the last successful answer to a method, None when there was none."""
        return next((payload for name, ok, payload in reversed(self.answers) if name == method and ok), None)

    def close(self):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
