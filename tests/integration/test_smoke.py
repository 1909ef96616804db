"""The gateway starts, answers its probes, greets a signed client and stops."""
import json

import pytest
from gatewaylib import ConnectRefused, Device


def test_healthz_and_readyz(gateway):
    live = gateway.http("GET", "/healthz")
    assert live.status == 200
    assert json.loads(live.body) == {"ok": True, "status": "live"}
    ready = json.loads(gateway.http("GET", "/readyz").body)
    assert ready["ready"] is True and ready["failing"] == []


def test_probe_refuses_other_methods(gateway):
    answer = gateway.http("POST", "/healthz", body=b"{}")
    assert answer.status == 405
    assert answer.getheader("Allow") == "GET, HEAD"


@pytest.mark.parametrize("signature", ["v3", "v2"])
def test_hello_ok(gateway, signature):
    client = gateway.client(signature=signature)
    assert client.hello["type"] == "hello-ok"
    assert client.hello["protocol"] == 3
    assert client.hello["policy"] == {"maxPayload": 26214400, "maxBufferedBytes": 52428800, "tickIntervalMs": 30000}
    assert "health" in client.hello["features"]["methods"]
    assert client.hello["auth"]["role"] == "operator" and client.hello["auth"]["deviceToken"]
    assert client.call("health")["ok"] is True


def test_wrong_token_is_refused(gateway):
    with pytest.raises(ConnectRefused) as refused:
        gateway.client(token="wrong", device=Device())
    assert refused.value.detail_code == "AUTH_TOKEN_MISMATCH"
    assert refused.value.close_code == 1008


def test_sigterm_ends_cleanly(gateway):
    client = gateway.client()
    assert gateway.stop() == 0
    assert client.wait_closed() == (1012, "service restart")
