#!/usr/bin/python3
"""Official OpenClaw releases against our gateway, and our command line against an official gateway (`make interop`).

A row passes when the command exits with 0, its request was answered by the gateway (a recording proxy sits between
them), and the answer has the keys that the official gateway's answer to the same command has in the same run.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
for folder in (pathlib.Path(__file__).parent, ROOT / "tests" / "integration", ROOT / "tests" / "support"):
    sys.path.insert(0, str(folder))

from gatewaylib import ConnectRefused, FakeNode, Gateway, NodeHost, Sandbox, cli  # noqa: E402
from mock_provider import MockProvider  # noqa: E402
from recorder import Recorder  # noqa: E402
from rows import OURS, SHARED  # noqa: E402
from terminal import Terminal  # noqa: E402

REFERENCE = "2026.4.2"
NEWEST = "2026.9.6"
# An official process on a busy machine needs half a minute to start.
PATIENCE_S = 180


def official(version):
    """The words that run an official release; installs it on first use."""
    done = subprocess.run([ROOT / "scripts" / "official.sh", version, "--print-command"], check=True, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    return done.stdout.split()


def with_model(provider):
    """The same model for both sides: a mock that speaks OpenAI's wire format."""
    return {"models": {"providers": {"mock": {
        "baseUrl": provider.base_url, "apiKey": "sk-interop-123456", "api": "openai-completions", "models": [
            {"id": "mock-1", "name": "Mock", "contextWindow": 128000, "maxTokens": 4096}]}}},
        "agents": {"defaults": {"model": {"primary": "mock/mock-1"}}}}


class OfficialGateway(Gateway):
    def __init__(self, version, config):
        super().__init__(config, env={"OPENCLAW_DISABLE_BONJOUR": "1"})
        self.version = version

    def program(self):
        return official(self.version)


class Caller:
    """A command line (ours or an official one) with a home of its own, aimed at one gateway through a recorder."""

    def __init__(self, words, gateway):
        self.words, self.gateway = words, gateway
        self.recorder = Recorder(gateway.port)
        self.sandbox = Sandbox()
        state = self.sandbox.folder("state")
        config = state / "openclaw.json"
        config.touch(mode=0o600)
        config.write_text(json.dumps({"gateway": {
            "mode": "local", "port": self.recorder.port, "auth": {"mode": "token", "token": gateway.token}}}))
        self.env = self.sandbox.env(OPENCLAW_STATE_DIR=state, OPENCLAW_CONFIG_PATH=config, OPENCLAW_DISABLE_BONJOUR="1")

    def run(self, *arguments, **given):
        words = [word.format(url=self.recorder.url, token=self.gateway.token, **given) for word in arguments]
        return cli(*self.words[1:], *words, env=self.env, binary=self.words[0], timeout=PATIENCE_S)

    def close(self):
        self.recorder.close()
        self.sandbox.remove()


class Surroundings:
    """What rows need at a gateway: a node that answers, a device that waits, a device that is paired."""

    def __init__(self, gateway):
        self.gateway, self.node, self.made = gateway, None, []

    def provide(self, need):
        return getattr(self, "_" + need)() if need else {}

    def _node(self):
        if self.node is None:
            self.node = FakeNode(self.gateway.url, {"system.which": lambda params: {"bins": {"sh": "/bin/sh"}}},
                                 token=self.gateway.token, protocol=(3, 4), display_name="interop-node").connect()
            with self.gateway.client(protocol=(3, 4)) as client:
                for request in client.call("node.pair.list", {})["pending"]:
                    client.call("node.pair.approve", {"requestId": request["requestId"]})
        return {"node": self.node.node_id}

    def _request(self):
        """A device on another machine: a forwarding header makes the connection one from outside."""
        stranger = self.gateway.client(connect=False, protocol=(3, 4), headers={"X-Forwarded-For": "192.0.2.7"},
                                       scopes=("operator.read",))
        try:
            stranger.connect()
        except ConnectRefused as refused:
            return {"request": refused.details["requestId"]}
        raise AssertionError("a stranger was let in")

    def _device(self):
        client = self.gateway.client(protocol=(3, 4))
        self.made.append(client)
        return {"device": client.device.id}

    def close(self):
        for client in filter(None, [self.node, *self.made]):
            try:
                client.close()
            except Exception:  # noqa: it may have been revoked meanwhile
                pass


class Table:
    def __init__(self):
        self.passed = self.failed = 0

    def row(self, name, check):
        """Runs a check; its AssertionError is the reason of a failure."""
        try:
            check()
            verdict, reason = "ok", ""
            self.passed += 1
        except Exception as error:  # noqa: a row must never end the table
            verdict, reason = "fail", str(error)
            self.failed += 1
        print("%-5s %s" % (verdict, name), flush=True)
        for line in reason.strip().splitlines()[:12]:
            print("        " + line, flush=True)


def run_row(caller, surroundings, row):
    """Runs a row's command; the answer of the gateway (None when the row names no method) and the result."""
    before = len(caller.recorder.answers)
    given = surroundings.provide(row.needs)
    result = caller.run(*row.words, **given).ok()
    if row.json:
        result.json()
    answers = caller.recorder.answers[before:]
    if row.method is None:
        assert any(ok for _, ok, _ in answers), "the command asked the gateway nothing"
        return result, None
    payload = next((payload for name, ok, payload in reversed(answers) if name == row.method and ok), None)
    assert payload is not None, "%s was not answered; seen: %s" % (
        row.method, ", ".join("%s %s" % (name, "ok" if ok else "refused") for name, ok, _ in answers) or "nothing")
    return result, payload


