"""The main job: a message in, the agent, a node command, the reply; from a client, from the CLI, through SSH, from Telegram."""
import os
import shutil
import socket

import pytest
from gatewaylib import FakeNode, NodeHost, Sandbox, cli, wait_until
from gatewaylib.sandbox import free_port

UPTIME = os.path.realpath(shutil.which("uptime"))


def say(client, text, key, session="main"):
    client.call("chat.send", {"sessionKey": session, "message": text, "idempotencyKey": key})
    return client.wait_event("chat", lambda p: p["runId"] == key and p["state"] in ("final", "error", "aborted"), timeout=30)


def text_of(message):
    return "".join(block.get("text", "") for block in message["message"]["content"])


def test_builtin_operator_runs_a_command_on_a_node(gateway, make_node):
    node = make_node("test-node", allow=[UPTIME])
    client = gateway.client(caps=["tool-events"])
    reply = text_of(say(client, "run uptime on test-node", "job-1"))
    assert "load average" in reply
    tools = [event["data"] for event in client.events("agent") if event["stream"] == "tool"]
    assert [data["phase"] for data in tools] == ["start", "result"] and tools[0]["name"] == "exec"
    streams = [event["stream"] for event in client.events("agent")]
    assert streams[0] == "lifecycle" and streams[-1] == "lifecycle"
    numbers = [event["seq"] for event in client.events("agent")]
    assert numbers == sorted(numbers)
    roles = [message["role"] for message in client.call("chat.history", {"sessionKey": "main"})["messages"]]
    assert roles == ["user", "assistant", "toolResult", "assistant"]
    assert node.record(client)["commands"] == ["system.run", "system.run.prepare", "system.which"]


def test_what_is_not_on_the_allowlist_is_refused_with_the_rule(gateway, make_node):
    make_node("test-node", allow=[UPTIME])
    client = gateway.client()
    reply = text_of(say(client, "run id on test-node", "job-2"))
    assert "SYSTEM_RUN_DENIED" in reply or "allowlist" in reply
    assert "uid=" not in reply


def test_help_status_and_nodes_need_no_node(gateway, client):
    assert "run" in text_of(say(client, "help", "h"))
    assert "builtin/operator" in text_of(say(client, "status", "s"))
    assert "no node" in text_of(say(client, "list my nodes", "n")).lower()


def test_the_cli_does_the_same(gateway, make_node):
    make_node("test-node", allow=[UPTIME])
    done = gateway.cli("agent", "--message", "run uptime on test-node").ok()
    assert "load average" in done.out
    document = gateway.cli("agent", "--message", "run uptime on test-node", "--json").ok().json()
    assert document["status"] == "ok" and "load average" in document["result"]["payloads"][-1]["text"]


def test_from_another_machine_through_ssh(gateway, ssh_server):
    """Operator and node sit behind `ssh -N -L`; only the address 127.0.0.1:<their port> and the token are known there."""
    local = free_port()
    ssh_server.tunnel(local, gateway.port)
    elsewhere = Sandbox()
    node = NodeHost(gateway, "far-node", allow=[UPTIME], port=local).start()
    try:
        env = gateway.remote_env(elsewhere, url="ws://127.0.0.1:%d" % local)
        assert "OK" in cli("gateway", "health", env=env).ok().out
        done = cli("agent", "--message", "run uptime on far-node", env=env).ok()
        assert "load average" in done.out
        names = [entry["displayName"] for entry in cli("nodes", "status", "--json", env=env).ok().json()["nodes"]]
        assert names == ["far-node"]
    finally:
        node.close()
        elsewhere.remove()


def telegram_config(bot, **more):
    return {"channels": {"telegram": {"botToken": bot.token, "apiRoot": bot.url, "dmPolicy": "allowlist", "allowFrom": [4242], **more}}}


def sent_texts(bot):
    return [call["params"]["text"] for call in bot.calls_of("sendMessage")]


def test_from_telegram(make_gateway, make_node, mock_telegram):
    gateway = make_gateway(telegram_config(mock_telegram))
    make_node("test-node", of=gateway, allow=[UPTIME])
    client = gateway.client()
    mock_telegram.call_soon(mock_telegram.push_message, 4242, text="run uptime on test-node")
    wait_until(lambda: any("load average" in text for text in sent_texts(mock_telegram)), 30, "the reply in the chat")
    history = client.call("chat.history", {"sessionKey": "main"})["messages"]
    assert [m["role"] for m in history] == ["user", "assistant", "toolResult", "assistant"]

    def account():
        return client.call("channels.status", {})["channelAccounts"]["telegram"][0]
    # The mock has seen the message a moment before the gateway has its answer.
    wait_until(lambda: account()["lastOutboundAt"], 10, "the delivery noted")
    assert account()["running"] and account()["lastInboundAt"]
    # Runs of a channel give no chat events (the reference's rule), but their agent events are seen.
    assert not client.events("chat") and client.events("agent")


def test_telegram_strangers_get_nothing(make_gateway, mock_telegram):
    gateway = make_gateway(telegram_config(mock_telegram))
    mock_telegram.call_soon(mock_telegram.push_message, 999, text="help")
    mock_telegram.call_soon(mock_telegram.push_message, 4242, text="help")
    wait_until(lambda: sent_texts(mock_telegram), 30, "the answer to the allowed sender")
    assert {call["params"]["chat_id"] for call in mock_telegram.calls_of("sendMessage")} <= {4242, "4242"}
    assert "999" in gateway.log()


