"""Sessions, transcripts and usage over the protocol, with SIGKILL in between."""
import base64
import itertools
import json
import struct
import zlib

import pytest
from gatewaylib import RpcError
from mock_provider import error, slow, text, tool_call
from test_providers import config_for

MAIN = "agent:main:main"
run_numbers = itertools.count()


def refusal(client, method, params=None):
    with pytest.raises(RpcError) as caught:
        client.call(method, params or {})
    return caught.value


def refused(client, method, params, message, code="INVALID_REQUEST"):
    problem = refusal(client, method, params)
    assert (problem.code, problem.message) == (code, message)


def talk(client, message, key="main", run=None, state="final", **more):
    run = run or "run-%d" % next(run_numbers)
    client.call("chat.send", {"sessionKey": key, "message": message, "idempotencyKey": run, **more})
    return client.wait_event("chat", lambda p: p["runId"] == run and p["state"] == state, timeout=30)


def row(client, key):
    return next(r for r in client.call("sessions.list")["sessions"] if r["key"] == key)


def happened(client, *names):
    """Event frames of these names in order of arrival, in short."""
    out = []
    for frame in client.frames:
        if frame.get("event") not in names:
            continue
        p = frame["payload"]
        if frame["event"] == "session.message":
            out.append("message %s%s" % (p["message"]["role"], "" if "messageId" in p else " early"))
        elif frame["event"] == "sessions.changed":
            out.append("changed " + (p.get("phase") or p["reason"]))
        elif frame["event"] == "agent":
            out.append("agent %s %s" % (p["stream"], p["data"].get("phase", "")))
        else:
            out.append("%s %s" % (frame["event"], p.get("state") or p.get("data", {}).get("phase", "")))
    return out


@pytest.fixture
def mocked(make_gateway, mock_provider):
    return make_gateway(config_for(mock_provider, "openai-completions"))


# -- subscriptions and events

def test_a_run_as_session_subscribers_see_it(mocked, mock_provider):
    mock_provider.script([text("One moment."), text("Another.")])
    client = mocked.client(display_name="Desk", client_id="openclaw-tui", client_mode="ui")
    talk(client, "First", run="r0")
    client.frames.clear()
    assert client.call("sessions.subscribe") == {"subscribed": True}
    talk(client, "Hi", run="r1")
    client.wait_event("sessions.changed", lambda p: p.get("phase") == "end")
    seen = happened(client, "session.message", "sessions.changed", "agent", "chat")
    assert seen[:6] == ["message user early", "changed message", "agent lifecycle start", "changed start", "message user", "changed message"]
    # The last delta is sent when the text has grown since the one before.
    assert [line for line in seen[6:] if line != "chat delta" and not line.startswith("agent assistant")] == \
        ["message assistant", "changed message", "agent lifecycle end", "chat final", "changed end"]
    messages = client.events("session.message")
    assert messages[0]["message"]["content"] == "Hi" and messages[0]["messageSeq"] == 2 and "messageId" not in messages[0]
    stored = messages[1]
    assert stored["message"]["content"][0]["text"].endswith("] Hi") and stored["message"]["__openclaw"]["id"] == stored["messageId"]
    assert stored["sessionKey"] == MAIN and stored["session"]["key"] == MAIN and stored["sessionId"] == stored["session"]["sessionId"]
    assert stored["session"]["origin"]["label"] == "Desk" and stored["displayName"] == "Desk"
    end = [p for p in client.events("sessions.changed") if p.get("phase") == "end"][0]
    assert end["runId"] == "r1" and end["status"] == "done" and end["session"]["model"] == "mock-1" and end["totalTokensFresh"] is True
    assert not any("seq" in f for f in client.frames if f.get("event") in ("session.message", "sessions.changed"))


def test_the_answer_comes_before_the_events_of_its_run(mocked):
    client = mocked.client()
    client.call("sessions.subscribe")
    talk(client, "Hi", run="first")
    talk(client, "Again", run="second")
    order = [f.get("id") and "answer" or f["payload"]["message"]["role"] for f in client.frames
             if (f.get("type") == "res" and (f.get("payload") or {}).get("runId") == "second") or
             (f.get("event") == "session.message" and f["payload"]["message"].get("content") == "Again")]
    assert order == ["answer", "user"]


