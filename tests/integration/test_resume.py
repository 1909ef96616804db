"""Event resume (docs/RESUME.md): after any loss the client's view of the events equals the gateway's, or it knows of a gap."""
import json
import os
import pathlib
import subprocess
import threading

import pytest
from flaky_net import FlakyNet, schedule
from gatewaylib import BINARY, Sandbox, wait_until

PROGRAM = pathlib.Path(os.environ.get("OPENCLAW_RESUME_CLIENT", BINARY.parent / "tests" / "resume_client"))


class ResumeClient:
    """The program tests/support/resume_client.cc; `lines` is what it printed."""

    def __init__(self, url, token):
        self.sandbox = Sandbox()
        self.lines = []
        env = self.sandbox.env(OPENCLAW_GATEWAY_TOKEN=token)
        self.process = subprocess.Popen([str(PROGRAM), url, str(self.sandbox.folder("state"))], env=env, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(json.loads(line))

    def count(self, what):
        return sum(1 for line in self.lines if what in line)

    def events(self):
        return [line for line in self.lines if "eid" in line]

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stdin.close()
        self.sandbox.remove()


@pytest.fixture
def resume_client():
    made = []

    def make(url, token):
        made.append(ResumeClient(url, token))
        return made[-1]
    yield make
    for client in made:
        client.close()


def observer(gateway):
    """A client on a perfect network that sees the numbers too."""
    client = gateway.client(connect=False, instance_id="observer")
    client.extra = lambda challenge: {"resume": {"v": 1, "epoch": challenge["resume"]["epoch"], "after": challenge["resume"]["newest"]}}
    return client.connect()


def numbered(client):
    with client._changed:
        return [{"eid": frame["eid"], "event": frame["event"], "payload": frame["payload"]}
                for frame in client.frames if "eid" in frame]


def talk(client, number):
    client.call("chat.send", {"sessionKey": "main", "message": "help", "idempotencyKey": "resume-%d" % number})
    client.wait_event("chat", lambda p: p["runId"] == "resume-%d" % number and p["state"] == "final")


@pytest.mark.parametrize("seed", range(6))
def test_the_view_equals_the_gateways_after_any_schedule(gateway, resume_client, seed):
    with observer(gateway) as perfect, FlakyNet(gateway.port, schedule(seed, 6), seed) as net:
        client = resume_client("ws://127.0.0.1:%d" % net.port, gateway.token)
        wait_until(lambda: client.count("up"), 20, "first connection")
        first = next(line for line in client.lines if "up" in line)
        sent = 0

        def worn_out():
            nonlocal sent
            talk(perfect, sent)
            sent += 1
            return net.losses == 6
        wait_until(worn_out, 60, "all losses of the schedule")
        talk(perfect, 10_000)
        expected = [event for event in numbered(perfect) if event["eid"] > first["at"]]
        wait_until(lambda: client.events() and client.events()[-1]["eid"] == expected[-1]["eid"], 30, "the last event")
        assert client.events() == expected
        assert all(line["whole"] for line in client.lines if "up" in line), "a gap where there was none"
        assert client.count("up") > 1


def test_a_restart_is_a_gap_and_not_a_mixture(gateway, resume_client):
    client = resume_client(gateway.url, gateway.token)
    wait_until(lambda: client.count("up") == 1, 20, "first connection")
    with observer(gateway) as perfect:
        talk(perfect, 1)
        wait_until(lambda: client.events() and client.events()[-1]["eid"] == numbered(perfect)[-1]["eid"], 20, "events")
    gateway.kill9()
    gateway.start()
    wait_until(lambda: client.count("up") == 2, 20, "second connection")
    ups = [line for line in client.lines if "up" in line]
    assert ups[0]["whole"] and not ups[1]["whole"]
    assert ups[0]["epoch"] != ups[1]["epoch"]
    with observer(gateway) as perfect:
        talk(perfect, 2)
        wait_until(lambda: client.events()[-1]["eid"] == numbered(perfect)[-1]["eid"], 20, "events of the new epoch")
    after = client.lines[client.lines.index(ups[1]):]
    assert [line["eid"] for line in after if "eid" in line] == sorted({line["eid"] for line in after if "eid" in line})


def test_official_clients_see_no_trace_of_it(gateway):
    client = gateway.client()
    talk(client, 1)
    assert not [frame for frame in client.frames if "eid" in frame]
    assert "resume" not in client.hello
    assert set(client.frames[-1]) <= {"type", "event", "payload", "seq", "stateVersion", "id", "ok", "error"}


def test_the_gateway_says_who_it_is_and_stays_the_same(gateway):
    first = gateway.client()
    identity = first.hello["gateway"]
    assert identity["id"] and identity["label"]
    assert first.challenge["gateway"] == identity
    gateway.kill9()
    gateway.start()
    assert gateway.client().hello["gateway"] == identity


def test_what_is_too_old_is_a_gap(gateway):
    client = gateway.client(connect=False, instance_id="late")
    client.extra = lambda challenge: {"resume": {"v": 1, "epoch": challenge["resume"]["epoch"], "after": -1}}
    client.connect()
    assert client.hello["resume"] == {"gap": True}