def test_telegram_update_is_not_answered_twice_after_a_crash(make_gateway, mock_telegram):
    gateway = make_gateway(telegram_config(mock_telegram))
    mock_telegram.call_soon(mock_telegram.push_message, 4242, text="help")
    wait_until(lambda: len(sent_texts(mock_telegram)) == 1, 30, "the first reply")
    gateway.kill9()
    gateway.start()
    mock_telegram.call_soon(mock_telegram.push_message, 4242, text="status")
    wait_until(lambda: len(sent_texts(mock_telegram)) >= 2, 30, "the second reply")
    users = [m for m in gateway.client().call("chat.history", {"sessionKey": "main"})["messages"] if m["role"] == "user"]
    assert len(users) == 2


def test_telegram_reply_waits_out_a_429(make_gateway, mock_telegram):
    gateway = make_gateway(telegram_config(mock_telegram))
    mock_telegram.call_soon(mock_telegram.fault, "sendMessage", "429", retry_after=1)
    mock_telegram.call_soon(mock_telegram.push_message, 4242, text="help")
    wait_until(lambda: len(sent_texts(mock_telegram)) >= 2, 30, "the second attempt")
    assert len(set(sent_texts(mock_telegram))) == 1


def test_node_gone_in_the_middle_is_an_error_to_the_agent(gateway, client):
    node = FakeNode(gateway.url, {"system.run.prepare": lambda p: None, "system.run": lambda p: None, "system.which": lambda p: {}},
                    token=gateway.token, display_name="ghost").connect()
    client.send_request("chat.send", {"sessionKey": "main", "message": "run uptime on ghost", "idempotencyKey": "gone"})
    wait_until(lambda: node.invocations, 20, "the invocation at the node")
    node.abort()
    final = client.wait_event("chat", lambda p: p["state"] == "final", timeout=40)
    assert "disconnected" in text_of(final) or "not connected" in text_of(final)


def test_node_invoke_outcomes(gateway, client):
    node = FakeNode(gateway.url, {"system.which": lambda p: {"bins": p}, "system.notify": lambda p: None}, token=gateway.token,
                    commands=["system.which", "system.notify", "device.info"]).connect()

    def invoke(command, **more):
        return client.request("node.invoke", {"nodeId": node.node_id, "command": command, "idempotencyKey": "k", **more})
    good = invoke("system.which", params={"bins": ["ls"]})
    assert good["payload"]["payload"] == {"bins": {"bins": ["ls"]}} and good["payload"]["payloadJSON"]
    late = invoke("system.notify", timeoutMs=50)
    assert late["error"]["message"] == "TIMEOUT: node invoke timed out"
    assert late["error"]["details"] == {"nodeError": {"code": "TIMEOUT", "message": "node invoke timed out"}}
    denied = invoke("device.info")
    assert denied["error"]["message"] == 'node command not allowed: "device.info" is not in the allowlist for platform "linux"'
    assert denied["error"]["details"]["reason"] == "command not allowlisted"
    assert invoke("system.execApprovals.get")["error"]["code"] == "INVALID_REQUEST"
    gone = client.request("node.invoke", {"nodeId": "zzz", "command": "system.run", "idempotencyKey": "k"})
    assert gone["error"] == {"code": "UNAVAILABLE", "message": "node not connected", "details": {"code": "NOT_CONNECTED"}}
    described = client.call("node.describe", {"nodeId": node.node_id})
    assert described["filteredCommands"] == ["device.info"] and described["paired"]


def test_device_info_reaches_callers_when_it_is_allowed(make_gateway, make_node):
    gateway = make_gateway({"gateway": {"nodes": {"allowCommands": ["device.info", "device.status"]}}})
    node = make_node("test-node", of=gateway)
    client = gateway.client()
    answer = client.call("node.invoke", {"nodeId": node.node_id, "command": "device.info", "idempotencyKey": "i"})
    assert answer["payload"]["deviceName"] or answer["payload"]["systemName"]
    status = client.call("node.invoke", {"nodeId": node.node_id, "command": "device.status", "idempotencyKey": "s"})
    assert status["payload"]["storage"]["totalBytes"] > 0


def test_the_node_host_comes_back_after_a_gateway_restart(gateway, make_node):
    node = make_node("test-node", allow=[UPTIME])
    gateway.restart()
    node.wait_connected(40)
    assert "load average" in text_of(say(gateway.client(), "run uptime on test-node", "again"))


def test_a_remote_node_waits_and_is_approved(gateway, client):
    """A node that does not come from this machine (here: through a proxy) needs an operator."""
    from gatewaylib import ConnectRefused
    node = FakeNode(gateway.url, {"system.which": lambda p: {}}, token=gateway.token, headers={"X-Forwarded-For": "192.0.2.7"})
    with pytest.raises(ConnectRefused) as refused:
        node.connect()
    request = refused.value.details["requestId"]
    assert "openclaw nodes approve " + request in refused.value.details["remediationHint"]
    waiting = client.call("node.pair.list", {})["pending"]
    assert [entry["requestId"] for entry in waiting] == [request] and waiting[0]["commands"] == ["system.which"]
    gateway.cli("nodes", "approve", request).ok()
    again = FakeNode(gateway.url, {"system.which": lambda p: {}}, token=gateway.token, device=node.device,
                     headers={"X-Forwarded-For": "192.0.2.7"}).connect()
    assert again.hello["auth"]["role"] == "node" and again.hello["auth"]["scopes"] == []
