"""exec.approvals.*, exec.approval.*, plugin.approval.*: the file, questions, answers, and what a node may then run."""
import json
import os

import pytest
from gatewaylib import FakeNode, RpcError

PLAN = {"argv": ["echo", "hi"], "cwd": "/srv", "commandText": "echo hi", "agentId": "main", "sessionKey": "agent:main:main"}


def error_of(client, method, params=None):
    with pytest.raises(RpcError) as error:
        client.call(method, params)
    return error.value


@pytest.fixture
def people(gateway):
    """(who asks, who answers)"""
    return (gateway.client(display_name="Agent", client_id="gateway-client", client_mode="backend"),
            gateway.client(display_name="Operator UI", client_id="gateway-client", client_mode="backend"))


# -- the file

def test_the_file_is_replaced_only_on_the_state_it_was_read_from(gateway, client):
    got = client.call("exec.approvals.get")
    path = gateway.state / "exec-approvals.json"
    assert got["path"] == str(path) and got["exists"] is True and os.stat(path).st_mode & 0o777 == 0o600
    assert got["file"] == {"version": 1, "socket": {"path": str(gateway.state / "exec-approvals.sock")}, "defaults": {}, "agents": {}}
    token = json.loads(path.read_text())["socket"]["token"]
    assert token and token not in json.dumps(got)
    file = {"version": 1, "agents": {"main": {"security": "allowlist", "allowlist": [{"pattern": "/usr/bin/uptime"}]}}}
    assert error_of(client, "exec.approvals.set", {"file": file}).message == "exec approvals base hash required; re-run exec.approvals.get and retry"
    stale = error_of(client, "exec.approvals.set", {"file": file, "baseHash": "bad"})
    assert (stale.code, stale.message) == ("INVALID_REQUEST", "exec approvals changed since last load; re-run exec.approvals.get and retry")
    error = error_of(client, "exec.approvals.set", {"file": {"version": 2}})
    assert error.message == "invalid exec.approvals.set params: at /file/version: must be equal to constant"
    stored = client.call("exec.approvals.set", {"file": file, "baseHash": got["hash"]})
    assert stored["hash"] != got["hash"] and stored["file"]["agents"] == file["agents"]
    assert json.loads(path.read_text())["socket"]["token"] == token
    assert client.call("exec.approvals.get") == stored
    reader = gateway.client(scopes=["operator.read"])
    assert error_of(reader, "exec.approvals.get").message == "missing scope: operator.admin"


# -- a question

def test_two_phases_and_what_everybody_sees(people):
    asker, person = people
    request = asker.send_request("exec.approval.request", {
        "id": "appr-1-x", "command": "ls -la", "cwd": "/srv", "host": "gateway", "security": "allowlist", "ask": "on-miss",
        "agentId": "main", "sessionKey": "agent:main:main", "timeoutMs": 20000, "twoPhase": True})
    accepted = asker.result_of(request)["payload"]
    assert (accepted["status"], accepted["id"]) == ("accepted", "appr-1-x") and accepted["expiresAtMs"] - accepted["createdAtMs"] == 20000
    shown = person.wait_event("exec.approval.requested")
    assert shown == {"id": "appr-1-x", "createdAtMs": accepted["createdAtMs"], "expiresAtMs": accepted["expiresAtMs"], "request": {
        "command": "ls -la", "systemRunBinding": None, "systemRunPlan": None, "cwd": "/srv", "nodeId": None, "host": "gateway",
        "security": "allowlist", "ask": "on-miss", "allowedDecisions": ["allow-once", "allow-always", "deny"], "agentId": "main",
        "resolvedPath": None, "sessionKey": "agent:main:main", "turnSourceChannel": None, "turnSourceTo": None,
        "turnSourceAccountId": None, "turnSourceThreadId": None}}
    assert person.call("exec.approval.list") == [shown]
    waiter = person.send_request("exec.approval.waitDecision", {"id": "appr-1-x"})
    assert error_of(person, "exec.approval.resolve", {"id": "appr-1-x", "decision": "maybe"}).message == "invalid decision"
    assert person.call("exec.approval.resolve", {"id": "APPR-1", "decision": "allow-once"}) == {"ok": True}
    answer = {"id": "appr-1-x", "decision": "allow-once", "createdAtMs": accepted["createdAtMs"], "expiresAtMs": accepted["expiresAtMs"]}
    assert asker.result_of(request)["payload"] == answer
    assert person.result_of(waiter)["payload"] == answer
    resolved = asker.wait_event("exec.approval.resolved")
    assert resolved.pop("ts") > 0
    assert resolved == {"id": "appr-1-x", "decision": "allow-once", "resolvedBy": "Operator UI", "request": shown["request"]}
    assert person.call("exec.approval.list") == []
    assert person.call("exec.approval.waitDecision", {"id": "appr-1-x"}) == answer, "kept for a moment"
    assert person.call("exec.approval.resolve", {"id": "appr-1-x", "decision": "allow-once"}) == {"ok": True}
    error = error_of(person, "exec.approval.resolve", {"id": "appr-1-x", "decision": "deny"})
    assert (error.message, error.details) == ("unknown or expired approval id", {"reason": "APPROVAL_NOT_FOUND"})


