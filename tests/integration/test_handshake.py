"""Every refusal of the handshake, for both releases of the protocol (OpenClaw protocol 4.5, 5.2, 5.6, 5.9; protocol 4 A.7)."""
import json
import os
import stat

import pytest
from gatewaylib import FIVE_SCOPES, ConnectRefused, Device, WsClient

HINTS = {
    "cli": ("set gateway.remote.token to match gateway.auth.token", "set gateway.remote.password to match gateway.auth.password"),
    "ui": ("open the dashboard URL and paste the token in Control UI settings", "enter the password in Control UI settings"),
    "other": ("provide gateway auth token", "provide gateway auth password"),
}
CLIENTS = {
    "cli": {"client_id": "cli", "client_mode": "cli"},
    "ui": {"client_id": "openclaw-tui", "client_mode": "ui"},
    "other": {"client_id": "gateway-client", "client_mode": "backend"},
}
REMOTE = {"X-Forwarded-For": "192.0.2.9"}


def refusal(gateway, **options):
    """The refusal; the gateway must say in the close what it says in the answer (cut to 120 bytes)."""
    options.setdefault("token", None)
    with pytest.raises(ConnectRefused) as refused:
        gateway.client(**options)
    return refused.value


def credential_refusal(gateway, **options):
    error = refusal(gateway, **options)
    assert error.code == "INVALID_REQUEST" and error.close_code == 1008
    assert error.close_reason == error.message[:120]
    if error.details["authReason"] != "rate_limited":
        gateway.client().close()  # a good secret: the next wrong one is delayed as the first one is
    return (error.message, error.details["code"], error.details["authReason"], error.details["canRetryWithDeviceToken"],
            error.details["recommendedNextStep"])


@pytest.fixture
def password_gateway(make_gateway):
    gateway = make_gateway({"gateway": {"auth": {"mode": "password", "password": "correct horse", "token": None}}}, start=False)
    del gateway.config["gateway"]["auth"]["token"]
    gateway.write_config(gateway.config)
    gateway.token = None
    gateway.start()
    real = gateway.client
    gateway.client = lambda connect=True, **options: real(connect, **({"password": "correct horse"} | options))
    return gateway


# -- 4.5: the proof

@pytest.mark.parametrize("change, message, code, reason", [
    (lambda c, p: p["device"].update(id="0" * 64), "device identity mismatch", "DEVICE_AUTH_DEVICE_ID_MISMATCH", "device-id-mismatch"),
    (lambda c, p: p["device"].update(publicKey="junk"), "device identity mismatch", "DEVICE_AUTH_DEVICE_ID_MISMATCH", "device-id-mismatch"),
    (lambda c, p: p["device"].update(signedAt=p["device"]["signedAt"] - 130_000), "device signature expired",
     "DEVICE_AUTH_SIGNATURE_EXPIRED", "device-signature-stale"),
    (lambda c, p: p["device"].update(signedAt=p["device"]["signedAt"] + 130_000), "device signature expired",
     "DEVICE_AUTH_SIGNATURE_EXPIRED", "device-signature-stale"),
    (lambda c, p: p["device"].update(nonce="  "), "device nonce required", "DEVICE_AUTH_NONCE_REQUIRED", "device-nonce-missing"),
    (lambda c, p: p["device"].update(nonce="another"), "device nonce mismatch", "DEVICE_AUTH_NONCE_MISMATCH", "device-nonce-mismatch"),
    (lambda c, p: p["device"].update(signature=c.device.sign("x")), "device signature invalid", "DEVICE_AUTH_SIGNATURE_INVALID", "device-signature"),
    (lambda c, p: p["scopes"].append("operator.x"), "device signature invalid", "DEVICE_AUTH_SIGNATURE_INVALID", "device-signature"),
], ids=["id", "key", "old", "future", "no-nonce", "nonce", "signature", "scopes"])
def test_proof(gateway, change, message, code, reason):
    for protocol in ((3, 3), (4, 4)):
        client = gateway.client(connect=False, protocol=protocol)
        plain = client.connect_params

        def changed():
            params = json.loads(json.dumps(plain()))
            change(client, params)
            return params
        client.connect_params = changed
        with pytest.raises(ConnectRefused) as refused:
            client.connect()
        assert (refused.value.code, refused.value.message) == ("INVALID_REQUEST", message)
        assert refused.value.details == {"code": code, "reason": reason}
        assert (refused.value.close_code, refused.value.close_reason) == (1008, message)


