"""The HTTP surface besides probes and the Control UI: what the reference answers (transcripts/http), the OpenAI-compatible
endpoints, limits, slow and vanishing clients."""
import base64
import json
import re
import socket

import pytest
from gatewaylib import wait_until
from gatewaylib.wait import SLOWNESS
from http_support import (HOOK_TOKEN, NOSNIFF, PIXEL, TRANSCRIPTS, UUID, Stream, chat_body, config_for, events, get, open_gateway, post,
                          raw, sent_to_model, served, told)
from mock_provider import error, text, tool_call

__all__ = ["open_gateway", "served"]  # fixtures


# ---- the transcripts

def rows(name):
    return [json.loads(line) for line in (TRANSCRIPTS / name).read_text().splitlines()]


def anonymous(value):
    """Without ids, times and counts."""
    if isinstance(value, dict):
        return {key: 0 if key in ("created", "created_at") or key.endswith("_tokens") else anonymous(item) for key, item in value.items()}
    if isinstance(value, list):
        return [anonymous(item) for item in value]
    return UUID.sub("<uuid>", value) if isinstance(value, str) else value


def replay(gateway, row):
    request = row["request"]
    headers = {}
    for name, value in request["headers"].items():
        headers[name] = value.replace("<GATEWAY_TOKEN>", gateway.token).replace("<HOOK_TOKEN>", HOOK_TOKEN)
    body = request.get("body")
    size = re.fullmatch(r"<(\d+) bytes>", body or "")
    if size:
        body = '{"text":"' + "x" * (int(size[1]) - 11) + '"}'
    if headers.pop("Transfer-Encoding", None):
        body = iter([body.encode()])  # sent in chunks
    return gateway.http(request["method"], request["path"], body, headers, timeout=30 * SLOWNESS)


def check_headers(response, expected):
    for name in ("Content-Type", "Allow", "Cache-Control", "Transfer-Encoding"):
        if name in expected:
            assert response.getheader(name) == expected[name], name
    for name, value in NOSNIFF.items():
        assert response.getheader(name) == value


def check_body(response, expected, row):
    if not isinstance(expected, str):
        assert anonymous(told(response)) == anonymous(expected), row
    elif "data: " in expected:
        reference = anonymous([data for _, data in events(expected.encode())])
        ours = anonymous([data for _, data in events(response.body)])
        # The reference ends a chat without a finishing chunk; strict clients need one.
        assert [e for e in ours if not finishes(e)] == reference, row
        assert [name for name, _ in events(response.body) if name] == [name for name, _ in events(expected.encode()) if name]
    else:
        assert response.body.decode() == expected, row


def finishes(event):
    return isinstance(event, dict) and any(choice.get("finish_reason") for choice in event.get("choices", []))


def compare(gateway, row):
    response, expected = replay(gateway, row), row["response"]
    if expected.get("connectionReset"):
        # The reference resets the connection; a client of ours can read why.
        assert response.status == 413 and told(response) == {"ok": False, "error": "payload too large"}
        return
    assert response.status == expected["status"], (row, response.body)
    check_headers(response, expected["headers"])
    check_body(response, expected["body"], row)


def test_openai_endpoints_answer_as_the_reference_does(served, mock_provider):
    for row in rows("2026.4.2-openai-compatible.jsonl"):
        if row["request"]["path"] == "/v1/embeddings":
            continue  # no embedding provider here: the path does not exist
        mock_provider.reset()
        mock_provider.script([text("Hello", " there.")])
        compare(served, row)


def test_tools_hooks_and_sessions_answer_as_the_reference_does(served):
    tested = 0
    for row in rows("2026.4.2-tools-hooks-sessions-canvas.jsonl"):
        path = row["request"]["path"]
        # Tools that this gateway does not have; the canvas and plugin routes are others' tests.
        if not path.startswith(("/tools", "/hooks", "/sessions")) or "sessions_" in row["request"].get("body", "") and row["response"]["status"] != 401:
            continue
        compare(served, row)
        tested += 1
    assert tested > 25


# ---- the OpenAI-compatible endpoints

def test_switched_off_the_paths_belong_to_nobody(gateway):
    for path in ("/v1/chat/completions", "/v1/responses", "/v1/embeddings"):
        response = post(gateway, path, chat_body())
        assert response.status == 404 and response.body == b"Not Found"
    models = get(gateway, "/v1/models")
    assert not models.getheader("Content-Type").startswith("application/json")


