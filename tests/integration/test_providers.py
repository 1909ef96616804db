"""The agent with real provider wire formats, and everything that goes wrong with providers."""
import pytest
from gatewaylib import FakeNode, wait_until
from mock_provider import cut, error, garbage, hang, slow, text, tool_call


def config_for(provider, api):
    return {"models": {"providers": {"mock": {"baseUrl": provider.base_url, "apiKey": "sk-test-key-123456", "api": api, "models": [
        {"id": "mock-1", "name": "Mock", "contextWindow": 128000, "maxTokens": 4096,
         "compat": {"supportsUsageInStreaming": True}}]}}},
        "agents": {"defaults": {"model": "mock/mock-1", "llm": {"idleTimeoutSeconds": 2}}}}


@pytest.fixture(params=["openai-completions", "anthropic-messages"])
def api(request):
    return request.param


@pytest.fixture
def talk(make_gateway, mock_provider, api):
    gateway = make_gateway(config_for(mock_provider, api))
    client = gateway.client(caps=["tool-events"])

    def run(message, key="run", timeout=40):
        client.call("chat.send", {"sessionKey": "main", "message": message, "idempotencyKey": key})
        return client.wait_event("chat", lambda p: p["runId"] == key and p["state"] in ("final", "error", "aborted"), timeout=timeout)
    run.gateway, run.client = gateway, client
    return run


def words(event):
    return "".join(block.get("text", "") for block in event["message"]["content"])


def history(client):
    return client.call("chat.history", {"sessionKey": "main"})["messages"]


def test_text_streams(talk, mock_provider):
    mock_provider.script([text("Hel", "lo ", "there", delay_ms=60)])
    final = talk("hi")
    assert final["state"] == "final" and words(final) == "Hello there"
    deltas = [event["data"]["delta"] for event in talk.client.events("agent") if event["stream"] == "assistant"]
    assert "".join(deltas) == "Hello there" and len(deltas) >= 2
    assert any(event["state"] == "delta" for event in talk.client.events("chat"))
    stored = history(talk.client)[-1]
    assert stored["provider"] == "mock" and stored["model"] == "mock-1" and stored["usage"]["output"] > 0


def test_a_tool_call_reaches_a_node_and_its_result_the_model(talk, mock_provider):
    node = FakeNode(talk.gateway.url, {
        "system.run.prepare": lambda p: {"plan": {"argv": p["command"], "cwd": None, "commandText": "uptime", "commandPreview": None,
                                                  "agentId": None, "sessionKey": None}},
        "system.run": lambda p: {"exitCode": 0, "timedOut": False, "success": True, "stdout": "up 3 days", "stderr": "", "error": None},
        "system.which": lambda p: {"bins": {}}}, token=talk.gateway.token, display_name="pi").connect()
    mock_provider.script([tool_call("exec", {"command": "uptime", "host": "node", "node": "pi"}), text("It is up for 3 days.")])
    final = talk("how is the pi?")
    assert words(final).endswith("It is up for 3 days.")
    run = [request for request in node.invocations if request["command"] == "system.run"]
    assert '"/bin/sh","-lc","uptime"' in run[0]["paramsJSON"].replace(" ", "")
    second = mock_provider.requests()[1]["body"]
    assert "up 3 days" in str(second["messages"])


def test_the_session_is_remembered(talk, mock_provider):
    mock_provider.script([text("one"), text("two")])
    talk("first question", "a")
    talk("second question", "b")
    sent = str(mock_provider.requests()[1]["body"]["messages"])
    assert "first question" in sent and "one" in sent and "second question" in sent


@pytest.mark.parametrize("fault, expected", [
    ([error(401)], "401"),
    ([error(400)], "400"),
    ([garbage()], ""),
    ([cut(6, text(*["partial "] * 12))], ""),
    ([hang()] * 4, "timeout"),
])
def test_failures_are_events_and_a_readable_reply_and_keep_the_message(talk, mock_provider, fault, expected):
    mock_provider.script(fault)
    outcome = talk("please answer", timeout=60)
    assert outcome["state"] == "error"
    assert expected in outcome["errorMessage"].lower() or "timed out" in outcome["errorMessage"].lower()
    assert "sk-test-key" not in str(talk.client.frames) and "sk-test-key" not in talk.gateway.log()
    assert "please answer" in str(history(talk.client))
    assert talk.client.call("health")["ok"]


def test_an_agent_call_gets_the_failure_as_text(talk, mock_provider):
    mock_provider.script([error(401)])
    result = talk.client.call("agent", {"message": "hi", "sessionKey": "main", "idempotencyKey": "x"}, timeout=40, expect_final=True)
    assert result["status"] == "ok" and result["result"]["payloads"][0]["text"]


def test_a_provider_that_is_down_is_explained(make_gateway, mock_provider, api):
    gateway = make_gateway(config_for(mock_provider, api))
    mock_provider.stop()
    client = gateway.client()
    client.call("chat.send", {"sessionKey": "main", "message": "hi", "idempotencyKey": "d"})
    outcome = client.wait_event("chat", lambda p: p["state"] == "error", timeout=60)
    assert "refused" in outcome["errorMessage"]


def test_overload_is_retried_before_anything_was_streamed(talk, mock_provider):
    mock_provider.script([error(500), error(429, headers={"retry-after": "1"}), text("at last")])
    assert words(talk("hi", timeout=60)) == "at last"


def test_abort_closes_the_stream_and_keeps_the_partial_text(talk, mock_provider):
    mock_provider.script([text("first part ", *["x "] * 200, delay_ms=50)])
    talk.client.call("chat.send", {"sessionKey": "main", "message": "long", "idempotencyKey": "ab"})
    talk.client.wait_event("chat", lambda p: p["state"] == "delta", timeout=20)
    stopped = talk.client.call("chat.abort", {"sessionKey": "agent:main:main"})
    assert stopped == {"ok": True, "aborted": True, "runIds": ["ab"]}
    aborted = talk.client.wait_event("chat", lambda p: p["state"] == "aborted")
    assert aborted["stopReason"] == "rpc" and aborted["sessionKey"] == "main" and words(aborted).startswith("first part")
    wait_until(lambda: mock_provider.requests()[0].get("closed_by_client"), 10, "the stream closed by us")
    assert "first part" in str(history(talk.client)[-1])


def test_stop_as_a_message_stops(talk, mock_provider):
    mock_provider.script([slow(30_000, text("never"))])
    talk.client.call("chat.send", {"sessionKey": "main", "message": "long", "idempotencyKey": "st"})
    wait_until(lambda: mock_provider.requests(), 20, "the request at the provider")
    answer = talk.client.call("chat.send", {"sessionKey": "main", "message": " Stop! ", "idempotencyKey": "w"})
    assert answer["aborted"] and answer["runIds"] == ["st"]
    assert talk.client.wait_event("chat", lambda p: p["state"] == "aborted")["stopReason"] == "stop"