def test_signatures_of_both_versions_are_accepted_and_v1_is_not(gateway):
    for version in ("v3", "v2"):
        assert gateway.client(signature=version).call("health")["ok"]
    assert refusal(gateway, token=gateway.token, signature="v1").message == "device signature invalid"


# -- 5.2: the shared secret

def test_token_mode(gateway):
    for kind, client in CLIENTS.items():
        hint = HINTS[kind][0]
        assert credential_refusal(gateway, **client) == (
            "unauthorized: gateway token missing (%s)" % hint, "AUTH_TOKEN_MISSING", "token_missing", False, "update_auth_configuration")
        assert credential_refusal(gateway, token="wrong", **client) == (
            "unauthorized: gateway token mismatch (%s)" % hint, "AUTH_TOKEN_MISMATCH", "token_mismatch", True, "retry_with_device_token")
    assert credential_refusal(gateway, token="wrong", device=None) == (
        "unauthorized: gateway token mismatch (%s)" % HINTS["cli"][0], "AUTH_TOKEN_MISMATCH", "token_mismatch", False,
        "update_auth_credentials")
    # A password alone is "token missing" on protocol 3, whatever it is.
    assert credential_refusal(gateway, password=gateway.token)[2] == "token_missing"
    assert credential_refusal(gateway, device_token="wrong") == (
        "unauthorized: device token mismatch (rotate/reissue device token)", "AUTH_DEVICE_TOKEN_MISMATCH", "device_token_mismatch",
        False, "update_auth_credentials")
    assert credential_refusal(gateway, bootstrap_token="wrong") == (
        "unauthorized: bootstrap token invalid or expired (scan a fresh setup code)", "AUTH_BOOTSTRAP_TOKEN_INVALID",
        "bootstrap_token_invalid", False, "review_auth_configuration")


def test_token_mode_on_protocol_4(gateway):
    assert credential_refusal(gateway, token="wrong", protocol=(4, 4))[0] == (
        "unauthorized: gateway token mismatch (use this gateway's gateway.auth.token or pair the device)")
    assert credential_refusal(gateway, token="wrong", protocol=(4, 4), headers=REMOTE)[0] == (
        "unauthorized: gateway token mismatch (%s)" % HINTS["cli"][0])
    # The secret may stand in either field.
    assert gateway.client(password=gateway.token, protocol=(4, 4)).call("health")["ok"]
    device = Device()
    token = gateway.client(device=device, scopes=["operator.read"]).hello["auth"]["deviceToken"]
    too_wide = {"device": device, "device_token": token, "scopes": ["operator.admin"]}
    assert credential_refusal(gateway, **too_wide)[1] == "AUTH_DEVICE_TOKEN_MISMATCH"
    assert credential_refusal(gateway, protocol=(4, 4), **too_wide) == (
        "unauthorized: device token scope mismatch (re-pair or approve scope upgrade)", "AUTH_SCOPE_MISMATCH", "scope_mismatch",
        False, "review_auth_configuration")


def test_password_mode(password_gateway):
    gateway = password_gateway
    for kind, client in CLIENTS.items():
        hint = HINTS[kind][1]
        assert credential_refusal(gateway, password=None, **client) == (
            "unauthorized: gateway password missing (%s)" % hint, "AUTH_PASSWORD_MISSING", "password_missing", False,
            "update_auth_configuration")
        assert credential_refusal(gateway, password="wrong", **client) == (
            "unauthorized: gateway password mismatch (%s)" % hint, "AUTH_PASSWORD_MISMATCH", "password_mismatch", False,
            "update_auth_credentials")
    assert credential_refusal(gateway, password=None, token="correct horse")[2] == "password_missing"
    assert gateway.client(password=None, token="correct horse", protocol=(4, 4)).call("health")["ok"]


