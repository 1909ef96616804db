"""node.*: lists, invocations and their errors, queues, events, pairing without connecting."""
import json
import threading

import pytest
from gatewaylib import Device, FakeNode, NodeError, RpcError, wait_until

ALLOW = {"gateway": {"nodes": {"allowCommands": ["test.echo", "undeclared.ok"]}}}


def error_of(client, method, params=None):
    with pytest.raises(RpcError) as error:
        client.call(method, params)
    return error.value


def invoke(node, command, params=None, **more):
    out = {"nodeId": node.node_id, "command": command, "idempotencyKey": more.pop("key", "k"), **more}
    if params is not None:
        out["params"] = params
    return out


def echo(params):
    return {"echo": params}


@pytest.fixture
def world(make_gateway):
    """A gateway with an echoing node and an operator."""
    gateway = make_gateway(ALLOW)
    handlers = {"test.echo": echo, "system.run": echo, "system.which": echo, "system.execApprovals.get": echo, "system.execApprovals.set": echo}
    node = FakeNode(gateway.url, handlers, token=gateway.token, commands=[*handlers, "camera.snap"], platform="linux", display_name="Test Node")
    gateway._clients.append(node)
    node.connect()
    operator = gateway.client(display_name="Operator UI", client_id="gateway-client", client_mode="backend")
    operator.gateway, operator.node = gateway, node
    return operator


# -- node.invoke

def test_invoke_outcomes(world):
    node = world.node
    assert world.call("node.invoke", invoke(node, "test.echo", {"x": 1})) == {
        "ok": True, "nodeId": node.node_id, "command": "test.echo", "payload": {"echo": {"x": 1}}, "payloadJSON": '{"echo": {"x": 1}}'}
    assert node.invocations[0]["paramsJSON"] == '{"x":1}' and node.invocations[0]["idempotencyKey"] == "k"
    assert world.call("node.invoke", invoke(node, "test.echo"))["payload"] == {"echo": None}
    assert node.invocations[1]["paramsJSON"] is None

    def refuse(params):
        raise NodeError("CAMERA_DISABLED", "camera is off")
    node.handlers["test.echo"] = refuse
    error = error_of(world, "node.invoke", invoke(node, "test.echo", {}))
    assert (error.code, error.message, error.details) == ("UNAVAILABLE", "CAMERA_DISABLED: camera is off", {
        "nodeError": {"code": "CAMERA_DISABLED", "message": "camera is off"}})

    node.handlers["test.echo"] = lambda params: None
    error = error_of(world, "node.invoke", invoke(node, "test.echo", {}, timeoutMs=300))
    assert (error.code, error.message, error.details) == ("UNAVAILABLE", "TIMEOUT: node invoke timed out", {
        "nodeError": {"code": "TIMEOUT", "message": "node invoke timed out"}})
    assert node.invocations[-1]["timeoutMs"] == 300
    late = node.call("node.invoke.result", {"id": node.invocations[-1]["id"], "nodeId": node.node_id, "ok": True, "payloadJSON": None, "error": None})
    assert late == {"ok": True, "ignored": True}
    assert error_of(node, "node.invoke.result", {"id": "x", "nodeId": "other", "ok": True}).message == "nodeId mismatch"


@pytest.mark.parametrize("command, reason, message", [
    ("camera.snap", "command not allowlisted", 'node command not allowed: "camera.snap" is not in the allowlist for platform "linux"'),
    ("undeclared.ok", "command not declared by node", 'node command not allowed: the node (platform: linux) does not support "undeclared.ok"'),
])
def test_what_the_policy_refuses(world, command, reason, message):
    error = error_of(world, "node.invoke", invoke(world.node, command))
    assert (error.code, error.message, error.details) == ("INVALID_REQUEST", message, {"reason": reason, "command": command})


def test_invoke_refuses_before_it_sends(world):
    node = world.node
    assert error_of(world, "node.invoke", {"nodeId": "zzz", "command": "test.echo", "idempotencyKey": "k"}).details == {"code": "NOT_CONNECTED"}
    assert error_of(world, "node.invoke", {"nodeId": "  ", "command": "test.echo", "idempotencyKey": "k"}).message == "nodeId and command required"
    error = error_of(world, "node.invoke", invoke(node, "system.execApprovals.get"))
    assert error.message == "node.invoke does not allow system.execApprovals.*; use exec.approvals.node.*"
    assert error.details == {"command": "system.execApprovals.get"}
    error = error_of(world, "node.invoke", {"nodeId": node.node_id, "command": "test.echo"})
    assert error.message == "invalid node.invoke params: must have required property 'idempotencyKey'"
    assert node.invocations == []