def test_one_endpoint_alone(make_gateway, mock_provider):
    gateway = make_gateway(config_for(mock_provider, gateway={"http": {"endpoints": {"responses": {"enabled": True}}}}))
    assert post(gateway, "/v1/chat/completions", chat_body()).status == 404
    assert post(gateway, "/v1/responses", {"model": "openclaw", "input": "hi"}).status == 200
    assert get(gateway, "/v1/models").status == 200


def test_model_ids(served):
    assert told(get(served, "/v1/models/"))["error"]["message"] == "Missing model id."
    response = get(served, "/v1/models/%zz")
    assert response.status == 400 and told(response)["error"]["message"] == "Invalid model id encoding."


def test_history_system_text_and_tool_turns_become_one_message(served, mock_provider):
    response = post(served, "/v1/chat/completions", {"messages": [
        {"role": "system", "content": "Speak like a pirate."},
        {"role": "user", "content": "first question"},
        {"role": "assistant", "content": [{"type": "text", "text": "first answer"}]},
        {"role": "tool", "name": "lookup", "content": "42"},
        {"role": "user", "content": "second question"}]})
    assert response.status == 200 and told(response)["model"] == "openclaw"
    messages = sent_to_model(mock_provider)
    assert "Speak like a pirate." in messages[0][1]
    assert [role for role, _ in messages] == ["system", "user"]
    asked = messages[1][1]
    for line in ("User: first question", "Assistant: first answer", "Tool:lookup: 42"):
        assert line in asked
    assert asked.index("42") < asked.index("second question") and "User: second question" not in asked


def test_usage_is_the_models(served, mock_provider):
    mock_provider.script([text("fine", usage={"input": 100, "output": 7, "cached": 20})])
    assert told(post(served, "/v1/chat/completions", chat_body()))["usage"] == {
        "prompt_tokens": 100, "completion_tokens": 7, "total_tokens": 107}
    mock_provider.script([text("fine", usage={"input": 100, "output": 7})])
    body = post(served, "/v1/chat/completions", chat_body(stream=True, stream_options={"include_usage": True})).body
    chunks = events(body)
    assert chunks[-2][1]["usage"]["completion_tokens"] == 7 and chunks[-2][1]["choices"] == []
    assert chunks[-3][1]["choices"][0]["finish_reason"] == "stop" and chunks[-1][1] == "[DONE]"


def test_images_of_the_last_message_reach_the_model(served, mock_provider):
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + PIXEL}}
    assert post(served, "/v1/chat/completions", {"messages": [
        {"role": "user", "content": [{"type": "text", "text": "old"}, picture]},
        {"role": "user", "content": [{"type": "text", "text": "what is it?"}, picture]}]}).status == 200
    parts = mock_provider.requests()[-1]["body"]["messages"][-1]["content"]
    pictures = [part for part in parts if part["type"] == "image_url"]
    assert len(pictures) == 1 and pictures[0]["image_url"]["url"] == "data:image/png;base64," + PIXEL


@pytest.mark.parametrize("url", ["https://example.com/x.png", "data:image/png;base64,@@@", "data:text/plain;base64,aGk=", "data:image/png;base64,"])
def test_other_images_are_refused(served, url):
    response = post(served, "/v1/chat/completions", {"messages": [
        {"role": "user", "content": [{"type": "text", "text": "hm"}, {"type": "image_url", "image_url": url}]}]})
    assert response.status == 400
    assert told(response)["error"] == {"message": "Invalid image_url content in `messages`.", "type": "invalid_request_error"}


def test_session_agent_and_model_are_the_callers_choice(served, mock_provider):
    client = served.client()
    assert post(served, "/v1/chat/completions", chat_body(user="Ann")).status == 200
    assert post(served, "/v1/chat/completions", chat_body(), x_openclaw_session_key="project-x").status == 200
    assert post(served, "/v1/chat/completions", chat_body(), x_openclaw_model="mock/mock-2").status == 200
    assert mock_provider.requests()[-1]["body"]["model"] == "mock-2"
    assert post(served, "/v1/chat/completions", chat_body(model="openclaw:main")).status == 200
    keys = {row["key"] for row in client.call("sessions.list", {})["sessions"]}
    assert {"agent:main:openai-user:ann", "agent:main:project-x"} <= keys
    assert any(UUID.search(key) and key.startswith("agent:main:openai:") for key in keys)