def lacking(expected, got, without):
    if not isinstance(expected, dict) or not isinstance(got, dict):
        return []
    return sorted(set(expected) - set(got) - set(without))


def check_row(row, caller, surroundings, model):
    """`model`: (caller, surroundings) of the official gateway, whose answer to the same command ours must match."""
    result, payload = run_row(caller, surroundings, row)
    if model is None:
        return
    expected_result, expected = run_row(*model, row)
    missing = lacking(expected, payload, row.without)
    assert not missing, "the answer to %s lacks %s" % (row.method, ", ".join(missing))
    if row.json:
        missing = lacking(expected_result.json(), result.json(), row.without)
        assert not missing, "the output lacks %s" % ", ".join(missing)


def commands(table, name, words, gateway, rows, model_gateway=None):
    """The rows as run by `words` against `gateway`; by the official release against its own one for comparison."""
    caller, around = Caller(words, gateway), Surroundings(gateway)
    model = (Caller(words, model_gateway), Surroundings(model_gateway)) if model_gateway else None
    try:
        for row in rows:
            table.row("%s  %s" % (name, " ".join(row.words)), lambda: check_row(row, caller, around, model))
    finally:
        for part in [caller, around, *(model or ())]:
            part.close()


def check_tui(gateway, words):
    caller = Caller(words, gateway)
    terminal = None
    try:
        terminal = Terminal([*words, "tui", "--url", caller.recorder.url, "--token", gateway.token], caller.env)
        asked = lambda method: caller.recorder.payload_of(method) is not None
        terminal.wait(lambda: asked("connect") and asked("chat.history"), PATIENCE_S, "connection of the TUI")
        terminal.type("help\r")
        terminal.wait(lambda: asked("chat.send"), PATIENCE_S, "chat.send")
        terminal.wait(lambda: any(event == "chat" and state == "final" for event, state in caller.recorder.events), 60, "final chat event")
    finally:
        if terminal:
            terminal.close()
        caller.close()


class OfficialNode(NodeHost):
    """An official node host; it exits when it is refused, so its log says why it did not come."""

    def __init__(self, gateway, words):
        super().__init__(gateway, "official-node")
        self.words = words

    def program(self):
        return self.words


def check_node(ours, version):
    node = OfficialNode(ours, official(version))
    try:
        node.start(timeout=PATIENCE_S)
        with ours.client() as client:
            record = node.record(client)
            assert "system.run" in record["commands"], "commands of the node: %s" % record["commands"]
            answer = client.call("node.invoke", {"nodeId": node.node_id, "command": "system.which",
                                                 "params": {"bins": ["sh"]}, "idempotencyKey": "interop-1"}, timeout=60)
            assert answer["ok"] and "sh" in json.dumps(answer["payload"]), str(answer)
    except AssertionError as error:
        raise AssertionError("%s\n%s" % (error, node.process.log()[-600:] if node.process else "")) from None
    finally:
        node.close()


def check_npm_node(gateway):
    """The independent client from npm: connects, lists sessions, and streams a reply."""
    node, folder = official("openclaw-node")
    done = subprocess.run([node, pathlib.Path(__file__).parent / "npm_client.mjs", folder, gateway.url, gateway.token],
                          stdin=subprocess.DEVNULL, text=True, timeout=PATIENCE_S, capture_output=True)
    assert done.returncode == 0, "%s\n%s" % (done.stdout[-600:], done.stderr[-600:])
    seen = json.loads(done.stdout)
    assert seen["text"] and seen["done"] and isinstance(seen["sessions"], list), str(seen)[:400]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", metavar="VERSION", help="only this official release")
    parser.add_argument("--only-official", action="store_true",
                        help="the official release against its own gateway: checks the table itself")
    options = parser.parse_args()
    os.environ.setdefault("OPENCLAW_INTEROP_DIR", os.path.expanduser("~/.cache/openclaw-interop"))

    table, started = Table(), []

    def running(gateway, **how):
        started.append(gateway)
        return gateway.start(**how)

    provider = MockProvider().start()
    model = with_model(provider)
    versions = [version for version in (REFERENCE, NEWEST) if options.only in (None, version)]
    try:
        ours = None if options.only_official else running(Gateway(model))
        for version in versions:
            words, name = official(version), "official " + version
            reference = running(OfficialGateway(version, model), timeout=PATIENCE_S)
            target = ours or reference
            commands(table, name, words, target, SHARED, reference if ours else None)
            table.row(name + "  node run", lambda: check_node(target, version))
            table.row(name + "  tui", lambda: check_tui(target, words))
            if ours:
                commands(table, "ours -> " + name, [str(ours.binary)], reference, OURS)
            reference.close()
        if ours and not options.only:
            table.row("npm openclaw-node", lambda: check_npm_node(ours))
    finally:
        for gateway in started:
            gateway.close()
        provider.stop()
    print("interop: %d passed, %d failed" % (table.passed, table.failed))
    return 1 if table.failed else 0


if __name__ == "__main__":
    sys.exit(main())