def test_only_known_parameters_of_system_run_are_forwarded(world):
    node = world.node
    result = world.call("node.invoke", invoke(node, "system.run", {"command": ["echo", "hi"], "extra": 1, "approved": False}))
    assert result["payload"] == {"echo": {"command": ["echo", "hi"]}}
    assert world.call("node.invoke", invoke(node, "system.run", {"command": "echo hi"}))["payload"] == {"echo": {"command": "echo hi"}}
    error = error_of(world, "node.invoke", invoke(node, "system.run", {"command": ["echo"], "approved": True}))
    assert (error.message, error.details) == ("approval override requires params.runId", {"code": "MISSING_RUN_ID"})
    error = error_of(world, "node.invoke", invoke(node, "system.run", {"command": ["echo"], "approved": True, "runId": "nope", "approvalDecision": "allow-once"}))
    assert (error.message, error.details) == ("unknown or expired approval id", {"code": "UNKNOWN_APPROVAL_ID", "runId": "nope"})
    error = error_of(world, "node.invoke", invoke(node, "system.run", {"command": ["echo"], "rawCommand": "rm -rf /"}))
    assert error.details["code"] == "RAW_COMMAND_MISMATCH"


def test_a_node_that_goes_away_fails_what_it_was_asked(world):
    node = world.node
    entered = threading.Event()

    def silent(params):
        entered.set()
    node.handlers["test.echo"] = silent
    request = world.send_request("node.invoke", invoke(node, "test.echo", {}))
    assert entered.wait(10)
    node.abort()
    response = world.result_of(request)
    assert response["error"] == {"code": "UNAVAILABLE", "message": "Error: node disconnected (test.echo)"}


def test_exec_approvals_of_a_node_go_through_it(world):
    assert world.call("exec.approvals.node.get", {"nodeId": world.node.node_id}) == {"echo": {}}
    assert world.call("exec.approvals.node.set", {"nodeId": world.node.node_id, "file": {"version": 1}}) == {"echo": {"file": {"version": 1}}}
    error = error_of(world, "exec.approvals.node.get", {"nodeId": "zzz"})
    assert (error.code, error.message) == ("UNAVAILABLE", "NOT_CONNECTED: node not connected")
    assert error.details == {"nodeError": {"code": "NOT_CONNECTED", "message": "node not connected"}}


# -- lists

def test_list_describe_and_rename(world):
    node, gateway = world.node, world.gateway
    listed = world.call("node.list")["nodes"]
    assert [entry["nodeId"] for entry in listed] == [node.node_id]
    entry = listed[0]
    assert entry["connected"] and entry["paired"] and entry["displayName"] == "Test Node"
    assert entry["commands"] == ["system.run", "system.which", "test.echo"]
    assert "camera.snap" in entry["filteredCommands"]
    described = world.call("node.describe", {"nodeId": node.node_id})
    assert described.pop("ts") > 0 and described == entry
    assert error_of(world, "node.describe", {"nodeId": "zzz"}).message == "unknown nodeId"
    assert error_of(world, "node.rename", {"nodeId": "zzz", "displayName": "x"}).message == "unknown nodeId"
    assert world.call("node.rename", {"nodeId": node.node_id, "displayName": " Kitchen "}) == {"nodeId": node.node_id, "displayName": "Kitchen"}
    gateway.kill9()
    gateway.start()
    operator = gateway.client()
    entry = operator.call("node.list")["nodes"][0]
    assert (entry["displayName"], entry["connected"], entry["paired"]) == ("Kitchen", False, True)
    assert entry["commands"] == ["system.run", "system.which", "test.echo"]
    FakeNode(gateway.url, node.handlers, token=gateway.token, device=node.device, commands=list(node.handlers), display_name="Test Node").connect()
    assert operator.call("node.describe", {"nodeId": node.node_id})["displayName"] == "Kitchen"


# -- queues