@pytest.mark.parametrize("headers, message", [
    ({"x_openclaw_model": "mock"}, "Invalid `x-openclaw-model`."),
    ({"x_openclaw_model": "nope/none"}, "Model 'nope/none' is not allowed for agent 'main'."),
    ({"x_openclaw_session_key": "agent:nobody:main"}, "Invalid `x-openclaw-session-key`."),
    ({"x_openclaw_agent_id": "nobody"}, "Unknown agent 'nobody' in `x-openclaw-agent-id`."),
])
def test_choices_that_do_not_exist(served, headers, message):
    response = post(served, "/v1/chat/completions", chat_body(), **headers)
    assert response.status == 400 and told(response)["error"]["message"] == message


def test_the_same_user_continues_a_conversation(served, mock_provider):
    post(served, "/v1/chat/completions", chat_body("I am called Ann.", user="u"))
    post(served, "/v1/chat/completions", chat_body("Who am I?", user="u"))
    assert [role for role, _ in sent_to_model(mock_provider)] == ["system", "user", "assistant", "user"]


def test_a_failing_model_is_explained_in_the_answer(served, mock_provider):
    mock_provider.script([error(401)] * 3)
    whole = told(post(served, "/v1/chat/completions", chat_body()))
    assert whole["choices"][0]["message"]["content"].count("401") >= 1
    mock_provider.reset()
    mock_provider.script([error(401)] * 3)
    chunks = events(post(served, "/v1/chat/completions", chat_body(stream=True)).body)
    assert "".join(c["choices"][0]["delta"].get("content", "") for _, c in chunks[:-1]) == whole["choices"][0]["message"]["content"]
    assert finishes(chunks[-2][1]) and chunks[-1][1] == "[DONE]"


def test_a_silent_answer_is_told_as_one(served, mock_provider):
    mock_provider.script([text("NO_REPLY"), text("NO_REPLY")])
    assert told(post(served, "/v1/chat/completions", chat_body()))["choices"][0]["message"]["content"] == "No response from OpenClaw."
    chunks = events(post(served, "/v1/chat/completions", chat_body(stream=True)).body)
    assert chunks[1][1]["choices"][0]["delta"] == {"content": "No response from OpenClaw."}


def test_text_of_several_rounds_streams_as_paragraphs(served, mock_provider):
    replies = [tool_call("session_status", {}, text="Let me see."), text("All is well.")]
    for stream in (False, True):
        mock_provider.reset()
        mock_provider.script(list(replies))
        body = post(served, "/v1/chat/completions", chat_body(stream=stream)).body
        if stream:
            answer = "".join(c["choices"][0]["delta"].get("content", "") for _, c in events(body)[:-1])
        else:
            answer = json.loads(body)["choices"][0]["message"]["content"]
        assert answer == "Let me see.\n\nAll is well."


def test_pieces_arrive_while_the_model_still_speaks(served, mock_provider):
    mock_provider.script([{"kind": "hang", "events": 3, "of": text("one ", "two ", "three")}])
    stream = Stream(served, "POST", "/v1/chat/completions", json.dumps(chat_body(stream=True, user="s")))
    assert stream.response.getheader("Content-Type") == "text/event-stream; charset=utf-8"
    seen = stream.until(b"one")
    assert b"[DONE]" not in seen and b'"role":"assistant"' in seen
    stream.close()


def test_a_client_that_leaves_does_not_end_the_run(served, mock_provider):
    client = served.client()
    mock_provider.script([text("first ", "second ", "last", delay_ms=150)])
    stream = Stream(served, "POST", "/v1/chat/completions", json.dumps(chat_body(stream=True, user="leaver")))
    stream.until(b"first")
    stream.close()

    def whole():
        messages = client.call("chat.history", {"sessionKey": "agent:main:openai-user:leaver"})["messages"]
        return messages[-1]["role"] == "assistant" and messages[-1]["content"][0]["text"] == "first second last"
    wait_until(whole, 20, "the answer in the transcript")


def test_a_client_that_does_not_read_holds_up_nobody(served, mock_provider):
    mock_provider.script([text(*["x" * 500_000] * 10)])
    # 5 MB: more than the system keeps for a client that does not read, so that the gateway has to keep some.
    sleeper = socket.create_connection(("127.0.0.1", served.port))
    body = json.dumps(chat_body(stream=True, user="sleeper")).encode()
    sleeper.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s"
                    % (served.token.encode(), len(body), body))
    wait_until(lambda: mock_provider.requests() and mock_provider.requests()[0]["done"], 30, "the model has spoken")
    assert told(post(served, "/v1/chat/completions", chat_body("quick")))["choices"][0]["message"]["content"]
    sleeper.settimeout(30 * SLOWNESS)
    got = b""
    while b"[DONE]" not in got[-200:]:
        piece = sleeper.recv(1 << 20)
        assert piece
        got += piece
    sleeper.close()


