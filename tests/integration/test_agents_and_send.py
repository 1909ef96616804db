"""Agents, their workspace files and outgoing messages over the protocol, with SIGKILL in between."""
import os

from gatewaylib import wait_until
from test_main_job import telegram_config
from test_providers import config_for
from test_sessions import MAIN, refusal, refused, row, talk


# -- agents

def test_agents_are_made_changed_and_removed(make_gateway, mock_provider):
    gateway = make_gateway(config_for(mock_provider, "openai-completions"))
    client = gateway.client()
    assert client.call("agent.identity.get") == {"agentId": "main", "name": "Assistant", "avatar": "A"}
    made = client.call("agents.create", {"name": "Ops Bot", "workspace": "~/ops", "emoji": "🛠"})
    home = gateway.sandbox.home
    assert made == {"ok": True, "agentId": "ops-bot", "name": "Ops Bot", "workspace": str(home / "ops")}
    assert "- Name: Ops Bot" in (home / "ops" / "IDENTITY.md").read_text()
    identity = client.call("agent.identity.get", {"agentId": "ops-bot"})
    assert (identity["name"], identity["emoji"]) == ("Ops Bot", "🛠")
    refused(client, "agents.create", {"name": "Ops bot", "workspace": "~/x"}, 'agent "ops-bot" already exists')
    refused(client, "agents.create", {"name": "main", "workspace": "~/x"}, '"main" is reserved')
    gateway.kill9()
    gateway.start()
    client = gateway.client()
    assert client.call("agents.update", {"agentId": "ops-bot", "name": "Ops", "model": "mock/mock-1"}) == {"ok": True, "agentId": "ops-bot"}
    listed = client.call("agents.list")
    assert (listed["defaultId"], [a["id"] for a in listed["agents"]]) == ("main", ["main", "ops-bot"])
    assert listed["agents"][1] == {"id": "ops-bot", "name": "Ops", "workspace": str(home / "ops"), "model": {"primary": "mock/mock-1"}}
    begun = client.call("sessions.create", {"agentId": "ops-bot", "message": "hello"})
    client.wait_event("chat", lambda p: p["runId"] == begun["runId"] and p["state"] == "final", timeout=20)
    refused(client, "agents.update", {"agentId": "zzz"}, 'agent "zzz" not found')
    refused(client, "agents.delete", {"agentId": "main"}, '"main" cannot be deleted')
    refused(client, "agents.delete", {"agentId": "zzz"}, 'agent "zzz" not found')
    refused(client, "agent.identity.get", {"agentId": "main", "sessionKey": "agent:other:x"},
            'invalid agent.identity.get params: agent "main" does not match session key agent "other"')
    assert client.call("agents.delete", {"agentId": "ops-bot"}) == {"ok": True, "agentId": "ops-bot", "removedBindings": 0}
    assert not (home / "ops").exists() and list((home / ".local" / "share" / "Trash" / "files").iterdir())
    assert [a["id"] for a in client.call("agents.list")["agents"]] == ["main"]
    reader = gateway.client(scopes=["operator.read"])
    refused(reader, "agents.create", {"name": "x", "workspace": "~/x"}, "missing scope: operator.admin")


def test_workspace_files(gateway, client, tmp_path):
    listed = client.call("agents.files.list", {"agentId": "main"})
    assert [f["name"] for f in listed["files"]] == ["AGENTS.md", "SOUL.md", "TOOLS.md", "IDENTITY.md", "USER.md", "HEARTBEAT.md",
                                                    "BOOTSTRAP.md", "MEMORY.md"]
    written = client.call("agents.files.set", {"agentId": "main", "name": "USER.md", "content": "# Ada\n"})
    assert written["file"]["size"] == 6 and written["file"]["content"] == "# Ada\n"
    gateway.kill9()
    gateway.start()
    client = gateway.client()
    got = client.call("agents.files.get", {"agentId": "main", "name": "USER.md"})["file"]
    assert got["content"] == "# Ada\n" and got["missing"] is False
    absent = client.call("agents.files.get", {"agentId": "main", "name": "SOUL.md"})["file"]
    assert absent == {"name": "SOUL.md", "path": listed["workspace"] + "/SOUL.md", "missing": True}
    refused(client, "agents.files.get", {"agentId": "main", "name": "../openclaw.json"}, 'unsupported file "../openclaw.json"')
    refused(client, "agents.files.get", {"agentId": "nope", "name": "USER.md"}, "unknown agent id")
    secret = tmp_path / "secret"
    secret.write_text("hidden")
    os.symlink(secret, listed["workspace"] + "/SOUL.md")
    os.link(listed["workspace"] + "/USER.md", listed["workspace"] + "/second")
    refused(client, "agents.files.get", {"agentId": "main", "name": "SOUL.md"},
            'unsafe workspace file "SOUL.md" (path is not a regular file)')
    refused(client, "agents.files.set", {"agentId": "main", "name": "SOUL.md", "content": "x"},
            'unsafe workspace file "SOUL.md" (path is not a regular file)')
    refused(client, "agents.files.get", {"agentId": "main", "name": "USER.md"},
            'unsafe workspace file "USER.md" (hardlinked file path not allowed)')
    assert secret.read_text() == "hidden"
    reader = gateway.client(scopes=["operator.read"])
    refused(reader, "agents.files.set", {"agentId": "main", "name": "USER.md", "content": ""}, "missing scope: operator.admin")