def test_ios_in_the_background_gets_its_command_later(make_gateway):
    gateway = make_gateway()

    def background(params):
        raise NodeError("NODE_BACKGROUND_UNAVAILABLE", "app in background")
    device = Device()
    options = dict(token=gateway.token, device=device, platform="iOS 18.2", device_family="iPhone")
    node = FakeNode(gateway.url, {"canvas.present": background, "system.notify": background}, **options).connect()
    operator = gateway.client()
    error = error_of(operator, "node.invoke", invoke(node, "canvas.present", {"url": "x"}, key="ios1"))
    assert (error.code, error.message, error.retryable) == ("UNAVAILABLE", "node command queued until iOS returns to foreground", True)
    queued = error.details.pop("queuedActionId")
    assert error.details == {"code": "QUEUED_UNTIL_FOREGROUND", "nodeId": node.node_id, "command": "canvas.present",
                             "wake": {"path": "no-registration", "available": False, "throttled": False},
                             "nodeError": {"code": "NODE_BACKGROUND_UNAVAILABLE", "message": "app in background"}}
    again = error_of(operator, "node.invoke", invoke(node, "canvas.present", {"url": "x"}, key="ios1"))
    assert again.details["queuedActionId"] == queued, "one entry for one key"
    other = error_of(operator, "node.invoke", invoke(node, "system.notify", {}, key="ios2"))
    assert other.message == "NODE_BACKGROUND_UNAVAILABLE: app in background", "only what needs the foreground waits"

    gateway.kill9()
    gateway.start()
    node = FakeNode(gateway.url, {"canvas.present": background}, **options).connect()
    pulled = node.call("node.pending.pull", {})
    enqueued = pulled["actions"][0].pop("enqueuedAtMs")
    assert enqueued > 0
    assert pulled == {"nodeId": node.node_id, "actions": [{"id": queued, "command": "canvas.present", "paramsJSON": '{"url":"x"}'}]}
    assert node.call("node.pending.ack", {"ids": [queued]}) == {"nodeId": node.node_id, "ackedIds": [queued], "remainingCount": 0}
    assert node.call("node.pending.pull", {})["actions"] == []


def test_pending_work(world):
    node = world.node
    first = node.call("node.pending.drain", {"maxItems": 2})
    assert first["items"][0].pop("createdAtMs") > 0
    assert first == {"nodeId": node.node_id, "revision": 0, "hasMore": False,
                     "items": [{"id": "baseline-status", "type": "status.request", "priority": "default", "expiresAtMs": None}]}
    queued = world.call("node.pending.enqueue", {"nodeId": node.node_id, "type": "location.request", "priority": "high", "expiresInMs": 60000})
    assert (queued["nodeId"], queued["revision"], queued["wakeTriggered"]) == (node.node_id, 1, False)
    item = queued["queued"]
    assert item["expiresAtMs"] - item["createdAtMs"] == 60000 and item["priority"] == "high"
    assert world.call("node.pending.enqueue", {"nodeId": node.node_id, "type": "location.request"})["queued"] == item
    assert [entry["type"] for entry in node.call("node.pending.drain", {})["items"]] == ["location.request", "status.request"]
    error = error_of(world, "node.pending.enqueue", {"nodeId": node.node_id, "type": "nonsense"})
    assert error.message == "invalid node.pending.enqueue params: at /type: must be equal to one of the allowed values"
    assert error_of(world, "node.pending.enqueue", {"nodeId": "zzz", "type": "status.request"}).message == "unknown nodeId"
    assert error_of(node, "node.pending.enqueue", {"nodeId": node.node_id, "type": "status.request"}).message == "unauthorized role: node"
    assert error_of(node, "node.pending.ack", {"ids": []}).message == "invalid node.pending.ack params: at /ids: must NOT have fewer than 1 items"


# -- node.event

def test_events_are_answered_and_unknown_ones_accepted(world):
    node = world.node
    assert node.call("node.event", {"event": "unknown.event", "payload": {}}) == {"ok": True}
    assert error_of(node, "node.event", {}).message == "invalid node.event params: must have required property 'event'"
    assert error_of(world, "node.event", {"event": "x"}).message == "unauthorized role: operator"