# ---- responses

def test_response_follow_ups_share_the_session(served, mock_provider):
    first = told(post(served, "/v1/responses", {"model": "openclaw", "input": "I am called Ann."}))
    second = told(post(served, "/v1/responses", {"model": "openclaw", "input": "Who am I?", "previous_response_id": first["id"]}))
    assert [role for role, _ in sent_to_model(mock_provider)] == ["system", "user", "assistant", "user"]
    post(served, "/v1/responses", {"model": "openclaw", "input": "And now?", "previous_response_id": second["id"]})
    assert len(sent_to_model(mock_provider)) == 6
    post(served, "/v1/responses", {"model": "openclaw", "input": "Else?", "previous_response_id": second["id"]}, x_openclaw_session_key="other")
    assert len(sent_to_model(mock_provider)) == 2
    post(served, "/v1/responses", {"model": "openclaw", "input": "Else?", "previous_response_id": "resp_unknown"})
    assert len(sent_to_model(mock_provider)) == 2


WEATHER = {"type": "function", "name": "get_weather", "description": "Weather of a place.",
           "parameters": {"type": "object", "properties": {"place": {"type": "string"}}}}


def test_a_function_of_the_client_ends_the_response_and_its_result_continues_it(served, mock_provider):
    mock_provider.script([tool_call("get_weather", {"place": "Oslo"}, text="One moment.")])
    first = told(post(served, "/v1/responses", {"model": "openclaw", "input": "weather?", "tools": [WEATHER]}))
    assert first["status"] == "incomplete"
    message, call = first["output"]
    assert message["content"][0]["text"] == "One moment."
    assert call["type"] == "function_call" and call["name"] == "get_weather" and json.loads(call["arguments"]) == {"place": "Oslo"}
    assert "get_weather" in [tool["function"]["name"] for tool in mock_provider.requests()[-1]["body"]["tools"]]
    mock_provider.script([text("It rains.")])
    second = told(post(served, "/v1/responses", {"model": "openclaw", "previous_response_id": first["id"], "tools": [WEATHER], "input": [
        {"type": "function_call_output", "call_id": call["call_id"], "output": "rain, 4 degrees"}]}))
    assert second["status"] == "completed" and second["output"][0]["content"][0]["text"] == "It rains."
    assert "rain, 4 degrees" in sent_to_model(mock_provider)[-1][1]


def test_function_calls_stream_at_their_own_index(served, mock_provider):
    mock_provider.script([tool_call("get_weather", {"place": "Oslo"})])
    seen = events(post(served, "/v1/responses", {"model": "openclaw", "input": "weather?", "tools": [WEATHER], "stream": True,
                                                 "tool_choice": "required"}).body)
    assert [name for name, _ in seen] == [
        "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added", "response.output_text.done",
        "response.content_part.done", "response.output_item.done", "response.output_item.added", "response.output_item.done",
        "response.completed", None]
    assert seen[7][1]["output_index"] == 1 and seen[7][1]["item"]["name"] == "get_weather"
    final = seen[-2][1]["response"]
    assert final["status"] == "incomplete" and [item["type"] for item in final["output"]] == ["message", "function_call"]


@pytest.mark.parametrize("body, message", [
    ({"input": "hi"}, "model: Invalid input: expected string, received undefined"),
    ({"model": "openclaw", "input": [{"type": "message", "role": "robot", "content": "x"}]}, "input: Invalid input"),
    ({"model": "openclaw", "input": "hi", "tools": [{"type": "web_search"}]}, 'tools.0.type: Invalid input: expected "function"'),
    ({"model": "openclaw", "input": "hi", "max_output_tokens": 0}, "max_output_tokens: Too small: expected number to be >0"),
    ({"model": "openclaw", "input": "hi", "truncation": "no"}, 'truncation: Invalid option: expected one of "auto"|"disabled"'),
    ({"model": "openclaw", "input": "hi", "metadata": {"a": 1}}, "metadata.a: Invalid input: expected string, received number"),
    ({"model": "openclaw", "input": [{"type": "message", "role": "system", "content": "x"}]}, "Missing user message in `input`."),
    ({"model": "gpt-4", "input": "hi"}, "Invalid `model`. Use `openclaw` or `openclaw/<agentId>`."),
    ({"model": "openclaw", "input": "hi", "tools": [WEATHER], "tool_choice": {"type": "function", "function": {"name": "other"}}},
     "invalid tool configuration"),
    ({"model": "openclaw", "input": [{"type": "message", "role": "user", "content": [
        {"type": "input_image", "source": {"type": "url", "url": "http://169.254.169.254/x"}}]}]}, "invalid request"),
])
def test_what_responses_refuses(served, body, message):
    response = post(served, "/v1/responses", body)
    assert response.status == 400 and told(response) == {"error": {"message": message, "type": "invalid_request_error"}}