def test_the_log_names_the_source_of_the_secret_and_never_the_secret(gateway):
    credential_refusal(gateway, token="a-wrong-secret")
    lines = [line for line in gateway.log().splitlines() if "refused cli" in line]
    assert len(lines) == 1 and "gateway.auth.token" in lines[0] and "127.0.0.1" in lines[0]
    assert gateway.token not in gateway.log() and "a-wrong-secret" not in gateway.log()


def test_wrong_secrets_from_loopback_are_held_back_and_right_ones_are_not(gateway):
    guesses = [gateway.client(connect=False, token="guess", device=None) for _ in range(5)]
    for guess in guesses:
        guess.open()
        guess.challenge = guess.wait_event("connect.challenge")
        guess.send_request("connect", guess.connect_params())
    # Whoever knows the secret gets in meanwhile. Four answers wait; the fifth guess was one too many.
    assert gateway.client().call("health")["ok"]
    answers = [guess.wait_frame(lambda f: f["type"] == "res")["error"] for guess in guesses]
    assert sorted(error["details"]["code"] for error in answers) == ["AUTH_RATE_LIMITED"] + ["AUTH_TOKEN_MISMATCH"] * 4
    limited = next(error for error in answers if error["details"]["code"] == "AUTH_RATE_LIMITED")
    assert limited["retryable"] is True and 0 < limited["retryAfterMs"] <= 5000


def test_strangers_are_blocked_and_a_paired_device_is_not(make_gateway):
    gateway = make_gateway({"gateway": {"auth": {"rateLimit": {"maxAttempts": 3, "exemptLoopback": False}}}})
    device = Device()
    token = gateway.client(device=device).hello["auth"]["deviceToken"]
    for _ in range(3):
        assert refusal(gateway, token="guess").details["authReason"] == "token_mismatch"
    blocked = refusal(gateway, token=gateway.token)
    assert blocked.message == "unauthorized: too many failed authentication attempts (retry later)"
    assert blocked.details == {"code": "AUTH_RATE_LIMITED", "authReason": "rate_limited", "canRetryWithDeviceToken": False,
                               "recommendedNextStep": "wait_then_retry"}
    assert blocked.retryable is True and 0 < blocked.retry_after_ms <= 300_000
    assert WsClient(gateway.url, device=device, device_token=token).connect().call("health")["ok"]


# -- 5.6: without a device

def test_without_a_device(gateway):
    for protocol in ((3, 3), (4, 4)):
        local = gateway.client(device=None, protocol=protocol)
        assert local.call("status") and local.call("device.pair.list", {})
        agent = gateway.client(device=None, protocol=protocol, client_id="gateway-client", client_mode="backend", scopes=["operator.read"])
        assert agent.call("status")
        for other in ({"headers": REMOTE}, {"client_mode": "probe"}, {"client_id": "test", "client_mode": "test"}):
            cleared = gateway.client(device=None, protocol=protocol, **other)
            assert cleared.call("health")["ok"]
            answer = cleared.request("status")
            assert answer["error"]["message"] == "missing scope: operator.read"
            assert "configPath" not in cleared.hello["snapshot"]
        for ui in ({"client_id": "openclaw-tui", "client_mode": "ui"},):
            error = refusal(gateway, token=gateway.token, device=None, protocol=protocol, **ui)
            text = "control ui requires device identity (use HTTPS or localhost secure context)"
            assert (error.code, error.message, error.details) == ("INVALID_REQUEST", text, {"code": "CONTROL_UI_DEVICE_IDENTITY_REQUIRED"})
            assert (error.close_code, error.close_reason) == (1008, text)
        for nobody in ({}, {"role": "node", "scopes": (), "token": gateway.token}):
            error = refusal(gateway, device=None, protocol=protocol, **nobody)
            assert (error.code, error.message, error.details) == (
                "NOT_PAIRED", "device identity required", {"code": "DEVICE_IDENTITY_REQUIRED"})
            assert (error.close_code, error.close_reason) == (1008, "device identity required")


