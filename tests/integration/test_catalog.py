"""Models, tools, skills, logs, status and presence as clients see them."""
import json

import pytest
from gatewaylib import FakeNode, RpcError
from mock_provider import text as words

SKILL = "---\nname: %s\ndescription: %s\nmetadata: %s\n---\nText.\n"


def refused(client, method, params):
    with pytest.raises(RpcError) as error:
        client.call(method, params)
    return error.value.message


def provider(*models):
    return {"models": {"providers": {"mock": {"baseUrl": "http://127.0.0.1:9/v1", "apiKey": "k-0123456789",
                                              "models": list(models)}}}}


def test_models(make_gateway):
    gateway = make_gateway(provider({"id": "mock-1", "name": "Mock One", "contextWindow": 128000, "input": ["text", "image"]},
                                    {"id": "mock-2"}))
    client = gateway.client()
    models = client.call("models.list", {})["models"]
    assert {"id": "mock-1", "name": "Mock One", "provider": "mock", "contextWindow": 128000, "reasoning": False,
            "input": ["text", "image"]} in models
    assert [m["name"] for m in models if m["provider"] == "mock"] == ["Mock One", "mock-2"]
    assert [m["id"] for m in models if m["provider"] == "builtin"] == ["operator"]
    assert refused(client, "models.list", {"x": 1}) == "invalid models.list params: at root: unexpected property 'x'"


def test_models_are_restricted_to_the_allowed_ones(make_gateway):
    config = provider({"id": "mock-1"}, {"id": "mock-2"}, {"id": "mock-3"})
    config["agents"] = {"defaults": {"model": "mock/mock-1", "models": {"mock/mock-2": {}}}}
    models = make_gateway(config).client().call("models.list", {})["models"]
    assert [m["id"] for m in models] == ["mock-1", "mock-2"]


def test_tools(gateway, client):
    catalog = client.call("tools.catalog", {})
    assert [p["id"] for p in catalog["profiles"]] == ["minimal", "coding", "messaging", "full"]
    tools = {tool["id"]: (group["id"], tool) for group in catalog["groups"] for tool in group["tools"]}
    assert tools["exec"][0] == "runtime" and tools["exec"][1]["defaultProfiles"] == ["coding"]
    assert tools["session_status"][1]["defaultProfiles"] == ["minimal", "coding", "messaging"]
    assert refused(client, "tools.catalog", {"agentId": "nope"}) == 'unknown agent id "nope"'
    assert refused(client, "tools.effective", {"sessionKey": "main"}) == 'unknown session key "main"'
    client.call("chat.send", {"sessionKey": "main", "message": "help", "idempotencyKey": "t1"})
    client.wait_event("chat", lambda p: p["state"] == "final")
    effective = client.call("tools.effective", {"sessionKey": "main"})
    assert effective["agentId"] == "main" and effective["profile"] == "full"
    assert {tool["id"] for tool in effective["groups"][0]["tools"]} == set(tools)
    assert refused(client, "tools.effective", {"sessionKey": "main", "agentId": "zzz"}) == 'unknown agent id "zzz"'


