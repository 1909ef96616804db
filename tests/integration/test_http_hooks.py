"""HTTP: POST /tools/invoke, hooks, the history of sessions and the end of their runs."""
import json
import re

from gatewaylib import wait_until
from http_support import (HOOK_TOKEN, UUID, Stream, chat_body, config_for, events, get, open_gateway, post, sent_to_model, served, told)
from mock_provider import slow, text

__all__ = ["open_gateway", "served"]  # fixtures


# ---- tools

def test_a_tool_that_is_open_runs(served):
    body = told(post(served, "/tools/invoke", {"tool": "session_status"}))
    assert body["ok"] is True and body["result"]["content"][0]["type"] == "text" and "mock/mock-1" in body["result"]["content"][0]["text"]


def test_the_configuration_opens_and_closes_tools(make_gateway, mock_provider):
    config = config_for(mock_provider, tools={"deny": ["exec"]})
    config["gateway"]["tools"] = {"allow": ["nodes", "exec"], "deny": ["session_status"]}
    gateway = make_gateway(config)
    response = post(gateway, "/tools/invoke", {"tool": "nodes", "action": "status"})
    assert response.status == 200 and "nodes" in response.body.decode()
    failed = post(gateway, "/tools/invoke", {"tool": "nodes", "args": {"action": "describe", "node": "nowhere"}})
    assert failed.status == 400 and told(failed)["error"]["type"] == "tool_error"
    for tool in ("exec", "session_status"):
        refused = post(gateway, "/tools/invoke", {"tool": tool})
        assert refused.status == 404 and told(refused)["error"] == {"type": "not_found", "message": "Tool not available: " + tool}


# ---- hooks

def hook(gateway, path, body, token=HOOK_TOKEN, **headers):
    return post(gateway, path, body, token=token, **headers)


def messages_of(client, key):
    return client.call("chat.history", {"sessionKey": key})["messages"]


def said(client, key, role):
    return [block["text"] for message in messages_of(client, key) if message["role"] == role
            for block in message["content"] if block["type"] == "text"]


def test_hooks_off_by_default_and_never_with_the_gateways_token(gateway, make_gateway):
    assert post(gateway, "/hooks/wake", {"text": "x"}).status == 404


def test_a_wake_reaches_the_main_session(served, mock_provider):
    client = served.client()
    assert told(hook(served, "/hooks/wake", {"text": "The door bell rang.", "mode": "next-heartbeat"})) == {"ok": True, "mode": "next-heartbeat"}
    assert not mock_provider.requests()
    assert told(hook(served, "/hooks/wake", {"text": "Look at the camera."})) == {"ok": True, "mode": "now"}
    wait_until(lambda: said(client, "main", "assistant"), 20, "the turn that the wake began")
    assert said(client, "main", "user") == ["Look at the camera."]
    assert "The door bell rang." in sent_to_model(mock_provider)[0][1]


def test_a_task_runs_in_a_session_of_its_own(served, mock_provider):
    client = served.client()
    mock_provider.script([text("Done.")])
    run = told(hook(served, "/hooks/agent", {"message": "Sort the mail.", "name": "Mail", "deliver": False}))["runId"]
    assert client.call("agent.wait", {"runId": run, "timeoutMs": 20000})["status"] == "ok"
    keys = [row["key"] for row in client.call("sessions.list", {})["sessions"]]
    assert len(keys) == 1 and re.fullmatch(r"agent:main:hook:" + UUID.pattern, keys[0])
    assert said(client, keys[0], "user") == ["Sort the mail."] and said(client, keys[0], "assistant") == ["Done."]


def test_a_repeated_task_runs_once(served, mock_provider):
    client = served.client()
    body = {"message": "once", "idempotencyKey": "k1"}
    first = told(hook(served, "/hooks/agent", body))["runId"]
    assert told(hook(served, "/hooks/agent", body))["runId"] == first
    assert told(hook(served, "/hooks/agent", {"message": "another", "idempotencyKey": "k1"}))["runId"] != first
    header = told(hook(served, "/hooks/agent", {"message": "h"}, X_OpenClaw_Idempotency_Key="z"))["runId"]
    assert told(hook(served, "/hooks/agent", {"message": "h"}, X_OpenClaw_Idempotency_Key="z"))["runId"] == header
    client.call("agent.wait", {"runId": header, "timeoutMs": 20000})
    assert len(client.call("sessions.list", {})["sessions"]) == 3


