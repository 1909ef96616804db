"""config.*: reading, the schema, guarded writes and what they change in the running gateway."""
import hashlib
import json

import pytest
from gatewaylib import ConnectRefused, FakeNode, RpcError
from gatewaylib.wait import wait_until

REDACTED = "__OPENCLAW_REDACTED__"
COMMENTED = """{
  // the port is checked by the firewall
  gateway: { mode: "local", port: %d, auth: { mode: "token", token: "%s" } },
  models: {
    providers: { mock: { baseUrl: "http://127.0.0.1:9/v1", apiKey: "a-provider-key-0001" } }, // paid by the team
  },
}
"""


def refused(client, method, params):
    with pytest.raises(RpcError) as error:
        client.call(method, params)
    return error.value


@pytest.fixture
def commented(make_gateway):
    """A gateway whose file has comments and secrets."""
    gateway = make_gateway(start=False)
    gateway.config_path.write_text(COMMENTED % (gateway.port, gateway.token))
    return gateway.start()


def file_of(gateway):
    return gateway.config_path.read_text()


def test_nothing_secret_is_shown_to_a_reader(commented):
    shown = commented.client(scopes=["operator.read"]).call("config.get", {})
    text = json.dumps(shown)
    assert commented.token not in text and "a-provider-key-0001" not in text
    assert shown["raw"] is None and shown["valid"] is True and shown["issues"] == []
    for part in ("parsed", "sourceConfig", "resolved", "runtimeConfig", "config"):
        assert shown[part]["gateway"]["auth"]["token"] == REDACTED, part
        assert shown[part]["models"]["providers"]["mock"]["apiKey"] == REDACTED, part
    assert shown["hash"] == hashlib.sha256(file_of(commented).encode()).hexdigest()
    assert shown["path"] == str(commented.config_path)
    assert shown["config"]["commands"]["native"] == "auto" and "commands" not in shown["resolved"]


def test_the_text_is_shown_when_it_can_be_turned_back(gateway, client):
    raw = client.call("config.get", {})["raw"]
    assert gateway.token not in raw and json.loads(raw)["gateway"]["auth"]["token"] == REDACTED


def test_config_get_reads_the_file_as_it_is_now(gateway, client):
    before = client.call("config.get", {})
    gateway.write_config({**gateway.config, "ui": {"seamColor": "#112233"}})
    after = client.call("config.get", {})
    assert after["hash"] != before["hash"] and after["config"]["ui"] == {"seamColor": "#112233"}
    gateway.config_path.write_text("{ broken")
    broken = client.call("config.get", {})
    assert broken["valid"] is False and broken["parsed"] is None and broken["raw"] is None
    assert broken["config"] == {} and broken["resolved"] == {} and broken["issues"]


def test_parameters_and_scopes(gateway, client):
    assert refused(client, "config.get", {"x": 1}).message == "invalid config.get params: at root: unexpected property 'x'"
    assert refused(client, "config.set", {}).message == "invalid config.set params: must have required property 'raw'"
    pattern = "must match pattern \"^[A-Za-z0-9_./\\[\\]\\-*]+$\""
    for path, problems in (("bad path!", ["at /path: " + pattern]),
                           ("", ["at /path: must NOT have fewer than 1 characters", "at /path: " + pattern])):
        assert refused(client, "config.schema.lookup", {"path": path}).message == \
            "invalid config.schema.lookup params: " + "; ".join(problems)
    reader = gateway.client(scopes=["operator.read"])
    for method in ("config.schema", "config.set", "config.patch", "config.apply", "secrets.reload"):
        assert refused(reader, method, {}).message == "missing scope: operator.admin"


def test_schema_and_lookup(client):
    whole = client.call("config.schema", {})
    assert set(whole) == {"schema", "uiHints", "version", "generatedAt"}
    assert whole["schema"]["properties"]["gateway"]["properties"]["port"]["type"] == "integer"
    assert whole["uiHints"]["gateway.auth.token"]["sensitive"] is True
    port = client.call("config.schema.lookup", {"path": "gateway.port"})
    assert port["path"] == "gateway.port" and port["children"] == [] and port["schema"]["exclusiveMinimum"] == 0
    listed = client.call("config.schema.lookup", {"path": "agents.list[0]"})
    assert listed["path"] == "agents.list.0" and listed["hintPath"] == "agents.list.*"
    assert [c for c in listed["children"] if c["key"] == "id"][0]["required"] is True
    for path in (".", "nope.zip"):
        assert refused(client, "config.schema.lookup", {"path": path}).message == "config schema path not found"