def test_skills(gateway, client):
    def put(folder, name, description, manifest):
        path = folder / name / "SKILL.md"
        path.parent.mkdir(parents=True)
        path.write_text(SKILL % (name, description, json.dumps({"openclaw": manifest})))
    put(gateway.state / "workspace" / "skills", "weather", "from the workspace", {"emoji": "W", "requires": {"bins": ["sh"]}})
    put(gateway.state / "skills", "weather", "managed", {})
    put(gateway.state / "skills", "notes", "for a Mac", {"os": ["darwin"], "requires": {"env": ["NOTES_KEY"], "bins": ["memo-of-test"]},
                                                         "primaryEnv": "NOTES_KEY"})
    status = client.call("skills.status", {})
    assert status["workspaceDir"] == str(gateway.state / "workspace")
    assert status["managedSkillsDir"] == str(gateway.state / "skills")
    notes, weather = status["skills"]
    assert (weather["description"], weather["source"], weather["eligible"]) == ("from the workspace", "openclaw-workspace", True)
    assert notes["missing"] == {"bins": ["memo-of-test"], "anyBins": [], "env": ["NOTES_KEY"], "config": [], "os": ["darwin"]}
    assert notes["source"] == "openclaw-managed" and notes["eligible"] is False and notes["install"] == []
    assert refused(client, "skills.status", {"agentId": "nope"}) == 'unknown agent id "nope"'

    answer = client.call("skills.update", {"skillKey": "weather", "enabled": False, "env": {"FOO": "bar"}})
    assert answer == {"ok": True, "skillKey": "weather", "config": {"enabled": False, "env": {"FOO": "bar"}}}
    assert "a-notes-key" not in json.dumps(client.call("skills.update", {"skillKey": "notes", "apiKey": "a-notes-key"}))
    notes, weather = client.call("skills.status", {})["skills"]
    assert weather["disabled"] is True and weather["eligible"] is False
    assert notes["missing"]["env"] == []
    stored = json.loads(gateway.config_path.read_text())["skills"]["entries"]
    assert stored == {"weather": {"enabled": False, "env": {"FOO": "bar"}}, "notes": {"apiKey": "a-notes-key"}}
    assert client.call("skills.update", {"skillKey": "weather", "enabled": True, "env": {"FOO": ""}})["config"] == {"enabled": True}


def test_skill_refusals_and_the_node_side(gateway, client):
    assert refused(client, "skills.update", {}) == ("invalid skills.update params: must have required property 'skillKey'; "
                                                    "must have required property 'source'; must match a schema in anyOf")
    assert refused(client, "skills.update", {"source": "clawhub"}) == 'clawhub skills.update requires "slug" or "all"'
    assert refused(client, "skills.update", {"source": "clawhub", "slug": "a", "all": True}) == \
        'clawhub skills.update accepts either "slug" or "all", not both'
    assert refused(client, "skills.bins", {}) == "unauthorized role: operator"
    path = gateway.state / "skills" / "gh" / "SKILL.md"
    path.parent.mkdir(parents=True)
    path.write_text(SKILL % ("gh", "d", '{"openclaw": {"requires": {"bins": ["gh"], "anyBins": ["a", "b"]}}}'))
    node = FakeNode(gateway.url, {"system.run": lambda p: {}}, token=gateway.token).connect()
    assert node.call("skills.bins", {}) == {"bins": ["a", "b", "gh"]}


def test_logs(gateway, client):
    tail = client.call("logs.tail", {"limit": 1})
    assert tail["file"].startswith(str(gateway.state / "logs" / "gateway-")) and tail["cursor"] == tail["size"] > 0
    record = json.loads(tail["lines"][0])
    assert len(tail["lines"]) == 1 and json.loads(record["0"])["subsystem"] and record["1"]
    assert record["_meta"]["logLevelName"] in ("INFO", "WARN") and record["time"] == record["_meta"]["date"]
    again = client.call("logs.tail", {"cursor": tail["cursor"]})
    assert again["lines"] == [] and again["reset"] is False
    assert client.call("logs.tail", {"cursor": tail["size"] + 10 ** 8})["reset"] is True
    assert client.call("logs.tail", {"cursor": 0, "maxBytes": 10})["lines"] == []
    assert refused(client, "logs.tail", {"limit": 0}) == "invalid logs.tail params: at /limit: must be >= 1"
    everything = "\n".join(client.call("logs.tail", {"limit": 5000, "maxBytes": 1_000_000})["lines"])
    assert gateway.token not in everything and "listening on" in everything


