"""The real gateway on a free port with its own state folder."""
import copy
import http.client
import json
import secrets

from .cli import cli
from .device import Device
from .process import ManagedProcess
from .sandbox import BINARY, Sandbox, free_port
from .wait import wait_until
from .ws_client import WsClient


def merge(base, patch):
    """`base` with the objects of `patch` merged in."""
    for name, value in patch.items():
        if isinstance(value, dict) and isinstance(base.get(name), dict):
            merge(base[name], value)
        else:
            base[name] = copy.deepcopy(value)
    return base


class Gateway:
    """
        gateway = Gateway(config={"agents": {...}})
        gateway.start()
        client = gateway.client()
        gateway.kill9(); gateway.start()      # the same state and port

    `config` is merged into a configuration with mode local, token auth and the port; None writes no file at all.
    """

    def __init__(self, config=(), env=None, sandbox=None, binary=None, native=None):
        self.sandbox = sandbox or Sandbox()
        self.binary = binary or BINARY
        self.state = self.sandbox.folder("state")
        self.config_path = self.state / "openclaw.json"
        self.port = free_port()
        self.token = secrets.token_hex(24)
        self.extra_env = dict(env or {})
        self.process = None
        self._clients = []
        self._starts = 0
        if config is not None:
            self.write_config(merge({"gateway": {"mode": "local", "port": self.port,
                                                 "auth": {"mode": "token", "token": self.token}}}, dict(config)))
        if native is not None:
            self._write(self.state / "native.json5", json.dumps(native, indent=2))

    # -- files

    def write_config(self, config):
        self.config = config
        self._write(self.config_path, json.dumps(config, indent=2) + "\n")

    @staticmethod
    def _write(path, text):
        path.touch(mode=0o600)
        path.write_text(text)

    # -- addresses and environment

    @property
    def url(self):
        return "ws://127.0.0.1:%d" % self.port

    def env(self, **extra):
        """Of the gateway itself and of commands on its host."""
        return self.sandbox.env(OPENCLAW_STATE_DIR=self.state, OPENCLAW_CONFIG_PATH=self.config_path,
                                **{**self.extra_env, **extra})

    # -- life

    def program(self):
        """The words that run openclaw."""
        assert self.binary.exists(), "%s is missing; run: make test" % self.binary
        return [self.binary]

    def start(self, *arguments, wait=True, timeout=20.0):
        assert self.process is None or not self.process.running, "already running"
        self._starts += 1
        self.process = ManagedProcess(
            "gateway-%d" % self._starts, [*self.program(), "gateway", "run", "--port", self.port, *arguments], self.env(),
            self.sandbox.root / ("gateway-%d.log" % self._starts), cwd=self.sandbox.home)
        if wait:
            self.wait_ready(timeout)
        return self

    def wait_ready(self, timeout=20.0):
        def ready():
            if not self.process.running:
                # Not AssertionError: that would be retried.
                raise RuntimeError("the gateway ended with %s:\n%s" % (self.process.exit_code, self.process.log()[-4000:]))
            return self.http("GET", "/readyz").status == 200
        wait_until(ready, timeout, "gateway ready on port %d" % self.port)

    def stop(self, timeout=15.0):
        """SIGTERM. The exit code."""
        return self.process.stop(timeout)

    def kill9(self):
        return self.process.kill9()

    def restart(self):
        self.stop()
        return self.start()

    def log(self):
        return self.process.log() if self.process else ""

    def close(self):
        """Ends everything of this gateway and removes its files."""
        for client in self._clients:
            try:
                client.close()
            except Exception:  # noqa: the test's own failure matters more
                pass
        if self.process is not None:
            self.process.kill9()
        self.sandbox.remove()

    # -- talking to it

    def http(self, method, path, body=None, headers=None, timeout=10.0):
        """The response, with `.body` (bytes) read."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            response.body = response.read()
            return response
        finally:
            connection.close()

    def client(self, connect=True, **options):
        """A signed operator with the shared token and all scopes, unless options say otherwise."""
        options.setdefault("device", Device())
        if not {"password", "device_token", "bootstrap_token"} & options.keys():
            options.setdefault("token", self.token)
        client = WsClient(options.pop("url", self.url), **options)
        self._clients.append(client)
        return client.connect() if connect else client

    def cli(self, *arguments, env=None, **options):
        """A command on the gateway's host (same state folder)."""
        return cli(*arguments, env=self.env(**(env or {})), binary=self.binary, **options)

    def remote_env(self, sandbox, url=None, **extra):
        """The environment of a command on another machine: only address and token are known there."""
        return sandbox.env(OPENCLAW_STATE_DIR=sandbox.folder("state"), OPENCLAW_GATEWAY_URL=url or self.url,
                           OPENCLAW_GATEWAY_TOKEN=self.token, **extra)
