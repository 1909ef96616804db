"""Acknowledged means kept: SIGKILL at any moment, repeats after a restart."""
import random
import sqlite3
import threading

from gatewaylib import ConnectionEnded, RpcError
from mock_provider import slow, text
from test_providers import config_for


def test_acknowledged_messages_survive_sigkill(make_gateway):
    seed = random.randrange(1 << 30)
    print("seed", seed)
    pick = random.Random(seed)
    gateway = make_gateway()
    acknowledged = []
    for round_number in range(3):
        clients = [gateway.client() for _ in range(4)]

        def flood(client, worker):
            for number in range(400):
                key = "r%d-w%d-%d" % (round_number, worker, number)
                try:
                    client.call("chat.send", {"sessionKey": "s%d" % worker, "message": "note " + key, "idempotencyKey": key})
                except (ConnectionEnded, RpcError, AssertionError):
                    return
                acknowledged.append((worker, key))
        threads = [threading.Thread(target=flood, args=(client, worker)) for worker, client in enumerate(clients)]
        for thread in threads:
            thread.start()
        goal = len(acknowledged) + pick.randrange(5, 60)
        while len(acknowledged) < goal and any(thread.is_alive() for thread in threads):
            threads[0].join(0.002)
        gateway.kill9()
        for thread in threads:
            thread.join()
        gateway.start()
    client = gateway.client()
    kept = {}
    for worker in range(4):
        messages = client.call("chat.history", {"sessionKey": "s%d" % worker, "limit": 1000})["messages"]
        kept[worker] = str([m["content"] for m in messages if m["role"] == "user"])
    lost = [key for worker, key in acknowledged if "note " + key not in kept[worker]]
    assert acknowledged and lost == []


def test_a_repeat_after_a_restart_runs_nothing(make_gateway):
    gateway = make_gateway()
    client = gateway.client()
    client.call("chat.send", {"sessionKey": "main", "message": "help", "idempotencyKey": "once"})
    client.wait_event("chat", lambda p: p["state"] == "final")
    before = client.call("chat.history", {"sessionKey": "main"})["messages"]
    gateway.kill9()
    gateway.start()
    again = gateway.client()
    assert again.call("chat.send", {"sessionKey": "main", "message": "help", "idempotencyKey": "once"})["status"] == "ok"
    assert again.call("chat.history", {"sessionKey": "main"})["messages"] == before


def test_a_run_cut_off_by_a_crash_is_closed_and_said(make_gateway, mock_provider):
    gateway = make_gateway(config_for(mock_provider, "openai-completions"))
    mock_provider.script([text("I began to ", *["say "] * 400, delay_ms=30)])
    client = gateway.client()
    client.call("chat.send", {"sessionKey": "main", "message": "tell me", "idempotencyKey": "cut"})
    client.wait_event("chat", lambda p: p["state"] == "delta", timeout=20)
    gateway.kill9()
    gateway.start()
    messages = gateway.client().call("chat.history", {"sessionKey": "main"})["messages"]
    assert messages[0]["role"] == "user" and "tell me" in str(messages[0])
    assert messages[-1]["role"] == "assistant" and "restart" in str(messages[-1]).lower()


def test_a_run_that_was_only_accepted_is_begun_after_the_crash(make_gateway, mock_provider):
    gateway = make_gateway(config_for(mock_provider, "openai-completions"))
    mock_provider.script([slow(60_000, text("never"))])
    client = gateway.client()
    client.call("chat.send", {"sessionKey": "main", "message": "first", "idempotencyKey": "one"})
    client.call("chat.send", {"sessionKey": "main", "message": "second", "idempotencyKey": "two"})
    gateway.kill9()
    gateway.start()
    outcome = gateway.client().call("agent.wait", {"runId": "two", "timeoutMs": 20000}, timeout=30)
    assert outcome["status"] == "ok"
    messages = gateway.client().call("chat.history", {"sessionKey": "main"})["messages"]
    assert "Mock reply to" in str(messages[-1])


def test_the_database_is_private_and_sound(gateway, client):
    client.call("chat.send", {"sessionKey": "main", "message": "help", "idempotencyKey": "db"})
    path = gateway.state / "native.sqlite"
    assert path.stat().st_mode & 0o077 == 0
    gateway.kill9()
    with sqlite3.connect(path) as database:
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)
