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
for folder in (pathlib.Path(__file__).parent, ROOT / "tests" / "integration"):
    sys.path.insert(0, str(folder))

from gatewaylib import Gateway, NodeHost, Sandbox, cli  # noqa: E402
from recorder import Recorder  # noqa: E402

REFERENCE = "2026.4.2"
NEWEST = "2026.9.6"
# An official process on a busy machine needs half a minute to start.
PATIENCE_S = 180


def official(version):
    """The words that run an official release; installs it on first use."""
    done = subprocess.run([ROOT / "scripts" / "official.sh", version, "--print-command"], check=True, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    return done.stdout.split()


class OfficialGateway(Gateway):
    def __init__(self, version):
        super().__init__(env={"OPENCLAW_DISABLE_BONJOUR": "1"})
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

    def run(self, *arguments):
        words = [word.format(url=self.recorder.url, token=self.gateway.token) for word in arguments]
        return cli(*self.words[1:], *words, env=self.env, binary=self.words[0], timeout=PATIENCE_S)

    def close(self):
        self.recorder.close()
        self.sandbox.remove()


# (command, method whose answer is compared, True when stdout is JSON)
COMMANDS = [
    (("gateway", "call", "health", "--url", "{url}", "--token", "{token}", "--json"), "health", True),
    (("gateway", "health", "--url", "{url}", "--token", "{token}", "--json"), "health", True),
    (("health", "--json"), "health", True),
    (("gateway", "call", "status", "--json"), "status", True),
    (("nodes", "list", "--json"), "node.pair.list", True),
    (("nodes", "status", "--json"), "node.list", True),
    (("devices", "list", "--json"), "device.pair.list", True),
    (("gateway", "probe", "--json"), None, True),
]
OURS_TO_OFFICIAL = [
    (("health", "--json"), "health", True),
    (("gateway", "call", "health", "--json"), "health", True),
    (("nodes", "list", "--json"), None, True),
    (("devices", "list", "--json"), "device.pair.list", True),
]


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


def check_command(caller, command, method, is_json, model=None):
    """Runs a command; with `model` (a Caller of the official gateway) its answer has at least the same keys."""
    result = caller.run(*command).ok()
    if is_json:
        result.json()
    if method is None:
        assert caller.recorder.answers, "the command asked the gateway nothing"
        return
    payload = caller.recorder.payload_of(method)
    assert payload is not None, "%s was not answered; seen: %s" % (
        method, ", ".join("%s %s" % (name, "ok" if ok else "refused") for name, ok, _ in caller.recorder.answers) or "nothing")
    if model is None:
        return
    model.run(*command).ok()
    expected = model.recorder.payload_of(method)
    if isinstance(expected, dict):
        missing = sorted(set(expected) - set(payload))
        assert not missing, "the answer to %s lacks %s" % (method, ", ".join(missing))


def official_against_ours(table, version, ours, reference):
    words = official(version)
    caller, model = Caller(words, ours), Caller(words, reference) if reference else None
    try:
        for command, method, is_json in COMMANDS:
            table.row("official %s  %s" % (version, " ".join(command)),
                      lambda: check_command(caller, command, method, is_json, model))
    finally:
        caller.close()
        if model:
            model.close()


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


def ours_against_official(table, binary, reference):
    caller = Caller([binary], reference)
    try:
        for command, method, is_json in OURS_TO_OFFICIAL:
            table.row("ours -> official %s  %s" % (reference.version, " ".join(command)),
                      lambda: check_command(caller, command, method, is_json))
    finally:
        caller.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--newest", action="store_true", help="also run the official commands of %s" % NEWEST)
    parser.add_argument("--only-official", action="store_true",
                        help="the official release against its own gateway: checks the table itself")
    options = parser.parse_args()
    os.environ.setdefault("OPENCLAW_INTEROP_DIR", os.path.expanduser("~/.cache/openclaw-interop"))

    table, reference, ours = Table(), OfficialGateway(REFERENCE), None
    try:
        reference.start(timeout=PATIENCE_S)
        if options.only_official:
            official_against_ours(table, REFERENCE, reference, None)
            table.row("official %s  node run" % REFERENCE, lambda: check_node(reference, REFERENCE))
        else:
            ours = Gateway().start()
            official_against_ours(table, REFERENCE, ours, reference)
            table.row("official %s  node run" % REFERENCE, lambda: check_node(ours, REFERENCE))
            if options.newest:
                official_against_ours(table, NEWEST, ours, None)
            ours_against_official(table, str(ours.binary), reference)
    finally:
        for gateway in filter(None, (ours, reference)):
            gateway.close()
    print("interop: %d passed, %d failed" % (table.passed, table.failed))
    return 1 if table.failed else 0


if __name__ == "__main__":
    sys.exit(main())