def test_tool_events_and_verbose_level(make_gateway, mock_provider):
    gateway = make_gateway(config_for(mock_provider, "openai-completions"))
    client, watcher = gateway.client(caps=["tool-events"]), gateway.client()
    watcher.call("sessions.subscribe")
    mock_provider.script([tool_call("session_status"), text("done")])
    talk(client, "look", run="quiet")
    quiet = [p for p in watcher.events("session.tool")]
    assert [p["data"]["phase"] for p in quiet] == ["start", "result"]
    assert "result" not in quiet[1]["data"] and quiet[1]["session"]["key"] == MAIN
    assert [p["data"]["phase"] for p in client.events("agent") if p["stream"] == "tool"] == ["start", "result"]
    client.call("sessions.patch", {"key": "main", "verboseLevel": "full"})
    mock_provider.script([tool_call("session_status"), text("done")])
    talk(client, "look again", run="loud")
    watcher.wait_event("sessions.changed", lambda p: p.get("phase") == "end" and p["runId"] == "loud")
    loud = [p for p in watcher.events("session.tool") if p["runId"] == "loud"]
    assert "content" in loud[1]["data"]["result"]


def test_message_subscribers_get_one_session_and_no_changes(mocked):
    client, reader = mocked.client(), mocked.client(scopes=["operator.read"])
    assert reader.call("sessions.messages.subscribe", {"key": "side"}) == {"subscribed": True, "key": "agent:main:side"}
    talk(client, "in main")
    talk(client, "in side", key="side")
    got = reader.wait_event("session.message", lambda p: p["message"]["role"] == "assistant")
    assert got["sessionKey"] == "agent:main:side"
    assert {p["sessionKey"] for p in reader.events("session.message")} == {"agent:main:side"}
    assert reader.events("sessions.changed") == []
    assert reader.call("sessions.messages.unsubscribe", {"key": "side"}) == {"subscribed": False, "key": "agent:main:side"}
    before = len(reader.events("session.message"))
    talk(client, "more", key="side")
    reader.call("sessions.list")
    assert len(reader.events("session.message")) == before
    refused(reader, "sessions.messages.subscribe", {"key": " "}, "key required")
    assert "must have required property 'key'" in refusal(reader, "sessions.messages.subscribe").message


def test_unsubscribed_means_silence(mocked):
    client, reader = mocked.client(), mocked.client()
    reader.call("sessions.subscribe")
    assert reader.call("sessions.unsubscribe") == {"subscribed": False}
    talk(client, "Hi")
    reader.call("sessions.list")
    assert reader.events("sessions.changed") == [] and reader.events("session.message") == []
    nobody = mocked.client(scopes=["operator.pairing"])
    refused(nobody, "sessions.subscribe", {}, "missing scope: operator.read")


# -- reading

def test_list_filters_titles_and_paging(mocked):
    client = mocked.client()
    talk(client, "The first question of all", key="alpha")
    talk(client, "Another one", key="beta")
    client.call("sessions.patch", {"key": "beta", "label": "Work"})
    listed = client.call("sessions.list", {"includeDerivedTitles": True, "includeLastMessage": True, "search": "alpha"})
    assert listed["count"] == 1 and listed["path"].endswith("native.sqlite") and listed["defaults"]["model"] == "mock-1"
    alpha = listed["sessions"][0]
    assert alpha["derivedTitle"] == "The first question of all" and alpha["lastMessagePreview"].startswith("Mock reply to")
    assert "totalCount" not in listed
    assert [r["key"] for r in client.call("sessions.list", {"label": "Work"})["sessions"]] == ["agent:main:beta"]
    assert client.call("sessions.list", {"search": "WORK"})["count"] == 1
    assert client.call("sessions.list", {"limit": 1})["sessions"][0]["key"] == "agent:main:beta"
    assert client.call("sessions.list", {"agentId": "other"})["count"] == 0
    assert client.call("sessions.list", {"spawnedBy": "x"})["count"] == 0
    assert client.call("sessions.list", {"activeMinutes": 1})["count"] == 2
    refused(client, "sessions.list", {"limit": 0}, "invalid sessions.list params: at /limit: must be >= 1")