def test_protocol_4_hears_what_became_of_an_event(make_gateway):
    gateway = make_gateway()
    node = FakeNode(gateway.url, {}, token=gateway.token, commands=["system.which"], protocol=(4, 4)).connect()
    assert node.call("node.event", {"event": "node.host.stats", "payload": {}}) == {
        "ok": True, "event": "node.host.stats", "handled": False, "reason": "unknown event"}
    assert node.call("node.event", {"event": "chat.subscribe", "payloadJSON": '{"sessionKey":"agent:main:main"}'}) == {
        "ok": True, "event": "chat.subscribe", "handled": True}
    for method in ("node.skills.update", "node.pluginTools.update", "node.runnerInventory.update"):
        assert node.call(method, {"anything": [1]}) == {"ok": True}


def test_a_subscribed_node_gets_copies_without_seq_until_it_unsubscribes(world):
    node = world.node
    node.call("node.event", {"event": "chat.subscribe", "payloadJSON": json.dumps({"sessionKey": "agent:main:main"})})
    world.call("chat.send", {"sessionKey": "main", "message": "help", "idempotencyKey": "one"})
    frame = node.wait_event_frame("chat", lambda p: p["state"] == "final" and p["runId"] == "one")
    assert "seq" not in frame and frame["payload"]["sessionKey"] == "agent:main:main"
    assert node.events("agent")
    node.call("node.event", {"event": "chat.unsubscribe", "payload": {"sessionKey": "agent:main:main"}})
    world.call("chat.send", {"sessionKey": "main", "message": "help", "idempotencyKey": "two"})
    world.wait_event("chat", lambda p: p["state"] == "final" and p["runId"] == "two")
    node.call("node.pending.drain", {})  # an answer on the same socket: whatever was sent before it has arrived
    assert not [event for event in node.events("chat") if event["runId"] == "two"]


def test_a_transcript_starts_a_turn_once(world):
    node = world.node
    for _ in range(2):
        assert node.call("node.event", {"event": "voice.transcript", "payload": {"text": "help", "eventId": "e1"}}) == {"ok": True}
    world.wait_event("chat", lambda p: p["state"] == "final" and p["sessionKey"] == "agent:main:main")
    users = [m for m in world.call("chat.history", {"sessionKey": "main"})["messages"] if m["role"] == "user"]
    assert len(users) == 1
    node.call("node.event", {"event": "agent.request", "payloadJSON": json.dumps({"message": "help"})})
    world.wait_event("chat", lambda p: p["state"] == "final" and p["sessionKey"] == "agent:main:node-" + node.node_id)


def test_the_next_turn_hears_of_what_a_node_ran_meanwhile(make_gateway, mock_provider):
    from mock_provider import text
    gateway = make_gateway({"models": {"providers": {"mock": {"baseUrl": mock_provider.base_url, "apiKey": "sk-test-key-123456", "api": "openai-completions",
                                                              "models": [{"id": "mock-1", "name": "Mock", "contextWindow": 128000, "maxTokens": 4096}]}}},
                            "agents": {"defaults": {"model": "mock/mock-1"}}})
    node = FakeNode(gateway.url, {}, token=gateway.token, commands=["system.run"]).connect()

    def finished(**more):
        payload = {"sessionKey": "agent:main:main", "runId": "r1", "host": "node", "command": "make", "exitCode": 2, "success": False, "output": "no rule", **more}
        assert node.call("node.event", {"event": "exec.finished", "payloadJSON": json.dumps(payload)}) == {"ok": True}
    finished(runId="quiet", suppressNotifyOnExit=True)
    finished(runId="nothing", exitCode=0, output="")
    finished()
    gateway.kill9()  # what was answered is kept
    gateway.start()
    client = gateway.client()
    mock_provider.script([text("noted"), text("again")])
    for key in ("a", "b"):
        client.call("chat.send", {"sessionKey": "main", "message": "hello", "idempotencyKey": key})
        client.wait_event("chat", lambda p: p["runId"] == key and p["state"] == "final", timeout=30)
    bodies = [json.dumps(request["body"]) for request in mock_provider.requests()]
    assert "Exec finished (node=%s id=r1, code 2)" % node.node_id in bodies[0] and "no rule" in bodies[0]
    assert "quiet" not in bodies[0] and "nothing, code" not in bodies[0]
    assert "Exec finished" not in bodies[1], "once"