# -- outgoing messages

def test_send_through_telegram_once(make_gateway, mock_telegram):
    gateway = make_gateway(telegram_config(mock_telegram))
    client = gateway.client()
    client.call("sessions.subscribe")
    params = {"to": "4242", "message": "Hello from gateway", "idempotencyKey": "m1"}
    sent = client.call("send", params, timeout=30)
    assert sent["runId"] == "m1" and sent["channel"] == "telegram" and sent["chatId"] == "4242" and sent["messageId"].isdigit()
    mirrored = client.wait_event("session.message")
    assert mirrored["sessionKey"] == MAIN and mirrored["message"]["model"] == "delivery-mirror"
    assert client.call("send", params) == sent
    gateway.kill9()
    gateway.start()
    client = gateway.client()
    assert client.call("send", params) == sent
    assert len(mock_telegram.calls_of("sendMessage")) == 1
    refused(client, "send", {"to": "4242", "channel": "telegram", "idempotencyKey": "s3"}, "invalid send params: text or media is required")
    refused(client, "send", {"to": "4242", "message": "x", "channel": "discord", "idempotencyKey": "s5"}, "unsupported channel: discord")
    refused(client, "send", {"to": "not a chat", "message": "x", "channel": "telegram", "idempotencyKey": "s8"},
            "Error: Telegram recipient must be a numeric chat ID", "UNAVAILABLE")
    assert refusal(client, "send", {"to": "1", "message": "x", "channel": "webchat", "idempotencyKey": "s4"}).message.startswith(
        "unsupported channel: webchat (internal-only).")
    reader = gateway.client(scopes=["operator.read"])
    refused(reader, "send", {"to": "1", "message": "x", "idempotencyKey": "z"}, "missing scope: operator.write")


def test_deliver_goes_where_the_last_message_came_from(make_gateway, mock_telegram):
    gateway = make_gateway(telegram_config(mock_telegram))
    client = gateway.client()
    mock_telegram.call_soon(mock_telegram.push_message, 4242, text="help")
    wait_until(lambda: len(mock_telegram.calls_of("sendMessage")) == 1, 30, "the first reply")
    talk(client, "help", run="kept")
    talk(client, "help", run="told", deliver=True)
    wait_until(lambda: len(mock_telegram.calls_of("sendMessage")) == 2, 30, "the delivered reply")
    web = gateway.client(client_id="openclaw-tui", client_mode="ui")
    talk(web, "help", run="web", deliver=True)
    client.call("send", {"to": "4242", "message": "last", "idempotencyKey": "last"}, timeout=30)
    assert len(mock_telegram.calls_of("sendMessage")) == 3
    assert row(client, MAIN)["lastChannel"] == "telegram"


def test_send_without_a_channel(client):
    assert refusal(client, "send", {"to": "1", "message": "x", "idempotencyKey": "z"}).message.startswith("Channel is required")


def test_logout_forgets_the_token_and_stops(make_gateway, mock_telegram):
    gateway = make_gateway(telegram_config(mock_telegram))
    client = gateway.client()
    wait_until(lambda: mock_telegram.calls_of("getUpdates"), 20, "the first poll")
    refused(client, "channels.logout", {"channel": "zzz"}, "invalid channels.logout channel")
    out = client.call("channels.logout", {"channel": "telegram"}, timeout=30)
    assert (out["channel"], out["accountId"], out["cleared"], out["loggedOut"]) == ("telegram", "default", True, True)
    assert mock_telegram.token not in gateway.config_path.read_text()
    accounts = client.call("channels.status")["channelAccounts"].get("telegram", [])
    assert all(not account["running"] for account in accounts)