def test_missing_scopes_are_worded_by_protocol(gateway):
    reader = {"scopes": ["operator.read"]}
    old, new = gateway.client(**reader), gateway.client(protocol=(3, 4), **reader)
    assert (old.hello["protocol"], new.hello["protocol"]) == (3, 4)
    assert old.request("config.set", {})["error"] == {"code": "INVALID_REQUEST", "message": "missing scope: operator.admin"}
    assert new.request("config.set", {})["error"] == {
        "code": "FORBIDDEN", "message": "missing scope: operator.admin",
        "details": {"code": "MISSING_SCOPE", "missingScope": "operator.admin", "requiredScopes": ["operator.admin"]}}
    assert new.request("node.event", {"event": "x"})["error"] == {"code": "INVALID_REQUEST", "message": "unauthorized role: operator"}


def test_mode_none(make_gateway):
    gateway = make_gateway({"gateway": {"auth": {"mode": "none"}}})
    assert refusal(gateway, device=None).details["code"] == "DEVICE_IDENTITY_REQUIRED"
    assert gateway.client(token=None).call("status")
    assert gateway.client(token="any").call("status")
    backend = {"token": None, "device": None, "client_id": "gateway-client", "client_mode": "backend"}
    assert refusal(gateway, **backend).details["code"] == "DEVICE_IDENTITY_REQUIRED"
    assert gateway.client(protocol=(4, 4), **backend).call("status")


def test_settings_that_loosen_the_control_ui(make_gateway):
    ui = {"device": None, "client_id": "openclaw-control-ui", "client_mode": "webchat", "headers": {"Origin": "http://localhost:9"}}
    insecure = make_gateway({"gateway": {"controlUi": {"allowInsecureAuth": True}}})
    assert insecure.client(**ui).call("status")
    assert refusal(insecure, token=insecure.token, **{**ui, "client_id": "openclaw-tui", "client_mode": "ui", "headers": REMOTE}).details[
        "code"] == "CONTROL_UI_DEVICE_IDENTITY_REQUIRED"
    open_gate = make_gateway({"gateway": {"controlUi": {"dangerouslyDisableDeviceAuth": True}}})
    assert open_gate.client(**ui).call("status")
    assert refusal(open_gate, **{**ui, "token": "wrong"}).details["code"] == "AUTH_TOKEN_MISMATCH"


# -- negotiation

@pytest.mark.parametrize("offer, spoken", [((3, 3), 3), ((1, 3), 3), ((3, 4), 4), ((4, 4), 4), ((3, 9), 4)])
def test_negotiation(gateway, offer, spoken):
    assert gateway.client(protocol=offer).hello["protocol"] == spoken


def test_protocols_we_do_not_speak(gateway):
    for offer in ((1, 2), (5, 9)):
        error = refusal(gateway, token=gateway.token, protocol=offer)
        assert (error.code, error.message, error.close_code, error.close_reason) == (
            "INVALID_REQUEST", "protocol mismatch", 1002, "protocol mismatch")
        assert error.details == {"code": "PROTOCOL_MISMATCH", "clientMinProtocol": offer[0], "clientMaxProtocol": offer[1],
                                 "expectedProtocol": 4, "minimumProbeProtocol": 3}


def test_unknown_fields_are_refused_on_3_and_ignored_on_4(gateway):
    extra = {"later": {"x": 1}}
    error = refusal(gateway, token=gateway.token, extra=extra)
    assert error.message == "invalid connect params: at root: unexpected property 'later'"
    new = gateway.client(protocol=(4, 4), extra=extra)
    new.send_raw(json.dumps({"type": "req", "id": "t", "method": "health", "traceparent": "00-1", "expectedProfileId": "p", "y": 1}))
    assert new.wait_frame(lambda f: f.get("id") == "t")["ok"]
    old = gateway.client()
    old.send_raw(json.dumps({"type": "req", "id": "t", "method": "health", "traceparent": "00-1"}))
    assert old.wait_frame(lambda f: f.get("id") == "t")["error"]["message"] == (
        "invalid request frame: at root: unexpected property 'traceparent'")
    assert refusal(gateway, token=gateway.token, client_id="zzz", protocol=(4, 4)).message == (
        "invalid connect params: at /client/id: must be equal to one of the allowed values")