def test_preview_resolve_get(mocked):
    client = mocked.client()
    talk(client, "Hello " + "x" * 100, key="scratch")
    client.call("sessions.patch", {"key": "scratch", "label": "Scratch"})
    client.call("sessions.create", {"key": "empty"})
    preview = client.call("sessions.preview", {"keys": ["scratch", "empty", "nope"], "limit": 3, "maxChars": 20})["previews"]
    assert [(p["key"], p["status"]) for p in preview] == [("scratch", "ok"), ("empty", "empty"), ("nope", "missing")]
    assert [i["role"] for i in preview[0]["items"]] == ["user", "assistant"] and len(preview[0]["items"][0]["text"]) == 20
    refused(client, "sessions.preview", {"keys": []}, "invalid sessions.preview params: at /keys: must NOT have fewer than 1 items")

    key = "agent:main:scratch"
    assert client.call("sessions.resolve", {"key": "scratch"}) == {"ok": True, "key": key}
    assert client.call("sessions.resolve", {"label": "Scratch"})["key"] == key
    assert client.call("sessions.resolve", {"sessionId": row(client, key)["sessionId"]})["key"] == key
    refused(client, "sessions.resolve", {}, "Either key, sessionId, or label is required")
    refused(client, "sessions.resolve", {"key": "a", "label": "b"}, "Provide either key, sessionId, or label (not multiple)")
    refused(client, "sessions.resolve", {"key": "zzz"}, "No session found: zzz")
    refused(client, "sessions.resolve", {"sessionId": "zzz"}, "No session found: zzz")
    refused(client, "sessions.resolve", {"label": "none"}, "No session found with label: none")

    messages = client.call("sessions.get", {"key": "scratch", "limit": 1})["messages"]
    assert len(messages) == 1 and messages[0]["__openclaw"]["seq"] == 2
    raw = client.call("sessions.get", {"sessionKey": "scratch"})["messages"]
    assert raw[0]["content"][0]["text"].startswith("[")
    assert client.call("sessions.get", {"key": "nope"}) == {"messages": []}
    refused(client, "sessions.get", {}, "key required")


def test_history_bounds(make_gateway, mock_provider):
    config = config_for(mock_provider, "openai-completions")
    config["gateway"] = {"webchat": {"chatHistoryMaxChars": 50}}
    gateway = make_gateway(config)
    client = gateway.client()
    mock_provider.script([text("y" * 80), text("NO_REPLY"), text("z" * 200_000)])
    for number in range(3):
        talk(client, "question %d" % number, run="q%d" % number)
    cut = client.call("chat.history", {"sessionKey": "main"})
    assert cut["sessionKey"] == "main"
    assert [m["role"] for m in cut["messages"]] == ["user", "assistant", "user", "user", "assistant"]
    assert cut["messages"][1]["content"][0]["text"] == "y" * 50 + "\n...(truncated)..."
    long = client.call("chat.history", {"sessionKey": "main", "limit": 1, "maxChars": 500_000})["messages"]
    assert long[0]["content"][0]["text"] == "[chat.history omitted: message too large]"
    assert long[0]["__openclaw"]["truncated"] is True and long[0]["__openclaw"]["reason"] == "oversized"
    assert "cost" in cut["messages"][1]["usage"] and set(cut["messages"][1]["usage"]["cost"]) == {"total"}
    refused(client, "chat.history", {"sessionKey": "main", "limit": 1001},
            "invalid chat.history params: at /limit: must be <= 1000")
    assert client.call("chat.history", {"sessionKey": "nope"}) == {"sessionKey": "nope", "messages": [], "thinkingLevel": "off"}


# -- changing

