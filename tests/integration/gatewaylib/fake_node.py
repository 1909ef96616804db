"""A node whose answers a test scripts: connects with role node and answers node.invoke.request."""
import json
import threading

from .device import Device
from .ws_client import WsClient

SYSTEM_COMMANDS = ("system.run.prepare", "system.run", "system.which")


class NodeError(Exception):
    """Raised by a handler: the node answers ok:false with this code and message."""

    def __init__(self, code, message):
        self.code, self.message = code, message
        super().__init__("%s: %s" % (code, message))


class FakeNode(WsClient):
    """`handlers` maps a command to a function of its parameters that returns the payload, or None to stay silent.
    Handlers run on their own threads, so a slow one holds up nobody else."""

    def __init__(self, url, handlers, *, device=None, commands=None, display_name="fake-node", **options):
        options.setdefault("caps", ("system",))
        super().__init__(url, device=device or Device(), role="node", scopes=(), client_id="node-host",
                         client_mode="node", display_name=display_name,
                         commands=list(commands if commands is not None else handlers), **options)
        self.handlers = handlers
        self.invocations = []  # payloads of the requests, in order
        self.answers = []      # request ids of the results sent

    @property
    def node_id(self):
        return self.device.id

    def _received(self, frame):
        if frame.get("event") == "node.invoke.request":
            self.invocations.append(frame["payload"])
            threading.Thread(target=self._answer, args=(frame["payload"],), daemon=True).start()
        super()._received(frame)

    def _answer(self, request):
        result = {"id": request["id"], "nodeId": request["nodeId"]}
        try:
            handler = self.handlers.get(request["command"])
            if handler is None:
                raise NodeError("UNAVAILABLE", "command not supported")
            payload = handler(json.loads(request["paramsJSON"]) if request.get("paramsJSON") else None)
            if payload is None:
                return
            result.update(ok=True, payloadJSON=json.dumps(payload))
        except NodeError as error:
            result.update(ok=False, error={"code": error.code, "message": error.message})
        if self.connected:
            self.answers.append(self.send_request("node.invoke.result", result))