def test_refusals(people, gateway):
    asker, person = people
    assert error_of(asker, "exec.approval.request", {"command": "ls", "host": "node"}).message == "nodeId is required for host=node"
    assert error_of(asker, "exec.approval.request", {"command": "ls", "host": "node", "nodeId": "n"}).message == "systemRunPlan is required for host=node"
    assert error_of(asker, "exec.approval.request", {"host": "node", "nodeId": "n", "systemRunPlan": {**PLAN, "argv": []}}).message == "commandArgv is required for host=node"
    assert error_of(asker, "exec.approval.request", {}).message == "command is required"
    assert error_of(asker, "exec.approval.request", {"command": "x", "cwd": 5}).message == (
        "invalid exec.approval.request params: at /cwd: must be string; at /cwd: must be null; at /cwd: must match a schema in anyOf")
    assert error_of(asker, "exec.approval.waitDecision", {}).message == "id is required"
    assert error_of(asker, "exec.approval.waitDecision", {"id": "zzz"}).message == "approval expired or not found"
    reader = gateway.client(scopes=["operator.read"])
    assert error_of(reader, "exec.approval.list").message == "missing scope: operator.approvals"
    asker.send_request("exec.approval.request", {"id": "same", "command": "ls"})
    person.wait_event("exec.approval.requested", lambda p: p["id"] == "same")
    assert error_of(asker, "exec.approval.request", {"id": "same", "command": "ls"}).message == "approval id already pending"
    for name in ("many-1", "many-2", "many-3", "many-4"):
        asker.send_request("exec.approval.request", {"id": name, "command": "ls"})
        person.wait_event("exec.approval.requested", lambda p: p["id"] == name)
    assert error_of(person, "exec.approval.resolve", {"id": "many", "decision": "deny"}).message == (
        "ambiguous approval id prefix; matches: many-1, many-2, many-3 (+1 more). Use the full id.")
    assert not [event for event in reader.events("exec.approval.requested")]


def test_always_asking_leaves_no_always_and_time_runs_out(people):
    asker, person = people
    request = asker.send_request("exec.approval.request", {"id": "appr-2", "command": "rm x", "ask": "always", "timeoutMs": 900})
    shown = person.wait_event("exec.approval.requested")
    assert shown["request"]["allowedDecisions"] == ["allow-once", "deny"]
    error = error_of(person, "exec.approval.resolve", {"id": "appr-2", "decision": "allow-always"})
    assert error.message == "allow-always is unavailable because the effective policy requires approval every time"
    assert asker.result_of(request)["payload"] == {"id": "appr-2", "decision": None, "createdAtMs": shown["createdAtMs"], "expiresAtMs": shown["expiresAtMs"]}
    assert person.call("exec.approval.list") == []
    assert error_of(person, "exec.approval.resolve", {"id": "appr-2", "decision": "deny"}).message == "unknown or expired approval id"


def test_a_question_that_nobody_can_answer_ends_at_once(gateway):
    alone = gateway.client()
    gateway.client(scopes=["operator.read"])
    answer = alone.call("exec.approval.request", {"command": "ls", "timeoutMs": 600000, "twoPhase": True})
    assert answer["decision"] is None
    assert alone.call("exec.approval.list") == []


def test_a_question_survives_a_crash_and_so_does_its_answer(gateway, people):
    asker, person = people
    asker.send_request("exec.approval.request", {"id": "keep-me", "command": "ls", "timeoutMs": 600000, "twoPhase": True})
    shown = person.wait_event("exec.approval.requested")
    gateway.kill9()
    gateway.start()
    person = gateway.client()
    assert person.call("exec.approval.list") == [shown]
    waiter = person.send_request("exec.approval.waitDecision", {"id": "keep-me"})
    gateway.client().call("exec.approval.resolve", {"id": "keep-me", "decision": "deny"})
    assert person.result_of(waiter)["payload"]["decision"] == "deny"
    gateway.kill9()
    gateway.start()
    person = gateway.client()
    assert person.call("exec.approval.list") == []
    assert person.call("exec.approval.waitDecision", {"id": "keep-me"})["decision"] == "deny"


# -- what a node may then run

