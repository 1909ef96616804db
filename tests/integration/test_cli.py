"""The commands, on the gateway's host and by address."""
import json

import pytest
from gatewaylib import FakeNode


def test_health_and_status(gateway):
    assert "Agents: main" in gateway.cli("health").ok().out
    assert gateway.cli("health", "--json").ok().json()["ok"] is True
    overview = gateway.cli("status", "--json").ok().json()
    assert overview["gateway"]["reachable"] is True
    assert "Gateway" in gateway.cli("status").ok().out
    assert "OK" in gateway.cli("gateway", "health").ok().out


def test_every_rpc_command_takes_url_and_token(gateway, sandbox):
    from gatewaylib import cli
    env = sandbox.env(OPENCLAW_STATE_DIR=sandbox.folder("state"))
    for words in (["health"], ["status"], ["gateway", "health"], ["nodes", "list"], ["nodes", "status"], ["devices", "list"],
                  ["gateway", "call", "status"], ["channels", "status"], ["sessions"]):
        document = cli(*words, "--url", gateway.url, "--token", gateway.token, "--json", env=env).ok().json()
        assert document is not None, words


def test_gateway_call(gateway):
    assert gateway.cli("gateway", "call", "system-presence", "--json").ok().json()[0]["mode"] == "gateway"
    failed = gateway.cli("gateway", "call", "no.such", "--json")
    assert failed.code == 1 and failed.json()["error"]["message"] == "unknown method: no.such"
    bad = gateway.cli("gateway", "call", "chat.history", "--params", "{nope")
    assert bad.code == 2 and "--params" in bad.err
    from_stdin = gateway.cli("gateway", "call", "chat.history", "--params", "-", "--json", input='{"sessionKey":"main"}').ok().json()
    assert from_stdin["messages"] == []


def test_config_commands_keep_comments(gateway):
    gateway.config_path.write_text('{\n  // keep me\n  gateway: { mode: "local", auth: { mode: "token", token: "%s" } },\n}\n' % gateway.token)
    assert gateway.cli("config", "get", "gateway.mode").ok().out.strip() == "local"
    gateway.cli("config", "set", "gateway.port", "18999").ok()
    text = gateway.config_path.read_text()
    assert "// keep me" in text and "18999" in text
    gateway.cli("config", "unset", "gateway.port").ok()
    assert "18999" not in gateway.config_path.read_text() and "// keep me" in gateway.config_path.read_text()
    refused = gateway.cli("config", "set", "gateway.port", "many")
    assert refused.code != 0 and "gateway.port" in refused.err
    assert gateway.cli("config", "get", "no.such").code == 1
    assert gateway.cli("config", "file").ok().out.strip().endswith("openclaw.json")


def test_nodes_and_devices(gateway):
    node = FakeNode(gateway.url, {"system.which": lambda p: {"bins": {"ls": "/bin/ls"}}}, token=gateway.token, display_name="Kitchen Pi").connect()
    assert "Kitchen Pi" in gateway.cli("nodes", "status").ok().out
    assert "Kitchen Pi" in gateway.cli("nodes", "list").ok().out
    assert gateway.cli("nodes", "describe", "--node", "kitchen-pi", "--json").ok().json()["nodeId"] == node.node_id
    answer = gateway.cli("nodes", "invoke", "--node", node.node_id[:12], "--command", "system.which", "--params", '{"bins":["ls"]}', "--json").ok()
    assert answer.json()["payload"] == {"bins": {"ls": "/bin/ls"}}
    unknown = gateway.cli("nodes", "describe", "--node", "attic")
    assert unknown.code == 1 and "unknown node: attic" in unknown.err and "Kitchen Pi" in unknown.err
    devices = gateway.cli("devices", "list", "--json").ok().json()
    assert node.node_id in [device["deviceId"] for device in devices["paired"]]
    assert gateway.cli("devices", "approve", "nope").code == 1


@pytest.mark.parametrize("words", [[], ["gateway"], ["gateway", "run"], ["gateway", "call"], ["agent"], ["nodes", "invoke"], ["config", "set"],
                                   ["node", "run"], ["devices", "approve"], ["health"], ["status"]])
def test_help_has_examples(gateway, words):
    done = gateway.cli(*words, "--help").ok()
    assert "Usage:" in done.out or "usage:" in done.out.lower()
    if words and words[-1] in ("run", "call", "agent", "invoke", "set", "approve"):
        assert "Example" in done.out


def test_version_and_completion(gateway):
    assert gateway.cli("--version").ok().out.strip() == "OpenClaw native 0.1.0 (compatible with 2026.4.2)"
    for shell in ("bash", "zsh", "fish"):
        assert "gateway" in gateway.cli("completion", "-s", shell).ok().out


def test_profiles_have_their_own_state(sandbox):
    from gatewaylib import cli
    env = sandbox.env()
    assert "openclaw-work" in cli("--profile", "work", "config", "file", env=env).ok().out
    assert cli("--profile", "a/b", "config", "file", env=env).code == 2
    assert json.loads(cli("--dev", "config", "validate", "--json", env=env).out)["error"] == "file not found"


@pytest.mark.parametrize("topic", ["commands", "config", "methods"])
def test_reference_pages_are_what_the_program_says(sandbox, topic):
    from gatewaylib import ROOT, cli
    shown = cli("docs", topic, env=sandbox.env()).ok().out
    assert (ROOT / "docs" / (topic.upper() + ".md")).read_text() == shown, "run: make docs"
