"""A client of the Gateway protocol that shares no code with the product: websockets and cryptography from Debian.

    client = WsClient(url, token=token, device=Device())
    client.connect()                      # challenge, signed connect, hello-ok; raises ConnectRefused
    client.call("health")                 # payload; raises RpcError
    client.wait_event("tick")             # (payload) of the next tick not yet taken
    client.close()
"""
import asyncio
import json
import threading
import time
import uuid

import websockets

from .wait import SLOWNESS

FIVE_SCOPES = ("operator.admin", "operator.read", "operator.write", "operator.approvals", "operator.pairing")


class RpcError(Exception):
    """A response with ok:false."""

    def __init__(self, method, error):
        self.method, self.error = method, error or {}
        self.code = self.error.get("code")
        self.message = self.error.get("message")
        self.details = self.error.get("details") or {}
        self.retryable = self.error.get("retryable")
        self.retry_after_ms = self.error.get("retryAfterMs")
        super().__init__("%s: %s: %s %s" % (method, self.code, self.message, self.details or ""))


class ConnectRefused(RpcError):
    """The gateway refused connect. close_code and close_reason are those of the socket."""

    def __init__(self, error, close_code, close_reason):
        super().__init__("connect", error)
        self.close_code, self.close_reason = close_code, close_reason
        self.detail_code = self.details.get("code")


class ConnectionEnded(Exception):
    def __init__(self, code, reason):
        self.code, self.reason = code, reason
        super().__init__("connection ended: %s %s" % (code, reason))


class _Loop:
    """The one background event loop of the test run."""
    _lock = threading.Lock()
    _loop = None

    @classmethod
    def get(cls):
        with cls._lock:
            if cls._loop is None:
                cls._loop = asyncio.new_event_loop()
                threading.Thread(target=cls._loop.run_forever, name="ws-clients", daemon=True).start()
            return cls._loop

    @classmethod
    def run(cls, coroutine, timeout):
        future = asyncio.run_coroutine_threadsafe(coroutine, cls.get())
        try:
            return future.result(timeout * SLOWNESS)
        except TimeoutError:  # concurrent.futures.TimeoutError is this class since Python 3.11
            future.cancel()
            raise AssertionError("not within %g s" % (timeout * SLOWNESS)) from None