def test_create_and_send_survive_sigkill(mocked):
    client = mocked.client()
    client.call("sessions.subscribe")
    made = client.call("sessions.create", {"label": "Notes"})
    assert made["ok"] and made["runStarted"] is False and made["key"].startswith("agent:main:dashboard:")
    assert made["entry"]["sessionId"] == made["sessionId"] and made["entry"]["label"] == "Notes"
    assert client.wait_event("sessions.changed", lambda p: p.get("reason") == "create")["label"] == "Notes"
    begun = client.call("sessions.create", {"key": "proj", "message": "Hi there"})
    assert (begun["key"], begun["runStarted"], begun["status"], begun["messageSeq"]) == ("agent:main:proj", True, "started", 1)
    client.wait_event("chat", lambda p: p["runId"] == begun["runId"] and p["state"] == "final", timeout=20)
    order = [p["reason"] for p in client.events("sessions.changed") if p.get("reason") and p["sessionKey"] == "agent:main:proj"]
    assert order == ["create", "send"]
    refused(client, "sessions.create", {"label": "Notes"}, "label already in use: Notes")
    refused(client, "sessions.create", {"parentSessionKey": "zzz"}, "unknown parent session: zzz")
    refused(client, "sessions.create", {"key": "agent:other:x", "agentId": "main"},
            "sessions.create key agent (other) does not match agentId (main)")
    sent = client.call("sessions.send", {"key": "proj", "message": "More", "idempotencyKey": "s1"})
    assert (sent["runId"], sent["status"], sent["messageSeq"]) == ("s1", "started", 3)
    client.wait_event("chat", lambda p: p["runId"] == "s1" and p["state"] == "final", timeout=20)
    refused(client, "sessions.send", {"key": "zzz", "message": "x"}, "session not found: zzz")
    mocked.kill9()
    mocked.start()
    again = mocked.client()
    assert row(again, made["key"])["label"] == "Notes"
    assert again.call("sessions.send", {"key": "proj", "message": "More", "idempotencyKey": "s1"}) == {"runId": "s1", "status": "ok"}
    assert len(again.call("sessions.get", {"key": "proj"})["messages"]) == 4


def test_patch_values_refusals_and_restart(mocked):
    client = mocked.client()
    client.call("sessions.subscribe")
    patched = client.call("sessions.patch", {"key": "proj", "label": " Project ", "thinkingLevel": "ultrathink", "sendPolicy": "allow",
                                             "fastMode": True, "execAsk": "always", "model": "zzz/qq"})
    entry = patched["entry"]
    assert patched["key"] == "agent:main:proj" and patched["resolved"] == {"modelProvider": "zzz", "model": "qq"}
    assert (entry["label"], entry["thinkingLevel"], entry["fastMode"], entry["execAsk"]) == ("Project", "high", True, "always")
    assert (entry["providerOverride"], entry["modelOverride"]) == ("zzz", "qq")
    changed = client.wait_event("sessions.changed", lambda p: p.get("reason") == "patch")
    assert changed["label"] == changed["displayName"] == "Project" and changed["model"] == "qq" and "session" not in changed
    for params, message in [
            ({"execSecurity": "zzz"}, 'invalid execSecurity (use "deny"|"allowlist"|"full")'),
            ({"thinkingLevel": "zzz"}, "invalid thinkingLevel (use off|minimal|low|medium|high|adaptive)"),
            ({"verboseLevel": "zzz"}, 'invalid verboseLevel (use "on"|"off")'),
            ({"reasoningLevel": "zzz"}, 'invalid reasoningLevel (use "on"|"off"|"stream")'),
            ({"spawnedBy": "x"}, "spawnedBy is only supported for subagent:* or acp:* sessions"),
            ({"model": " "}, "invalid model: empty"),
            ({"label": 5}, "invalid sessions.patch params: at /label: must be string; at /label: must be null; "
                           "at /label: must match a schema in anyOf")]:
        refused(client, "sessions.patch", {"key": "proj", **params}, message)
    refused(client, "sessions.patch", {"key": "other", "label": "Project"}, "label already in use: Project")
    refused(client, "sessions.patch", {"key": " "}, "key required")
    client.call("sessions.patch", {"key": "agent:main:subagent:1", "spawnedBy": MAIN, "spawnDepth": 1})
    refused(client, "sessions.patch", {"key": "agent:main:subagent:1", "spawnedBy": "y"}, "spawnedBy cannot be changed once set")
    refused(client, "sessions.patch", {"key": "agent:main:subagent:1", "spawnDepth": None}, "spawnDepth cannot be cleared once set")
    assert row(client, "agent:main:subagent:1")["spawnedBy"] == MAIN
    mocked.kill9()
    mocked.start()
    client = mocked.client()
    assert row(client, "agent:main:proj")["thinkingLevel"] == "high"
    cleared = client.call("sessions.patch", {"key": "proj", "label": None, "model": None, "thinkingLevel": None})
    assert not {"label", "modelOverride", "thinkingLevel"} & cleared["entry"].keys()
    assert cleared["resolved"] == {"modelProvider": "mock", "model": "mock-1"}
    writer = mocked.client(scopes=["operator.read", "operator.write"])
    refused(writer, "sessions.patch", {"key": "main"}, "missing scope: operator.admin")