def test_a_push_registration_is_kept_and_named_when_a_node_sleeps(make_gateway):
    gateway = make_gateway()

    def background(params):
        raise NodeError("NODE_BACKGROUND_UNAVAILABLE", "app in background")
    node = FakeNode(gateway.url, {"canvas.present": background}, token=gateway.token, platform="iOS 18.2", device_family="iPhone").connect()
    node.call("node.event", {"event": "push.apns.register", "payload": {"token": "abc", "topic": "ai.openclaw.ios", "environment": "production"}})
    error = error_of(gateway.client(), "node.invoke", invoke(node, "canvas.present", {}))
    assert error.details["wake"] == {"path": "no-auth", "available": False, "throttled": False}


# -- pairing without connecting

def test_node_pair_without_connecting(gateway):
    admin = gateway.client()
    writer = gateway.client(scopes=["operator.write"])
    pairing = gateway.client(scopes=["operator.pairing"])
    wanted = {"nodeId": "legacy-1", "displayName": "Legacy node", "platform": "linux", "commands": ["test.echo", "system.run"]}
    first = admin.call("node.pair.request", wanted)
    assert (first["status"], first["created"]) == ("pending", True)
    request = first["request"]["requestId"]
    assert admin.wait_event("node.pair.requested")["requestId"] == request
    again = admin.call("node.pair.request", wanted)
    assert again["created"] is False and again["request"]["requestId"] == request
    assert error_of(pairing, "node.pair.approve", {"requestId": request}).message == "missing scope: operator.write"
    assert error_of(writer, "node.pair.approve", {"requestId": request}).message == "missing scope: operator.admin"
    approved = admin.call("node.pair.approve", {"requestId": request})
    token = approved["node"]["token"]
    assert approved["requestId"] == request and approved["node"]["commands"] == ["test.echo", "system.run"]
    event = admin.wait_event("node.pair.resolved")
    assert (event["requestId"], event["nodeId"], event["decision"]) == (request, "legacy-1", "approved")
    gateway.kill9()
    gateway.start()
    admin = gateway.client()
    assert admin.call("node.pair.verify", {"nodeId": "legacy-1", "token": token})["ok"] is True
    assert admin.call("node.pair.verify", {"nodeId": "legacy-1", "token": "bad"}) == {"ok": False}
    listed = admin.call("node.pair.list")
    assert [entry["nodeId"] for entry in listed["paired"]] == ["legacy-1"] and token not in json.dumps(listed)
    assert admin.call("node.rename", {"nodeId": "legacy-1", "displayName": "Renamed"}) == {"nodeId": "legacy-1", "displayName": "Renamed"}
    other = admin.call("node.pair.request", {"nodeId": "legacy-2"})["request"]["requestId"]
    assert admin.call("node.pair.reject", {"requestId": other}) == {"requestId": other, "nodeId": "legacy-2"}
    for method in ("node.pair.approve", "node.pair.reject"):
        assert error_of(admin, method, {"requestId": "zzz"}).message == "unknown requestId"
    error = error_of(admin, "node.pair.request", {"nodeId": "l3", "permissions": {"a": True}})
    assert error.message == "invalid node.pair.request params: at root: unexpected property 'permissions'"


def test_commands_that_wait_for_approval_are_withheld(make_gateway):
    gateway = make_gateway(ALLOW)
    admin = gateway.client()
    device = Device()
    remote = {"X-Forwarded-For": "192.0.2.9"}
    node = FakeNode(gateway.url, {"test.echo": echo, "system.run": echo}, token=gateway.token, device=device, headers=remote)
    with pytest.raises(RpcError) as error:
        node.connect()
    request = error.value.details["requestId"]
    gateway.client(scopes=["operator.pairing"]).call("device.pair.approve", {"requestId": request})
    node = FakeNode(gateway.url, {"test.echo": echo, "system.run": echo}, token=gateway.token, device=device, headers=remote).connect()
    waiting = wait_until(lambda: admin.call("node.pair.list")["pending"], 10, "the commands wait")[0]
    entry = admin.call("node.list")["nodes"][0]
    assert entry["commands"] == [] and entry["approvalState"] == "pending-approval"
    assert entry["pendingRequestId"] == waiting["requestId"] and entry["pendingDeclaredCommands"] == ["system.run", "test.echo"]
    error = error_of(admin, "node.invoke", invoke(node, "test.echo", {}))
    assert error.code == "UNAVAILABLE" and error.details["code"] == "PAIRING_CHANGED" and node.invocations == []
    admin.call("node.pair.approve", {"requestId": waiting["requestId"]})
    assert admin.call("node.invoke", invoke(node, "test.echo", {}))["ok"] is True
