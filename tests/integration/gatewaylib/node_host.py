"""The real headless node host: `openclaw node run` with its own state folder."""
import json
import uuid

from .process import ManagedProcess
from .sandbox import BINARY, Sandbox
from .wait import wait_until


class NodeHost:
    """`allow` lists the resolved paths of programs it may run without asking; `approvals` replaces the whole file."""

    def __init__(self, gateway, name="test-node", allow=(), approvals=None, port=None, token=None, env=None, binary=None):
        self.gateway, self.name = gateway, name
        self.port = port or gateway.port
        self.token = gateway.token if token is None else token
        self.binary = binary or BINARY
        self.sandbox = Sandbox()
        self.state = self.sandbox.folder("state")
        self.extra_env = dict(env or {})
        self.process = None
        self._starts = 0
        self.write_approvals(approvals if approvals is not None else {
            "version": 1,
            "defaults": {"security": "allowlist", "ask": "on-miss", "askFallback": "deny"},
            "agents": {"*": {"allowlist": [{"id": str(uuid.uuid4()), "pattern": str(path)} for path in allow]}},
        })

    def write_approvals(self, document):
        path = self.state / "exec-approvals.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(document, indent=2))

    def env(self, **extra):
        return self.sandbox.env(OPENCLAW_STATE_DIR=self.state, OPENCLAW_GATEWAY_TOKEN=self.token or None,
                                **{**self.extra_env, **extra})

    def program(self):
        """The words that run openclaw."""
        return [self.binary]

    def start(self, *arguments, wait=True, timeout=20.0):
        assert self.process is None or not self.process.running, "already running"
        self._starts += 1
        self.process = ManagedProcess(
            "node-%s-%d" % (self.name, self._starts),
            [*self.program(), "node", "run", "--host", "127.0.0.1", "--port", self.port, "--display-name", self.name, *arguments],
            self.env(), self.sandbox.root / ("node-%d.log" % self._starts), cwd=self.sandbox.home)
        if wait:
            self.wait_connected(timeout)
        return self

    @property
    def node_id(self):
        """The device id; known once the host has started."""
        return json.loads((self.state / "identity" / "device.json").read_text())["deviceId"]

    def record(self, client):
        """This node in node.list, None when it is not there."""
        nodes = client.call("node.list", {})["nodes"]
        return next((node for node in nodes if node["nodeId"] == self.node_id), None)

    def wait_connected(self, timeout=20.0):
        with self.gateway.client() as client:
            def connected():
                record = self.record(client)
                return record if record and record.get("connected") else None
            return wait_until(connected, timeout, "node %s connected" % self.name)

    def stop(self, timeout=15.0):
        return self.process.stop(timeout)

    def kill9(self):
        return self.process.kill9()

    def close(self):
        if self.process is not None:
            self.process.kill9()
        self.sandbox.remove()