def test_the_base_hash_is_needed_and_must_be_the_present_one(commented):
    client, before = commented.client(), file_of(commented)
    for method in ("config.set", "config.patch"):
        assert refused(client, method, {"raw": "{}"}).message == "config base hash required; re-run config.get and retry"
        stale = refused(client, method, {"raw": "{}", "baseHash": "bad"})
        assert (stale.code, stale.message) == ("INVALID_REQUEST", "config changed since last load; re-run config.get and retry")
    hash_seen = client.call("config.get", {})["hash"]
    commented.config_path.write_text(before + "// touched\n")
    assert refused(client, "config.set", {"raw": before, "baseHash": hash_seen}).message.startswith("config changed since")
    assert file_of(commented) == before + "// touched\n"


def test_an_invalid_configuration_is_refused_with_its_paths_and_not_written(commented):
    client, before = commented.client(), file_of(commented)
    base = client.call("config.get", {})["hash"]
    syntax = refused(client, "config.set", {"raw": "{oops", "baseHash": base})
    assert syntax.message == "SyntaxError: JSON5: invalid end of input at 1:6"
    bad = refused(client, "config.set", {"raw": json.dumps({"gateway": {"port": "x"}, "zzz": 1}), "baseHash": base})
    assert bad.code == "INVALID_REQUEST"
    assert bad.message == ("invalid config: gateway.port: Invalid input: expected number, received string; "
                           "<root>: Unrecognized key: \"zzz\"")
    assert [issue["path"] for issue in bad.details["issues"]] == ["gateway.port", "<root>"]
    raw = {"models": {"providers": {"new": {"baseUrl": "http://127.0.0.1:9", "apiKey": REDACTED}}}}
    assert refused(client, "config.set", {"raw": json.dumps(raw), "baseHash": base}).message == \
        'Sentinel value "%s" in key models.providers.new.apiKey is not valid as real data' % REDACTED
    assert refused(client, "config.patch", {"raw": "[]", "baseHash": base}).message == "config.patch raw must be an object"
    assert file_of(commented) == before


def test_a_form_save_changes_one_value_and_keeps_comments_and_secrets(commented):
    client, before = commented.client(), file_of(commented)
    shown = client.call("config.get", {})
    document = shown["config"]
    document["models"]["providers"]["mock"]["baseUrl"] = "http://127.0.0.1:10/v1"
    answer = client.call("config.set", {"raw": json.dumps(document), "baseHash": shown["hash"]})
    assert set(answer) == {"ok", "path", "config"} and answer["ok"] is True
    assert answer["config"]["gateway"]["auth"]["token"] == REDACTED
    assert file_of(commented) == before.replace("127.0.0.1:9", "127.0.0.1:10")
    assert (commented.state / "openclaw.json.bak").read_text() == before
    assert client.call("config.get", {})["runtimeConfig"]["models"]["providers"]["mock"]["baseUrl"] == "http://127.0.0.1:10/v1"
    audit = (commented.state / "logs" / "config-audit.jsonl").read_text()
    assert '"command":"config.set"' in audit and "a-provider-key-0001" not in audit


def test_patch_merges_and_deletes(commented):
    client = commented.client()
    get = client.call("config.get", {})
    noop = client.call("config.patch", {"raw": "{}", "baseHash": get["hash"]})
    assert noop["noop"] is True and "restart" not in noop
    patch = '{ ui: { seamColor: "#445566" }, models: null }'
    answer = client.call("config.patch", {"raw": patch, "baseHash": get["hash"], "note": "colour", "sessionKey": "main"})
    assert answer["config"]["ui"] == {"seamColor": "#445566"} and "models" not in answer["config"]
    assert answer["restart"] is None     # both are looked up at each use
    sentinel = answer["sentinel"]["payload"]
    assert (sentinel["kind"], sentinel["message"], sentinel["sessionKey"]) == ("config-patch", "colour", "main")
    assert sentinel["stats"] == {"mode": "config.patch", "root": str(commented.config_path)}
    assert "// the port is checked" in file_of(commented) and "mock" not in file_of(commented)


def test_what_needs_a_restart_is_said(commented):
    client = commented.client()
    answer = client.call("config.patch", {"raw": "{gateway: {port: 4567}}", "baseHash": client.call("config.get", {})["hash"]})
    assert answer["restart"]["ok"] is False and answer["restart"]["required"] == ["gateway.port"]
    assert "config change requires gateway restart (gateway.port)" in commented.log()
    assert client.call("health")["ok"]


def test_three_writes_a_minute_for_each_device(commented):
    client, other = commented.client(), commented.client()
    base = client.call("config.get", {})["hash"]
    assert client.call("config.patch", {"raw": "{}", "baseHash": base})["noop"]
    refused(client, "config.patch", {"raw": "{}", "baseHash": "stale"})      # refused calls count
    refused(client, "config.apply", {})                                      # and malformed ones
    error = refused(client, "config.patch", {"raw": "{}", "baseHash": base})
    assert error.code == "UNAVAILABLE" and error.retryable is True and 0 < error.retry_after_ms <= 60_000
    assert error.message.startswith("rate limit exceeded for config.patch; retry after ")
    assert error.details == {"method": "config.patch", "limit": "3 per 60s"}
    assert other.call("config.patch", {"raw": "{}", "baseHash": base})["noop"]
    assert client.call("config.get", {})["hash"] == base                     # reading is free