class WsClient:
    def __init__(self, url, *, token=None, password=None, device_token=None, bootstrap_token=None, device=None,
                 role="operator", scopes=FIVE_SCOPES, client_id="cli", client_mode="cli", client_version="1.0.0",
                 platform="linux", device_family=None, display_name=None, instance_id=None, protocol=(3, 3),
                 signature="v3", caps=(), commands=None, permissions=None, headers=None, extra=None):
        self.url, self.device, self.role, self.scopes = url, device, role, list(scopes)
        self.auth = {name: value for name, value in (
            ("token", token), ("password", password), ("deviceToken", device_token), ("bootstrapToken", bootstrap_token),
        ) if value is not None}
        self.client = {name: value for name, value in (
            ("id", client_id), ("mode", client_mode), ("version", client_version), ("platform", platform),
            ("deviceFamily", device_family), ("displayName", display_name), ("instanceId", instance_id),
        ) if value is not None}
        self.protocol, self.signature, self.caps = protocol, signature, list(caps)
        self.commands, self.permissions, self.headers = commands, permissions, headers or {}
        self.extra = extra or {}      # further properties of the connect params, or a function of the challenge
        self.clock_offset_ms = 0      # of signedAt, for tests of stale signatures
        self.challenge = None         # payload of connect.challenge
        self.hello = None             # payload of hello-ok
        self.close_code = self.close_reason = None
        self.frames = []              # every frame received, in order
        self._events = []             # event frames not yet taken by wait_event
        self._pending = {}            # request id -> list of response frames
        self._changed = threading.Condition()
        self._socket = self._reader = None

    # -- connecting

    def open(self, timeout=10.0):
        """Only the WebSocket; the challenge arrives as an event."""
        _Loop.run(self._open(), timeout)
        return self

    async def _open(self):
        self._socket = await websockets.connect(self.url, compression=None, max_size=None, ping_interval=None,
                                                close_timeout=2, extra_headers=self.headers)
        self._reader = asyncio.ensure_future(self._read())

    def connect(self, timeout=10.0):
        """Up to hello-ok. Returns itself."""
        self.open(timeout)
        frame = self.wait_frame(lambda f: f.get("event") == "connect.challenge", timeout)
        self.challenge = frame["payload"]
        with self._changed:
            self._events.remove(frame)
        response = self.request("connect", self.connect_params(), timeout, missing_ok=True)
        if response is None or not response.get("ok"):
            self.wait_closed(timeout)
            raise ConnectRefused((response or {}).get("error"), self.close_code, self.close_reason)
        self.hello = response["payload"]
        return self

    def connect_params(self):
        params = {"minProtocol": self.protocol[0], "maxProtocol": self.protocol[1], "client": dict(self.client),
                  "role": self.role, "scopes": self.scopes, "caps": self.caps}
        if self.commands is not None:
            params["commands"] = list(self.commands)
        if self.permissions is not None:
            params["permissions"] = self.permissions
        if self.auth:
            params["auth"] = dict(self.auth)
        if self.device:
            token = self.auth.get("token") or self.auth.get("deviceToken") or self.auth.get("bootstrapToken") or ""
            params["device"] = self.device.proof(
                nonce=self.challenge["nonce"], signed_at=int(time.time() * 1000) + self.clock_offset_ms,
                client=self.client, role=self.role, scopes=self.scopes, token=token, version=self.signature)
        params.update(self.extra(self.challenge) if callable(self.extra) else self.extra)
        return params

    # -- requests

    def call(self, method, params=None, timeout=10.0, expect_final=False):
        """The payload of the answer. With expect_final an `accepted` answer is skipped."""
        response = self.request(method, params, timeout, expect_final)
        if not response.get("ok"):
            raise RpcError(method, response.get("error"))
        return response.get("payload")

    def request(self, method, params=None, timeout=10.0, expect_final=False, missing_ok=False):
        """The response frame as it came."""
        return self.result_of(self.send_request(method, params), timeout, expect_final, missing_ok)

    def send_request(self, method, params=None, request_id=None):
        """Sends without waiting. The request id, for result_of."""
        request_id = request_id or str(uuid.uuid4())
        frame = {"type": "req", "id": request_id, "method": method}
        if params is not None:
            frame["params"] = params
        with self._changed:
            self._pending.setdefault(request_id, [])
        self.send_raw(json.dumps(frame))
        return request_id

    def result_of(self, request_id, timeout=10.0, expect_final=False, missing_ok=False):
        """The next response to a request. ConnectionEnded when the socket closes first (None if missing_ok)."""
        def accepted(frame):
            return frame.get("ok") and (frame.get("payload") or {}).get("status") == "accepted"

        def take():
            responses = self._pending[request_id]
            while responses:
                frame = responses.pop(0)
                if not (expect_final and isinstance(frame.get("payload"), dict) and accepted(frame)):
                    return frame
            return None
        frame = self._wait(take, timeout, "response to request %s" % request_id, missing_ok)
        return frame

    def send_raw(self, data, timeout=10.0):
        """Text or bytes, whatever they are."""
        assert self._socket is not None, "not connected"
        try:
            _Loop.run(self._socket.send(data), timeout)
        except websockets.ConnectionClosed:
            pass  # the reader has, or will have, the code

    # -- what arrives

    def wait_event(self, name, where=None, timeout=10.0):
        """Takes and returns the payload of the first waiting event of that name for which `where(payload)` holds."""
        return self.wait_event_frame(name, where, timeout).get("payload")

    def wait_event_frame(self, name, where=None, timeout=10.0):
        def take():
            for frame in self._events:
                if frame.get("event") == name and (where is None or where(frame.get("payload"))):
                    self._events.remove(frame)
                    return frame
            return None
        return self._wait(take, timeout, "event %s" % name)

    def events(self, name=None):
        """Payloads of all events received so far, taken or not."""
        with self._changed:
            return [frame.get("payload") for frame in self.frames
                    if frame.get("type") == "event" and name in (None, frame.get("event"))]

    def wait_frame(self, where, timeout=10.0, what="a frame"):
        """The first frame received at any time for which `where(frame)` holds."""
        return self._wait(lambda: next((frame for frame in self.frames if where(frame)), None), timeout, what)

    def _wait(self, take, timeout, what, missing_ok=False):
        deadline = time.monotonic() + timeout * SLOWNESS
        with self._changed:
            while True:
                value = take()
                if value is not None:
                    return value
                if self.close_code is not None:
                    if missing_ok:
                        return None
                    raise ConnectionEnded(self.close_code, self.close_reason)
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError("no %s within %g s; received: %s" % (
                        what, timeout * SLOWNESS, [frame.get("event") or frame.get("type") for frame in self.frames][-20:]))
                self._changed.wait(left)

    async def _read(self):
        try:
            while True:
                self._received(json.loads(await self._socket.recv()))
        except websockets.ConnectionClosed:
            pass
        finally:
            with self._changed:
                # 1006 is this end's word for "no close frame came".
                self.close_code = self._socket.close_code or 1006
                self.close_reason = self._socket.close_reason or ""
                self._changed.notify_all()

    def _received(self, frame):
        with self._changed:
            self.frames.append(frame)
            if frame.get("type") == "event":
                self._events.append(frame)
            elif frame.get("type") == "res":
                self._pending.setdefault(frame.get("id"), []).append(frame)
            self._changed.notify_all()

    # -- ending

    @property
    def connected(self):
        return self._socket is not None and self.close_code is None

    def wait_closed(self, timeout=10.0):
        """(code, reason) once the gateway, or this client, has closed."""
        try:
            self._wait(lambda: None, timeout, "close")
        except ConnectionEnded as ended:
            return ended.code, ended.reason

    def close(self, code=1000, reason=""):
        if self._socket is not None:
            _Loop.run(self._socket.close(code, reason), 10)

    def abort(self):
        """Drops the TCP connection without a close frame, as a dead network does."""
        async def drop():
            self._socket.transport.abort()
        if self._socket is not None:
            _Loop.run(drop(), 10)

    def __enter__(self):
        return self if self._socket is not None else self.connect()

    def __exit__(self, *_):
        self.close()