HOOKS = {"enabled": True, "token": HOOK_TOKEN, "path": "in/", "allowRequestSessionKey": True, "allowedSessionKeyPrefixes": ["hook:"],
         "allowedAgentIds": ["main"], "maxBodyBytes": 2000, "presets": ["gmail"], "mappings": [
             {"match": {"path": "ci", "source": "github"}, "messageTemplate": "{{repo.name}} {{jobs[1].id}} {{payload.jobs[0]}} {{query.q}} "
              "{{headers.x-kind}} {{path}} [{{nothing.here}}] [{{headers.authorization}}]", "sessionKey": "hook:ci:{{repo.name}}", "name": "CI"},
             {"match": {"path": "/ping/"}, "action": "wake", "textTemplate": "ping {{n}}", "wakeMode": "next-heartbeat"},
             {"match": {"path": "empty"}, "messageTemplate": "{{nothing}}"},
             {"match": {"path": "foreign"}, "sessionKey": "main", "messageTemplate": "x"},
             {"match": {"path": "code"}, "transform": {"module": "x.mjs"}}]}


def test_mappings_and_presets(make_gateway, mock_provider):
    gateway = make_gateway(config_for(mock_provider, hooks=HOOKS))
    client = gateway.client()
    run = told(hook(gateway, "/in/ci?q=a%20b", {"source": "github", "repo": {"name": "fig"}, "jobs": [{"id": 1}, {"id": 22}]}, X_Kind="push"))["runId"]
    assert client.call("agent.wait", {"runId": run, "timeoutMs": 20000})["status"] == "ok"
    assert said(client, "agent:main:hook:ci:fig", "user") == ['fig 22 {"id":1} a b push ci [] []']
    assert hook(gateway, "/in/ci", {"source": "gitlab"}).status == 404
    assert told(hook(gateway, "/in/ping", {"n": 3})) == {"ok": True, "mode": "next-heartbeat"}
    assert told(hook(gateway, "/in/empty", {})) == {"ok": False, "error": "hook mapping requires message"}
    assert told(hook(gateway, "/in/foreign", {}))["error"] == "sessionKey must start with one of: hook:"
    failed = hook(gateway, "/in/code", {})
    assert failed.status == 500 and told(failed) == {"ok": False, "error": "hook mapping failed"} and "messageTemplate" in gateway.log()
    mail = told(hook(gateway, "/in/gmail", {"messages": [{"id": "m1", "from": "a@b.c", "subject": "Hi", "snippet": "s", "body": "long"}]}))["runId"]
    assert client.call("agent.wait", {"runId": mail, "timeoutMs": 20000})["status"] == "ok"
    assert "From: a@b.c" in said(client, "agent:main:hook:gmail:m1", "user")[0]
    assert post(gateway, "/hooks/wake", {"text": "x"}, token=HOOK_TOKEN).status == 404  # not the base path here


def test_rules_for_tasks(make_gateway, mock_provider):
    gateway = make_gateway(config_for(mock_provider, hooks=HOOKS))
    for body, text_of_error in (
            ({"message": "x", "agentId": "other"}, "agentId is not allowed by hooks.allowedAgentIds"),
            ({"message": "x", "sessionKey": "main"}, "sessionKey must start with one of: hook:"),
            ({"message": "x", "model": " "}, "model required"),
            ({"message": "x", "channel": "pigeon"}, "channel must be last")):
        response = hook(gateway, "/in/agent", body)
        assert response.status == 400 and told(response) == {"ok": False, "error": text_of_error}
    run = told(hook(gateway, "/in/agent", {"message": "x", "sessionKey": "hook:Mine", "model": "mock/mock-2"}))["runId"]
    client = gateway.client()
    assert client.call("agent.wait", {"runId": run, "timeoutMs": 20000})["status"] == "ok"
    assert said(client, "agent:main:hook:mine", "user") == ["x"] and mock_provider.requests()[-1]["body"]["model"] == "mock-2"
    response = hook(gateway, "/in/agent", {"message": "x" * 3000})
    assert response.status == 413 and told(response) == {"ok": False, "error": "payload too large"}