def test_files_and_images_of_a_response_reach_the_model(served, mock_provider):
    assert post(served, "/v1/responses", {"model": "openclaw", "input": [{"type": "message", "role": "user", "content": [
        {"type": "input_text", "text": "read this"},
        {"type": "input_file", "source": {"type": "base64", "media_type": "text/plain", "data": base64.b64encode(b"the secret word is fig").decode(),
                                          "filename": "notes.txt"}},
        {"type": "input_image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}]}]}).status == 200
    said = sent_to_model(mock_provider)[-1][1]
    assert "notes.txt" in said and "the secret word is fig" in said and "<image_url>" in said


# ---- scopes, limits

def test_without_a_secret_the_header_names_the_scopes(open_gateway):
    for scopes, status in (("operator.read", 403), ("", 403), ("operator.write", 200), ("operator.admin", 200)):
        response = post(open_gateway, "/v1/chat/completions", chat_body(), token=False, x_openclaw_scopes=scopes)
        assert response.status == status, scopes
        if status == 403:
            assert told(response) == {"ok": False, "error": {"type": "forbidden", "message": "missing scope: operator.write"}}
    assert post(open_gateway, "/v1/chat/completions", chat_body(), token=False).status == 200
    assert get(open_gateway, "/v1/models", token=False, x_openclaw_scopes="").status == 403


@pytest.mark.parametrize("path, limit", [("/v1/chat/completions", 20 << 20), ("/v1/responses", 20 << 20), ("/tools/invoke", 2 << 20)])
def test_a_body_beyond_the_limit_is_answered_so_that_it_can_be_read(served, path, limit):
    response = post(served, path, b"{" + b" " * limit)
    assert response.status == 413
    assert told(response) == {"error": {"message": "Payload too large", "type": "invalid_request_error"}}
    assert response.getheader("X-Content-Type-Options") == "nosniff"


def test_a_stranger_cannot_make_the_gateway_read_a_body(served):
    head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n\r\n"
    answer = raw(served, head)
    assert answer.startswith(b"HTTP/1.1 401 ")


def test_a_body_that_does_not_come_is_answered_408(served):
    request = (b"POST /tools/invoke HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + served.token.encode()
               + b"\r\nContent-Length: 100\r\n\r\n{")
    answer = raw(served, request)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert answer.endswith(b'{"error":{"message":"Request body timeout","type":"invalid_request_error"}}')


def test_many_wrong_tokens_from_elsewhere_are_refused_for_a_while(make_gateway, mock_provider):
    config = config_for(mock_provider)
    config["gateway"]["trustedProxies"] = ["127.0.0.1"]
    config["gateway"]["auth"] = {"rateLimit": {"maxAttempts": 3, "windowMs": 60000, "lockoutMs": 60000, "exemptLoopback": False}}
    gateway = make_gateway(config)
    statuses = [get(gateway, "/v1/models", token="wrong", x_forwarded_for="203.0.113.9").status for _ in range(4)]
    assert statuses[:2] == [401, 401] and statuses[3] == 429
    response = get(gateway, "/v1/models", x_forwarded_for="203.0.113.9")
    assert response.status == 429 and int(response.getheader("Retry-After")) > 0
    assert told(response)["error"]["type"] == "rate_limited"
    assert get(gateway, "/v1/models", x_forwarded_for="203.0.113.10").status == 200
    # Hooks are counted apart.
    hook = gateway.http("POST", "/hooks/wake", json.dumps({"text": "x"}), {"Authorization": "Bearer " + HOOK_TOKEN, "X-Forwarded-For": "203.0.113.9"})
    assert hook.status == 200
    for _ in range(4):
        last = gateway.http("POST", "/hooks/wake", "{}", {"Authorization": "Bearer wrong", "X-Forwarded-For": "203.0.113.9"})
    assert last.status == 429 and last.body == b"Too Many Requests" and int(last.getheader("Retry-After")) > 0
