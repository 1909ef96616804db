"""The handshake and the frames, against what the reference does (transcripts/2026.4.2)."""
import json

import pytest
from gatewaylib import ConnectRefused, Device, FakeNode, RpcError, WsClient


def first_frame(gateway, data):
    """(answers, close code, close reason) to a first message."""
    client = gateway.client(connect=False)
    client.open()
    client.wait_event("connect.challenge")
    client.send_raw(data)
    code, reason = client.wait_closed()
    return [frame for frame in client.frames if frame["type"] == "res"], code, reason


def connect_frame(**params):
    return json.dumps({"type": "req", "id": "c1", "method": "connect", "params": params})


@pytest.mark.parametrize("data, code, reason", [
    ("this is not json", 1000, ""),
    (json.dumps({"type": "event", "event": "x"}), 1008, "invalid request frame"),
    (json.dumps({"type": "req", "method": "connect"}), 1008, "invalid request frame"),
    (json.dumps({"type": "req", "id": "1", "method": "connect", "extra": 1}), 1008, "invalid request frame"),
])
def test_a_broken_first_frame_gets_no_answer(gateway, data, code, reason):
    assert first_frame(gateway, data) == ([], code, reason)


def test_the_first_request_must_be_connect(gateway):
    answers, code, reason = first_frame(gateway, json.dumps({"type": "req", "id": "x", "method": "health"}))
    text = "invalid handshake: first request must be connect"
    assert answers == [{"type": "res", "id": "x", "ok": False, "error": {"code": "INVALID_REQUEST", "message": text}}]
    assert (code, reason) == (1008, text)


def test_schema_errors_name_every_problem_and_are_cut_in_the_close(gateway):
    answers, code, reason = first_frame(gateway, connect_frame())
    message = answers[0]["error"]["message"]
    assert message == ("invalid connect params: must have required property 'minProtocol'; must have required property "
                       "'maxProtocol'; must have required property 'client'")
    assert code == 1008 and reason == message[:120]


def test_protocol_mismatch(gateway):
    with pytest.raises(ConnectRefused) as refused:
        gateway.client(protocol=(7, 9))
    assert refused.value.message == "protocol mismatch"
    assert (refused.value.close_code, refused.value.close_reason) == (1002, "protocol mismatch")


def test_a_frame_before_hello_that_is_too_large_closes_with_1009(gateway):
    answers, code, reason = first_frame(gateway, connect_frame(pad="x" * 70_000))
    assert (answers, code, reason) == ([], 1009, "")


def test_binary_frames_are_accepted(gateway):
    client = gateway.client(connect=False)
    client.open()
    client.challenge = client.wait_event("connect.challenge")
    frame = {"type": "req", "id": "b", "method": "connect", "params": client.connect_params()}
    client.send_raw(json.dumps(frame).encode())
    assert client.wait_frame(lambda f: f.get("id") == "b")["ok"] is True


def test_handshake_timeout_closes_1000_without_a_reason(make_gateway):
    gateway = make_gateway(env={"OPENCLAW_HANDSHAKE_TIMEOUT_MS": "300"})
    client = gateway.client(connect=False)
    client.open()
    assert client.wait_closed() == (1000, "")


def test_unauthenticated_sockets_are_limited_and_others_do_not_notice(make_gateway):
    gateway = make_gateway(env={"OPENCLAW_MAX_PREAUTH_CONNECTIONS_PER_IP": "3"})
    established = gateway.client()
    waiting = [gateway.client(connect=False) for _ in range(3)]
    for client in waiting:
        client.open()
        client.wait_event("connect.challenge")
    answer = gateway.http("GET", "/", headers={"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
                                               "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="})
    assert answer.status == 503 and answer.body == b"Too many unauthenticated sockets"
    assert established.call("health")["ok"]
    waiting[0].close()
    waiting[0].wait_closed()


def test_bad_frames_after_hello_leave_the_connection_open(client):
    client.send_raw("{ not json")
    client.send_raw(json.dumps({"type": "req", "id": 5, "method": "health"}))
    client.send_raw(json.dumps({"type": "req", "id": "q9", "method": "health", "extra": 1}))
    number = client.wait_frame(lambda f: f.get("id") == 5)
    assert number["error"] == {"code": "INVALID_REQUEST", "message": "invalid request frame: at /id: must be string"}
    extra = client.wait_frame(lambda f: f.get("id") == "q9")
    assert extra["error"]["message"] == "invalid request frame: at root: unexpected property 'extra'"
    with pytest.raises(RpcError) as again:
        client.call("connect", {})
    assert again.value.message == "connect is only valid as the first request"
    assert client.call("health")["ok"]