def test_status(make_gateway):
    gateway = make_gateway({"agents": {"list": [{"id": "main", "default": True}, {"id": "second"}]}})
    client = gateway.client()
    client.call("chat.send", {"sessionKey": "main", "message": "help", "idempotencyKey": "s1"})
    client.wait_event("chat", lambda p: p["state"] == "final")
    status = client.call("status", {})
    assert [agent["agentId"] for agent in status["heartbeat"]["agents"]] == ["main", "second"]
    assert [(agent["agentId"], agent["count"]) for agent in status["sessions"]["byAgent"]] == [("main", 1), ("second", 0)]
    assert status["sessions"]["count"] == 1 and status["sessions"]["recent"][0]["key"] == "agent:main:main"
    assert status["queuedSystemEvents"] == [] and status["tasks"]["byRuntime"]["cron"] == 0
    reader = gateway.client(scopes=["operator.read"]).call("status", {})["sessions"]
    assert reader["paths"] == [] and reader["recent"] == [] and reader["defaults"] == {"model": None, "contextTokens": None}
    assert [(agent["path"], agent["recent"]) for agent in reader["byAgent"]] == [("[redacted]", [])] * 2


def test_system_event_becomes_presence(gateway, client):
    text = "Node: Test Mac (192.0.2.9) · app 1.2.3 · last input 5s ago · mode local · reason launch"
    assert client.call("system-event", {"text": text, "deviceId": "mac-1", "instanceId": "inst-1", "tags": ["a"]}) == {"ok": True}
    entry = client.wait_event("presence", lambda p: any(e.get("deviceId") == "mac-1" for e in p["presence"]))["presence"][1]
    entry.pop("ts")
    assert entry == {"host": "Test Mac", "ip": "192.0.2.9", "version": "1.2.3", "mode": "local", "lastInputSeconds": 5,
                     "reason": "launch", "deviceId": "mac-1", "instanceId": "inst-1", "text": text}
    client.call("system-event", {"text": "Node: Test Mac", "deviceId": "MAC-1", "lastInputSeconds": 60, "reason": "periodic"})
    assert [e["lastInputSeconds"] for e in client.call("system-presence", {}) if e.get("instanceId") == "inst-1"] == [60]
    assert refused(client, "system-event", {"text": " "}) == "text required"
    # The first report is news to the agent, a sign of life is not.
    assert client.call("status", {})["queuedSystemEvents"] == [
        "Node: Test Mac (192.0.2.9) · app 1.2.3 · mode local · reason launch"]


def test_a_system_event_reaches_the_agent_with_the_next_message(make_gateway, mock_provider):
    gateway = make_gateway({"models": {"providers": {"mock": {
        "baseUrl": mock_provider.base_url, "apiKey": "sk-test-key-123456", "api": "openai-completions",
        "models": [{"id": "mock-1"}]}}}, "agents": {"defaults": {"model": "mock/mock-1"}}})
    client = gateway.client()
    assert client.call("system-event", {"text": "remember the milk"}) == {"ok": True}
    assert client.call("wake", {"mode": "next-heartbeat", "text": "and the bread"}) == {"ok": True}
    assert client.call("wake", {"mode": "now", "text": "  "}) == {"ok": False}
    assert client.call("status", {})["queuedSystemEvents"] == ["remember the milk", "and the bread"]
    assert refused(client, "wake", {"mode": "x"}) == (
        "invalid wake params: must have required property 'text'; at /mode: must be equal to constant; "
        "at /mode: must match a schema in anyOf")
    mock_provider.script([words("understood")])
    client.call("chat.send", {"sessionKey": "main", "message": "hello", "idempotencyKey": "e1"})
    client.wait_event("chat", lambda p: p["state"] == "final")
    sent = json.dumps(mock_provider.requests()[0]["body"])
    assert "remember the milk" in sent and "and the bread" in sent
    assert client.call("status", {})["queuedSystemEvents"] == []


def test_small_ones(client):
    assert client.call("last-heartbeat", {}) is None
    assert client.call("doctor.memory.status", {}) == {"agentId": "main", "embedding": {"ok": False, "error": "memory search unavailable"}}
    assert client.call("update.status", {}) == {"sentinel": None, "updateAvailable": None, "effectiveChannel": "stable",
                                                "schedule": {"channel": "stable", "autoEnabled": False}}
    assert len(client.call("gateway.identity.get", {})["deviceId"]) == 64