def test_web_clients_may_not_change_sessions(make_gateway):
    gateway = make_gateway({"gateway": {"controlUi": {"allowedOrigins": ["http://chat.example"]}}})
    web = gateway.client(client_id="webchat", client_mode="webchat", headers={"Origin": "http://chat.example"})
    refused(web, "sessions.patch", {"key": "main", "label": "x"},
            "webchat clients cannot patch sessions; use chat.send for session-scoped updates")
    refused(web, "sessions.delete", {"key": "x"},
            "webchat clients cannot delete sessions; use chat.send for session-scoped updates")


def test_settings_of_a_session_are_in_force(mocked, mock_provider):
    client = mocked.client()
    client.call("sessions.patch", {"key": "main", "model": "zzz/qq", "thinkingLevel": "low"})
    talk(client, "Hi", run="fallen")
    told = [p["data"] for p in client.events("agent") if p["data"].get("phase") == "fallback"]
    assert told and told[0]["selectedModel"] == "qq" and told[0]["activeModel"] == "mock-1"
    assert "thinking=low" in json.dumps(mock_provider.requests()[-1])
    client.call("sessions.patch", {"key": "main", "sendPolicy": "deny"})
    refused(client, "chat.send", {"sessionKey": "main", "message": "x", "idempotencyKey": "d"}, "send blocked by session policy")
    refused(client, "agent", {"sessionKey": "main", "message": "x", "idempotencyKey": "d2"}, "send blocked by session policy")


def test_reset_keeps_settings_and_stops_what_runs(mocked, mock_provider):
    client = mocked.client()
    client.call("sessions.subscribe")
    talk(client, "Hello", key="proj")
    client.call("sessions.patch", {"key": "proj", "thinkingLevel": "low"})
    old = row(client, "agent:main:proj")
    mock_provider.script([slow(60_000, text("never"))])
    client.call("chat.send", {"sessionKey": "proj", "message": "take your time", "idempotencyKey": "slow"})
    client.call("chat.send", {"sessionKey": "proj", "message": "queued", "idempotencyKey": "queued"})
    client.wait_event("agent", lambda p: p["runId"] == "slow" and p["data"].get("phase") == "start")
    fresh = client.call("sessions.reset", {"key": "proj", "reason": "new"}, timeout=30)
    assert fresh["entry"]["sessionId"] != old["sessionId"] and fresh["entry"]["thinkingLevel"] == "low"
    assert (fresh["entry"]["inputTokens"], fresh["entry"]["totalTokens"]) == (0, 0) and "status" not in fresh["entry"]
    client.wait_event("chat", lambda p: p["runId"] == "slow" and p["state"] == "aborted")
    client.wait_event("chat", lambda p: p["runId"] == "queued" and p["state"] == "aborted")
    assert client.wait_event("sessions.changed", lambda p: p.get("reason") == "new")["sessionId"] == fresh["entry"]["sessionId"]
    assert client.call("sessions.get", {"key": "proj"})["messages"] == []
    mocked.kill9()
    mocked.start()
    client = mocked.client()
    assert row(client, "agent:main:proj")["sessionId"] == fresh["entry"]["sessionId"]
    talk(client, "Hello again", key="proj")
    assert len(client.call("sessions.get", {"key": "proj"})["messages"]) == 2
    # What was spent in the old transcript still counts.
    assert client.call("usage.cost")["totals"]["totalTokens"] > 0