@pytest.fixture
def run_on_node(gateway, people):
    asker, person = people
    node = FakeNode(gateway.url, {"system.run": lambda params: {"got": params}}, token=gateway.token).connect()

    def ask(decision, **more):
        request = asker.send_request("exec.approval.request", {
            "id": "run-1", "host": "node", "nodeId": node.node_id, "systemRunPlan": PLAN, "timeoutMs": 600000, **more})
        shown = person.wait_event("exec.approval.requested")
        person.call("exec.approval.resolve", {"id": "run-1", "decision": decision})
        assert asker.result_of(request)["payload"]["decision"] == decision
        return shown["request"]

    def run(by=asker, **params):
        return by.call("node.invoke", {"nodeId": node.node_id, "command": "system.run", "idempotencyKey": "k", "params": {
            "command": ["echo", "hi"], "runId": "run-1", "approved": True, **params}})
    run.ask, run.node, run.person = ask, node, person
    return run


def code_of(call, **params):
    with pytest.raises(RpcError) as error:
        call(**params)
    assert error.value.code == "INVALID_REQUEST"
    return error.value.details["code"]


def test_an_approval_lets_one_run_through_with_the_plan_that_was_shown(run_on_node):
    shown = run_on_node.ask("allow-once")
    assert shown["command"] == "echo hi" and shown["commandArgv"] == ["echo", "hi"] and shown["cwd"] == "/srv"
    assert shown["systemRunBinding"] == {"argv": ["echo", "hi"], "cwd": "/srv", "agentId": "main", "sessionKey": "agent:main:main", "envHash": None}
    assert code_of(run_on_node, by=run_on_node.person) == "APPROVAL_DEVICE_MISMATCH"
    assert code_of(run_on_node, command=["rm", "-rf", "/"]) == "APPROVAL_REQUEST_MISMATCH"
    assert code_of(run_on_node, env={"A": "1"}) == "APPROVAL_ENV_BINDING_MISSING"
    sent = run_on_node()["payload"]["got"]
    assert sent["approved"] is True and sent["approvalDecision"] == "allow-once" and sent["rawCommand"] == "echo hi"
    assert sent["cwd"] == "/srv" and sent["systemRunPlan"]["commandText"] == "echo hi" and sent["runId"] == "run-1"
    assert code_of(run_on_node) == "APPROVAL_REQUIRED", "used up"
    assert len(run_on_node.node.invocations) == 1


def test_a_denied_run_stays_away_from_the_node(run_on_node):
    run_on_node.ask("deny")
    assert code_of(run_on_node) == "APPROVAL_REQUIRED"
    assert run_on_node.node.invocations == []


def test_the_environment_is_part_of_what_was_approved(run_on_node):
    shown = run_on_node.ask("allow-always", env={"B": "2", "A": "1"})
    assert shown["envKeys"] == ["A", "B"] and len(shown["systemRunBinding"]["envHash"]) == 64
    assert code_of(run_on_node, env={"A": "1"}) == "APPROVAL_ENV_MISMATCH"
    for _ in range(2):
        assert run_on_node(env={"A": "1", "B": "2"})["payload"]["got"]["approvalDecision"] == "allow-always"


# -- plugins

def test_plugin_approvals(people):
    asker, person = people
    request = asker.send_request("plugin.approval.request", {
        "pluginId": "demo", "title": "Delete files", "description": "The plugin wants to delete 3 files", "severity": "warning",
        "toolName": "demo_delete", "twoPhase": True, "timeoutMs": 20000})
    accepted = asker.result_of(request)["payload"]
    assert accepted["id"].startswith("plugin:")
    shown = person.wait_event("plugin.approval.requested")
    assert shown["request"] == {"pluginId": "demo", "title": "Delete files", "description": "The plugin wants to delete 3 files", "severity": "warning",
                                "toolName": "demo_delete", "toolCallId": None, "agentId": None, "sessionKey": None, "turnSourceChannel": None,
                                "turnSourceTo": None, "turnSourceAccountId": None, "turnSourceThreadId": None}
    assert person.call("plugin.approval.list") == [shown] and person.call("exec.approval.list") == []
    assert error_of(person, "exec.approval.resolve", {"id": accepted["id"], "decision": "deny"}).message == "unknown or expired approval id"
    assert person.call("plugin.approval.resolve", {"id": accepted["id"], "decision": "allow-always"}) == {"ok": True}
    assert asker.result_of(request)["payload"]["decision"] == "allow-always"
    assert person.wait_event("plugin.approval.resolved")["resolvedBy"] == "Operator UI"
    assert error_of(person, "plugin.approval.resolve", {"id": "zzz", "decision": "deny"}).details == {"reason": "APPROVAL_NOT_FOUND"}
    error = error_of(asker, "plugin.approval.request", {"title": "x" * 81, "description": "y"})
    assert error.message == "invalid plugin.approval.request params: at /title: must NOT have more than 80 characters"
    error = error_of(asker, "plugin.approval.request", {"title": "x", "description": "y", "severity": "loud"})
    assert error.message == "invalid plugin.approval.request params: at /severity: must be equal to one of the allowed values"