def test_invalid_role(gateway):
    error = refusal(gateway, token=gateway.token, role="admin")
    assert (error.code, error.message, error.close_code, error.close_reason) == ("INVALID_REQUEST", "invalid role", 1008, "invalid role")


def test_a_second_frame_while_the_first_is_judged_ends_the_handshake(gateway):
    client = gateway.client(connect=False, token="guess", device=None)
    client.open()
    client.challenge = client.wait_event("connect.challenge")
    client.send_request("connect", client.connect_params())  # its refusal is held back
    client.send_request("health")
    assert client.wait_closed() == (1008, "invalid handshake: first request must be connect")


# -- identity told by others

@pytest.fixture
def tailnet_gateway(make_gateway):
    gateway = make_gateway({"gateway": {"auth": {"allowTailscale": True}}}, start=False)
    program = gateway.sandbox.folder("bin") / "tailscale"
    program.write_text("#!/bin/sh\necho \"$@\" >> '%s'\necho '%s'\n" % (
        gateway.sandbox.root / "asked", json.dumps({"UserProfile": {"LoginName": "Ada@Example.com", "DisplayName": "Ada"}})))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    gateway.extra_env["PATH"] = "%s:%s" % (program.parent, os.environ["PATH"])
    return gateway.start()


def tailnet(login):
    return {"Tailscale-User-Login": login, "X-Forwarded-For": "100.64.0.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "gw"}


def test_tailscale_identity_stands_in_for_the_secret_but_does_not_pair(tailnet_gateway):
    gateway = tailnet_gateway
    assert refusal(gateway, device=None, headers=tailnet("ada@example.com")).details["code"] == "DEVICE_IDENTITY_REQUIRED"
    device = Device()
    waiting = refusal(gateway, device=device, headers=tailnet("ada@example.com"))
    assert waiting.details["reason"] == "not-paired"
    gateway.client().call("device.pair.approve", {"requestId": waiting.details["requestId"]})
    assert gateway.client(token=None, device=device, headers=tailnet("ada@example.com")).call("health")["ok"]
    # A login that tailscale does not confirm counts for nothing.
    assert refusal(gateway, headers=tailnet("eve@example.com")).details["authReason"] == "token_missing"
    # One question for all of them: the answer is kept for a minute.
    assert (gateway.sandbox.root / "asked").read_text() == "whois --json 100.64.0.9\n"


def test_trusted_proxy_mode_believes_no_loopback_proxy(make_gateway):
    gateway = make_gateway({"gateway": {"trustedProxies": ["127.0.0.1"],
                                        "auth": {"mode": "trusted-proxy", "token": None, "trustedProxy": {"userHeader": "x-user"}}}},
                           start=False)
    del gateway.config["gateway"]["auth"]["token"]
    gateway.write_config(gateway.config)
    gateway.start()
    error = refusal(gateway, headers={"X-User": "ada"})
    assert (error.message, error.details["code"], error.details["authReason"]) == (
        "unauthorized", "AUTH_UNAUTHORIZED", "trusted_proxy_loopback_source")


def test_hello_carries_what_was_granted(gateway):
    device = Device()
    first = gateway.client(device=device, scopes=["operator.read"]).hello["auth"]
    assert first["role"] == "operator" and first["scopes"] == ["operator.read"] and len(first["deviceToken"]) == 43
    # Less than what is approved never shrinks it; more is silent on the gateway's host.
    gateway.client(device=device, scopes=list(FIVE_SCOPES))
    gateway.client(device=device, scopes=["operator.read"])
    paired = gateway.client().call("device.pair.list", {})["paired"]
    mine = next(entry for entry in paired if entry["deviceId"] == device.id)
    assert sorted(mine["scopes"]) == sorted(FIVE_SCOPES)