def test_a_message_over_the_limit_closes_1009(client):
    client.send_raw("x" * (26_214_400 + 1))
    assert client.wait_closed(30)[0] == 1009


def test_scopes_and_roles(gateway):
    reader = gateway.client(scopes=["operator.read"])
    assert reader.call("status")["sessions"]["paths"] == []
    for method, scope in (("chat.send", "operator.write"), ("device.pair.list", "operator.pairing"), ("no.such", "operator.admin")):
        with pytest.raises(RpcError) as refused:
            reader.call(method, {})
        assert (refused.value.code, refused.value.message) == ("INVALID_REQUEST", "missing scope: " + scope)
    with pytest.raises(RpcError) as unknown:
        gateway.client().call("no.such", {})
    assert unknown.value.message == "unknown method: no.such"
    with pytest.raises(RpcError) as params:
        gateway.client().call("chat.history", {"limit": 0})
    assert params.value.message == ("invalid chat.history params: must have required property 'sessionKey'; "
                                    "at /limit: must be >= 1")


def test_a_node_may_call_only_node_methods_and_the_11th_refusal_closes(gateway):
    node = FakeNode(gateway.url, {"system.run": lambda p: {}}, token=gateway.token).connect()
    assert node.call("health")["ok"]
    for _ in range(11):
        with pytest.raises(RpcError) as refused:
            node.call("node.list", {})
        assert refused.value.message == "unauthorized role: node"
    assert node.wait_closed() == (1008, "repeated unauthorized calls")


def test_presence_and_versions(gateway):
    watcher = gateway.client(client_mode="ui", display_name="Watcher")
    other = gateway.client(client_mode="backend", client_id="gateway-client", display_name="Other")
    names = [entry.get("host") for entry in watcher.call("system-presence")]
    assert names[1:] == ["Other", "Watcher"]
    assert watcher.call("system-presence")[0]["reason"] == "self"
    other.close()
    gone = watcher.wait_event_frame("presence")
    assert gone["payload"]["presence"][1]["reason"] == "disconnect"
    assert gone["stateVersion"]["presence"] > watcher.hello["snapshot"]["stateVersion"]["presence"]


def test_sequence_numbers_have_no_gaps(gateway):
    client = gateway.client()
    for number in range(3):
        client.call("chat.send", {"sessionKey": "main", "message": "help", "idempotencyKey": "seq-%d" % number})
        client.wait_event("chat", lambda p: p["state"] == "final")
    numbers = [frame["seq"] for frame in client.frames if frame.get("type") == "event" and "seq" in frame]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_reconnect_with_the_device_token_alone(gateway):
    device = Device()
    first = gateway.client(device=device)
    token = first.hello["auth"]["deviceToken"]
    again = WsClient(gateway.url, device=device, device_token=token).connect()
    assert again.hello["auth"]["deviceToken"] == token
    with pytest.raises(ConnectRefused) as refused:
        WsClient(gateway.url, device=Device(), device_token=token).connect()
    assert refused.value.detail_code == "AUTH_DEVICE_TOKEN_MISMATCH"


def test_forwarded_connections_wait_for_approval_under_one_request_id(gateway):
    admin = gateway.client()
    device = Device()
    headers = {"X-Forwarded-For": "192.0.2.9"}
    ids = set()
    for _ in range(2):
        with pytest.raises(ConnectRefused) as refused:
            gateway.client(device=device, headers=headers)
        assert refused.value.code == "NOT_PAIRED" and refused.value.close_reason == "pairing required"
        assert "openclaw devices approve" in refused.value.details["remediationHint"]
        ids.add(refused.value.details["requestId"])
    assert len(ids) == 1
    asked = admin.wait_event("device.pair.requested")
    assert asked["requestId"] in ids and asked["deviceId"] == device.id
    approved = admin.call("device.pair.approve", {"requestId": ids.pop()})
    assert approved["device"]["deviceId"] == device.id and "token" not in approved["device"]["tokens"][0]
    assert gateway.client(device=device, headers=headers).call("health")["ok"]


def test_pairing_survives_a_restart(gateway):
    device = Device()
    gateway.client(device=device)
    gateway.kill9()
    gateway.start()
    assert gateway.client(device=device, headers={"X-Forwarded-For": "192.0.2.9"}).call("health")["ok"]
    paired = gateway.client().call("device.pair.list", {})["paired"]
    assert device.id in [entry["deviceId"] for entry in paired]