def test_apply_takes_a_whole_document_as_it_was_typed(commented):
    client = commented.client()
    text = COMMENTED.replace("// paid by the team", "// paid by nobody") % (commented.port, REDACTED)
    text = text.replace("a-provider-key-0001", REDACTED)
    answer = client.call("config.apply", {"raw": text, "baseHash": client.call("config.get", {})["hash"]})
    assert answer["sentinel"]["payload"]["kind"] == "config-apply" and "noop" not in answer
    assert file_of(commented) == COMMENTED.replace("// paid by the team", "// paid by nobody") % (commented.port, commented.token)


def test_node_commands_and_origins_apply_at_once(gateway, client):
    node = FakeNode(gateway.url, {"system.run": lambda p: {}, "test.echo": lambda p: {"echo": p}}, token=gateway.token).connect()

    def patch(change):
        client.call("config.patch", {"raw": json.dumps(change), "baseHash": client.call("config.get", {})["hash"]})

    def invoke(command):
        return client.call("node.invoke", {"nodeId": node.node_id, "command": command, "params": {"command": ["x"]},
                                           "idempotencyKey": command})
    assert client.call("node.list", {})["nodes"][0]["commands"] == ["system.run"]
    patch({"gateway": {"nodes": {"allowCommands": ["test.echo"], "denyCommands": ["system.run"]}}})
    assert client.call("node.list", {})["nodes"][0]["commands"] == ["test.echo"]
    assert invoke("test.echo")["ok"]
    with pytest.raises(RpcError):
        invoke("system.run")
    patch({"gateway": {"controlUi": {"allowedOrigins": ["https://ui.example"]}}})
    page = dict(client_id="webchat-ui", client_mode="webchat")
    assert gateway.client(headers={"Origin": "https://ui.example"}, **page).call("health")["ok"]
    with pytest.raises(ConnectRefused):
        gateway.client(headers={"Origin": "https://other.example"}, **page)


def test_a_channel_follows_its_settings(make_gateway, mock_telegram):
    gateway = make_gateway()
    client = gateway.client()
    assert client.call("channels.status", {})["channelAccounts"] == {}
    patch = {"channels": {"telegram": {"botToken": "777:TEST", "apiRoot": mock_telegram.url,
                                       "dmPolicy": "allowlist", "allowFrom": ["42"]}}}
    answer = client.call("config.patch", {"raw": json.dumps(patch), "baseHash": client.call("config.get", {})["hash"]})
    assert answer["restart"] is None and answer["config"]["channels"]["telegram"]["botToken"] == REDACTED

    def account():
        return client.call("channels.status", {})["channelAccounts"]["telegram"][0]
    wait_until(lambda: account()["running"], 20, "telegram running")
    off = {"channels": {"telegram": {"enabled": False}}}
    client.call("config.patch", {"raw": json.dumps(off), "baseHash": client.call("config.get", {})["hash"]})
    assert client.call("channels.status", {})["channelAccounts"] == {}


def test_secrets(make_gateway):
    gateway = make_gateway({"models": {"providers": {"m": {
        "baseUrl": "http://127.0.0.1:9/v1", "apiKey": {"source": "env", "provider": "default", "id": "KEY_OF_M"}}}}},
        env={"KEY_OF_M": "secret-of-the-test-m"})
    client = gateway.client()
    assert client.call("secrets.reload", {}) == {"ok": True, "warningCount": 0}
    assert client.call("secrets.resolve", {"commandName": "test", "targetIds": ["gateway.auth.token"]}) == {
        "ok": True, "assignments": [], "diagnostics": [], "inactiveRefPaths": []}
    found = client.call("secrets.resolve", {"commandName": "test", "targetIds": ["models.providers.*.apiKey"]})
    assert found["assignments"] == [{"path": "models.providers.m.apiKey", "value": "secret-of-the-test-m",
                                     "pathSegments": ["models", "providers", "m", "apiKey"]}]
    for params, problem in (({}, "commandName"), ({"commandName": "x"}, "targetIds"),
                            ({"commandName": "x", "targetIds": [""]}, "targetIds"),
                            ({"commandName": "x", "targetIds": ["zzz"]}, 'unknown target id "zzz"')):
        assert refused(client, "secrets.resolve", params).message == "invalid secrets.resolve params: " + problem
    patch = {"models": {"providers": {"m": {"apiKey": {"id": "NOT_THERE"}}}}}
    error = refused(client, "config.patch", {"raw": json.dumps(patch), "baseHash": client.call("config.get", {})["hash"]})
    assert error.message == ('invalid config: active SecretRef resolution failed '
                             '(Environment variable "NOT_THERE" is missing or empty.)')