def test_delete(mocked):
    client = mocked.client()
    client.call("sessions.subscribe")
    talk(client, "Hello", key="proj")
    refused(client, "sessions.delete", {"key": "main"}, "Cannot delete the main session (%s)." % MAIN)
    gone = client.call("sessions.delete", {"key": "proj"})
    assert gone["deleted"] is True and len(gone["archived"]) == 1 and gone["key"] == "agent:main:proj"
    event = client.wait_event("sessions.changed", lambda p: p.get("reason") == "delete")
    assert set(event) == {"sessionKey", "reason", "ts"}
    mocked.kill9()
    mocked.start()
    client = mocked.client()
    assert client.call("sessions.delete", {"key": "proj"}) == {"ok": True, "key": "agent:main:proj", "deleted": False, "archived": []}
    assert client.call("chat.history", {"sessionKey": "proj"})["messages"] == []
    talk(client, "anew", key="proj")
    assert len(client.call("sessions.get", {"key": "proj"})["messages"]) == 2


def test_compact_keeps_the_last_lines(mocked):
    client = mocked.client()
    client.call("sessions.subscribe")
    for number in range(3):
        talk(client, "line %d" % number, key="proj", run="c%d" % number)
    cut = client.call("sessions.compact", {"key": "proj", "maxLines": 2})
    assert cut["compacted"] is True and cut["kept"] == 2 and ".bak." in cut["archived"]
    assert client.wait_event("sessions.changed", lambda p: p.get("reason") == "compact")["compacted"] is True
    assert client.call("sessions.compact", {"key": "proj", "maxLines": 2}) == \
        {"ok": True, "key": "agent:main:proj", "compacted": False, "kept": 2}
    assert client.call("sessions.compact", {"key": "zzz"}) == \
        {"ok": True, "key": "agent:main:zzz", "compacted": False, "reason": "no sessionId"}
    mocked.kill9()
    mocked.start()
    client = mocked.client()
    left = client.call("sessions.get", {"key": "proj"})["messages"]
    assert [m["__openclaw"]["seq"] for m in left] == [5, 6]
    talk(client, "go on", key="proj")
    assert [m["__openclaw"]["seq"] for m in client.call("sessions.get", {"key": "proj"})["messages"]] == [5, 6, 7, 8]


def test_steer_and_abort(mocked, mock_provider):
    client = mocked.client()
    talk(client, "Hello", key="proj")
    mock_provider.script([text("long ", *["story "] * 400, delay_ms=30), slow(60_000, text("never"))])
    client.call("sessions.send", {"key": "proj", "message": "tell", "idempotencyKey": "st"})
    client.wait_event("chat", lambda p: p["runId"] == "st" and p["state"] == "delta", timeout=20)
    steered = client.call("sessions.steer", {"key": "proj", "message": "rather this", "idempotencyKey": "st2"}, timeout=30)
    assert (steered["status"], steered["interruptedActiveRun"]) == ("started", True)
    assert client.wait_event("chat", lambda p: p["runId"] == "st" and p["state"] == "aborted")["stopReason"] == "rpc"
    assert client.call("sessions.abort", {"key": "agent:main:proj"}) == {"ok": True, "abortedRunId": "st2", "status": "aborted"}
    client.wait_event("chat", lambda p: p["runId"] == "st2" and p["state"] == "aborted")
    assert client.call("sessions.abort", {"key": "proj"}) == {"ok": True, "abortedRunId": None, "status": "no-active-run"}
    stranger = mocked.client(scopes=["operator.read", "operator.write"])
    mock_provider.script([slow(60_000, text("never"))])
    client.call("chat.send", {"sessionKey": "proj", "message": "mine", "idempotencyKey": "own"})
    refused(stranger, "sessions.abort", {"key": "proj"}, "unauthorized")
    assert client.call("chat.send", {"sessionKey": "proj", "message": "Stop!", "idempotencyKey": "x"}) == \
        {"ok": True, "aborted": True, "runIds": ["own"]}


# -- chat