# ---- sessions

def fill(gateway, turns=3):
    for number in range(turns):
        assert post(gateway, "/v1/chat/completions", chat_body("question %d" % number), token=False, x_openclaw_session_key="main").status == 200


def test_history_in_windows(open_gateway):
    missing = get(open_gateway, "/sessions/nope/history", token=False)
    assert missing.status == 404 and told(missing) == {"ok": False, "error": {"type": "not_found", "message": "Session not found: nope"}}
    fill(open_gateway)
    whole = told(get(open_gateway, "/sessions/main/history", token=False))
    assert whole["sessionKey"] == "agent:main:main" and whole["items"] == whole["messages"] and whole["hasMore"] is False
    assert len(whole["items"]) == 6 and "nextCursor" not in whole
    last = told(get(open_gateway, "/sessions/agent%3Amain%3Amain/history?limit=2", token=False))
    assert [m["__openclaw"]["seq"] for m in last["items"]] == [5, 6] and last["hasMore"] is True
    before = told(get(open_gateway, "/sessions/main/history?limit=4&cursor=" + last["nextCursor"], token=False))
    assert [m["__openclaw"]["seq"] for m in before["items"]] == [1, 2, 3, 4] and before["hasMore"] is False
    assert get(open_gateway, "/sessions/main/history", token=False, x_openclaw_scopes="operator.approvals").status == 403


def test_a_followed_history_shows_new_messages(open_gateway):
    fill(open_gateway, 1)
    stream = Stream(open_gateway, "GET", "/sessions/main/history", Accept="text/event-stream")
    window = Stream(open_gateway, "GET", "/sessions/main/history?limit=1", Accept="text/event-stream")
    first = stream.until(b"event: history\n")
    assert first.startswith(b"retry: 1000\n\n")
    window.until(b"event: history\n")
    post(open_gateway, "/v1/chat/completions", chat_body("something new"), token=False, x_openclaw_session_key="main")
    seen = events(stream.until(b'"messageSeq":4'))
    assert [name for name, _ in seen] == ["history", "message", "message"]
    assert seen[1][1]["sessionKey"] == "agent:main:main" and seen[1][1]["message"]["role"] == "user" and seen[1][1]["messageSeq"] == 3
    assert seen[1][1]["messageId"] == seen[1][1]["message"]["__openclaw"]["id"]
    shown = events(window.until(b'"seq":4'))
    assert {name for name, _ in shown} == {"history"} and len(shown[-1][1]["items"]) == 1
    stream.close()
    window.close()


def test_kill_stops_what_runs(open_gateway, mock_provider):
    assert post(open_gateway, "/sessions/nope/kill", "", token=False).status == 404
    fill(open_gateway, 1)
    assert told(post(open_gateway, "/sessions/main/kill", "", token=False)) == {"ok": True, "killed": False}
    mock_provider.script([{"kind": "hang", "events": 3, "of": text("never ", "ending ", "story")}])
    stream = Stream(open_gateway, "POST", "/v1/chat/completions", json.dumps(chat_body(stream=True)), x_openclaw_session_key="main")
    stream.until(b"never")
    assert told(post(open_gateway, "/sessions/main/kill", "", token=False)) == {"ok": True, "killed": True}
    stream.until(b"[DONE]")
    stream.close()
    elsewhere = post(open_gateway, "/sessions/main/kill", "", token=False, x_forwarded_for="203.0.113.9")
    assert elsewhere.status == 403
    assert post(open_gateway, "/sessions/main/kill", "", token=False, x_openclaw_requester_session_key="agent:main:other").status == 403


def test_history_waits_for_a_slow_run_without_a_scratch(open_gateway, mock_provider):
    """Two clients at once: one that streams a run, one that reads the transcript meanwhile."""
    mock_provider.script([slow(300, text("late"))])
    stream = Stream(open_gateway, "POST", "/v1/chat/completions", json.dumps(chat_body(stream=True)), x_openclaw_session_key="main")
    stream.until(b"role")
    wait_until(lambda: get(open_gateway, "/sessions/main/history", token=False).status == 200, 10, "the session is there")
    stream.until(b"[DONE]")
    assert b"late" in stream.seen
    stream.close()