def test_inject(mocked):
    client = mocked.client()
    refused(client, "chat.inject", {"sessionKey": "zzz", "message": "x"}, "session not found")
    client.call("sessions.create", {"key": "main"})
    client.call("sessions.subscribe")
    noted = client.call("chat.inject", {"sessionKey": "main", "message": "Injected note", "label": "Note"})
    final = client.wait_event("chat", lambda p: p["runId"] == "inject-" + noted["messageId"])
    assert (final["seq"], final["state"], final["sessionKey"]) == (0, "final", MAIN)
    assert final["message"]["content"][0]["text"] == "[Note]\n\nInjected note"
    assert final["message"]["model"] == "gateway-injected" and final["message"]["usage"]["totalTokens"] == 0
    assert client.wait_event("session.message")["messageId"] == noted["messageId"]
    mocked.kill9()
    mocked.start()
    assert mocked.client().call("sessions.get", {"key": "main"})["messages"][-1]["__openclaw"]["id"] == noted["messageId"]
    writer = mocked.client(scopes=["operator.read", "operator.write"])
    refused(writer, "chat.inject", {"sessionKey": "main", "message": "x"}, "missing scope: operator.admin")


def png():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) + \
        chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def test_attachments(make_gateway, mock_provider):
    config = config_for(mock_provider, "openai-completions")
    config["models"]["providers"]["mock"]["models"][0]["input"] = ["text", "image"]
    client = make_gateway(config).client()
    picture = base64.b64encode(png()).decode()
    talk(client, "What is this?", run="p1", attachments=[
        {"fileName": "a.png", "mimeType": "image/png", "content": "data:image/png;base64," + picture},
        {"fileName": "notes.txt", "mimeType": "text/plain", "content": base64.b64encode(b"no image").decode()},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": picture}}])
    assert json.dumps(mock_provider.requests()[-1]).count(picture) == 2
    user = client.call("chat.history", {"sessionKey": "main"})["messages"][0]["content"]
    assert [b["type"] for b in user] == ["text", "image", "image"] and user[1]["omitted"] is True and "data" not in user[1]

    def send(attachment):
        return {"sessionKey": "main", "message": "x", "idempotencyKey": "bad", "attachments": [attachment]}
    refused(client, "chat.send", send({"fileName": "b.png", "content": "???"}), "attachment b.png: invalid base64 content")
    big = base64.b64encode(png() + b"\0" * 5_000_000).decode()
    assert refusal(client, "chat.send", send({"fileName": "c.png", "content": big})).message.startswith(
        "attachment c.png: exceeds size limit (")
    refused(client, "chat.send", {"sessionKey": "main", "message": "  ", "idempotencyKey": "none"}, "message or attachment required")


def test_slash_new_starts_over_once(mocked):
    client = mocked.client()
    talk(client, "Hello", run="h")
    old = row(client, MAIN)["sessionId"]
    assert client.call("chat.send", {"sessionKey": "main", "message": "/new", "idempotencyKey": "n"})["status"] == "started"
    client.wait_event("chat", lambda p: p["runId"] == "n" and p["state"] == "final")
    fresh = row(client, MAIN)["sessionId"]
    assert fresh != old
    mocked.kill9()
    mocked.start()
    client = mocked.client()
    assert client.call("chat.send", {"sessionKey": "main", "message": "/new", "idempotencyKey": "n"}) == {"runId": "n", "status": "ok"}
    assert row(client, MAIN)["sessionId"] == fresh
    talk(client, "/reset and then this", run="n2")
    assert "and then this" in json.dumps(client.call("sessions.get", {"key": "main"})["messages"][0])
    writer = mocked.client(scopes=["operator.read", "operator.write"])
    refused(writer, "chat.send", {"sessionKey": "main", "message": "/new", "idempotencyKey": "n3"}, "missing scope: operator.admin")


# -- usage

def test_usage_is_counted_from_the_transcripts(mocked, mock_provider):
    client = mocked.client()
    mock_provider.script([text("a", usage={"input": 100, "output": 20, "cached": 0}), tool_call("session_status"), text("b"), error(400)])
    talk(client, "one", run="u1")
    talk(client, "two", run="u2")
    talk(client, "three", run="u3", state="error")
    mocked.kill9()
    mocked.start()
    client = mocked.client()
    usage = client.call("sessions.usage", {"includeContextWeight": True})
    session = usage["sessions"][0]
    assert session["key"] == MAIN and session["contextWeight"] is None
    counts = session["usage"]["messageCounts"]
    assert (counts["user"], counts["assistant"], counts["toolCalls"], counts["toolResults"], counts["errors"]) == (3, 4, 1, 1, 1)
    assert session["usage"]["toolUsage"]["tools"] == [{"name": "session_status", "count": 1}]
    assert session["usage"]["modelUsage"][0]["model"] == "mock-1"
    assert usage["totals"]["input"] >= 100 and usage["totals"] == {k: session["usage"][k] for k in usage["totals"]}
    aggregates = usage["aggregates"]
    assert aggregates["messages"] == counts and aggregates["byAgent"][0]["agentId"] == "main" and aggregates["latency"]["count"] == 4
    assert len(aggregates["daily"]) == 1 and aggregates["daily"][0]["tokens"] == usage["totals"]["totalTokens"]
    cost = client.call("usage.cost", {"days": "7"})
    assert cost["totals"] == usage["totals"] and cost["days"] == 7 and cost["daily"][0]["date"] == usage["endDate"]
    old = client.call("sessions.usage", {"startDate": "2020-01-01", "endDate": "2020-01-02"})
    assert (old["startDate"], old["endDate"], old["totals"]["totalTokens"]) == ("2020-01-01", "2020-01-02", 0)
    assert client.call("sessions.usage", {"key": "zzz"})["sessions"] == []
    refused(client, "sessions.usage", {"key": "a/b"}, "Invalid session reference: a/b")
    refused(client, "sessions.usage", {"startDate": "yesterday"},
            'invalid sessions.usage params: at /startDate: must match pattern "^\\d{4}-\\d{2}-\\d{2}$"')

    points = client.call("sessions.usage.timeseries", {"key": "main"})["points"]
    assert len(points) == 4 and points[-1]["cumulativeTokens"] == usage["totals"]["totalTokens"]
    logs = client.call("sessions.usage.logs", {"key": "main", "limit": 3})["logs"]
    assert 1 <= len(logs) <= 3 and set(logs[0]) >= {"timestamp", "role", "content"}
    refused(client, "sessions.usage.timeseries", {}, "key is required for timeseries")
    refused(client, "sessions.usage.logs", {}, "key is required for logs")
    refused(client, "sessions.usage.timeseries", {"key": "zzz"}, "No transcript found for session: zzz")
    assert client.call("usage.status")["providers"] == []


# -- what clients of the newer protocol ask for

def test_empty_lists_of_newer_clients(client):
    assert client.call("question.list") == {"questions": []}
    assert client.call("taskSuggestions.list") == {"suggestions": []}
    assert client.call("sessions.observer.visibility", {"visible": True}) == {"ok": True}


def test_a_chat_page_of_the_newer_protocol_opens(mocked):
    client = mocked.client(protocol=(4, 4))
    talk(client, "Hello")
    opened = client.call("chat.startup", {"sessionKey": "main", "limit": 1})
    assert len(opened["messages"]) == 1 and opened["hasMore"] is True and opened["totalMessages"] == 2
    info = opened["sessionInfo"]
    assert (info["key"], info["isMain"], info["hasActiveRun"], info["activeRunIds"]) == (MAIN, True, False, [])
    assert opened["agentsList"]["defaultId"] == "main" and opened["metadata"]["commands"] == []
    assert opened["metadata"] == client.call("chat.metadata", {"agentId": "main"})
    described = client.call("sessions.describe", {"key": "main", "includeDerivedTitles": True, "includeLastMessage": True})["session"]
    assert described["key"] == MAIN and described["derivedTitle"] == "Hello" and described["lastMessagePreview"].startswith("Mock reply")
    assert client.call("sessions.describe", {"key": "nope"}) == {"session": None}
    listed = client.call("sessions.list", {"limit": 1, "configuredAgentsOnly": True, "ownerFirst": True})
    assert (listed["totalCount"], listed["limitApplied"], listed["nextOffset"], listed["hasMore"]) == (1, 1, None, False)
    agents = client.call("agents.list")
    assert agents["ownership"] == "sole" and agents["agents"][0]["kind"] == "agent"
