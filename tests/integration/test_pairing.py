"""Pairing of devices and nodes: asking, deciding, tokens, setup codes, what an older gateway left behind, and crashes."""
import json
import pathlib
import time

import pytest
from gatewaylib import FIVE_SCOPES, ConnectRefused, Device, FakeNode, RpcError, WsClient, wait_until

REMOTE = {"X-Forwarded-For": "192.0.2.9"}
SAMPLES = pathlib.Path(__file__).resolve().parents[1] / "transcripts" / "state-files"
ADMIN_NODE = ("system.run.prepare", "system.run", "system.which")


def refused(gateway, **options):
    options.setdefault("headers", REMOTE)
    with pytest.raises(ConnectRefused) as error:
        gateway.client(**options)
    return error.value


def error_of(client, method, params):
    with pytest.raises(RpcError) as error:
        client.call(method, params)
    return error.value


def node(gateway, device, *, commands=ADMIN_NODE, headers=REMOTE, handlers=None, **options):
    """A node that has not connected yet."""
    handlers = handlers if handlers is not None else {name: (lambda params: {"done": True}) for name in commands}
    options.setdefault("token", gateway.token)
    return FakeNode(gateway.url, handlers, device=device, commands=commands, headers=headers, **options)


# -- 5.9: what must wait, and how it is told

def test_every_reason_to_wait(gateway):
    admin = gateway.client()
    device, other = Device(), Device()
    base = {"device": device, "scopes": ["operator.read"], "platform": "darwin", "device_family": "Mac"}
    expectations = [
        (base, "not-paired", "device is not approved yet"),
        ({**base, "scopes": ["operator.admin"]}, "scope-upgrade", "device is asking for more scopes than currently approved"),
        ({**base, "role": "node", "scopes": ()}, "role-upgrade", "device is asking for a higher role than currently approved"),
        ({**base, "platform": "linux"}, "metadata-upgrade", "device identity changed and must be re-approved"),
    ]
    for options, reason, requirement in expectations:
        error = refused(gateway, **options)
        assert (error.code, error.message, error.close_code, error.close_reason) == ("NOT_PAIRED", "pairing required", 1008, "pairing required")
        assert error.details["code"] == "PAIRING_REQUIRED" and error.details["reason"] == reason
        new = refused(gateway, protocol=(4, 4), **options)
        request = new.details["requestId"]
        assert request == error.details["requestId"], "the same question is asked once"
        assert new.message == "pairing required: " + requirement
        assert new.close_reason == ("%s (requestId: %s)" % (new.message, request))[:120]
        assert new.details["deviceId"] == device.id and new.details["requestedRole"] == options.get("role", "operator")
        word = "nodes" if options.get("role") == "node" else "devices"
        assert new.details["remediationHint"].endswith("openclaw %s approve %s" % (word, request))
        if reason == "not-paired":
            assert "approvedRoles" not in new.details
            admin.call("device.pair.approve", {"requestId": request})
            assert gateway.client(headers=REMOTE, **base).hello["auth"]["scopes"] == ["operator.read"]
        else:
            assert new.details["approvedRoles"] == ["operator"] and new.details["approvedScopes"] == ["operator.read"]
            admin.call("device.pair.reject", {"requestId": request})
    assert gateway.client(headers=REMOTE, **{**base, "platform": "macos", "protocol": (4, 4)}).hello["auth"]["scopes"] == ["operator.read"]
    assert refused(gateway, device=other).details["reason"] == "not-paired"


def test_what_is_silent_on_the_gateways_own_host(gateway):
    device = Device()
    for options in ({"scopes": ["operator.read"]}, {"scopes": list(FIVE_SCOPES)}, {"role": "node", "scopes": ()},
                    {"scopes": ["operator.pairing"], "protocol": (4, 4)}):
        assert gateway.client(device=device, **options).call("health")["ok"]
    page = {"headers": {"Origin": "http://localhost:3000"}}
    assert refused(gateway, **page).details["reason"] == "not-paired", "a browser page is not the user at the keyboard"
    assert gateway.client(client_id="openclaw-control-ui", client_mode="webchat", **page).call("health")["ok"]
    assert refused(gateway, device=device, platform="win32", headers={}).details["reason"] == "metadata-upgrade"


def test_an_approver_can_give_only_what_it_has(gateway):
    wanted = refused(gateway, scopes=["operator.admin"]).details["requestId"]
    pairing = gateway.client(scopes=["operator.pairing"])
    error = error_of(pairing, "device.pair.approve", {"requestId": wanted})
    assert (error.code, error.message) == ("INVALID_REQUEST", "missing scope: operator.admin")
    new = gateway.client(scopes=["operator.pairing"], protocol=(4, 4))
    error = error_of(new, "device.pair.approve", {"requestId": wanted})
    assert (error.code, error.details["missingScope"]) == ("FORBIDDEN", "operator.admin")
    assert error_of(pairing, "device.pair.approve", {"requestId": "nope"}).message == "unknown requestId"
    assert error_of(pairing, "device.pair.reject", {"requestId": "nope"}).message == "unknown requestId"
    assert gateway.client().call("device.pair.approve", {"requestId": wanted})["device"]["scopes"] == ["operator.admin"]


def test_approve_and_reject_are_announced_and_listed(gateway):
    admin = gateway.client()
    first, second = Device(), Device()
    wanted = [refused(gateway, device=device, scopes=["operator.read"], display_name="Laptop").details["requestId"] for device in (first, second)]
    asked = admin.wait_event("device.pair.requested", lambda p: p["deviceId"] == first.id)
    assert {key: asked[key] for key in ("requestId", "displayName", "platform", "clientId", "clientMode", "role", "roles", "scopes", "silent",
                                        "isRepair")} == {
        "requestId": wanted[0], "displayName": "Laptop", "platform": "linux", "clientId": "cli", "clientMode": "cli",
        "role": "operator", "roles": ["operator"], "scopes": ["operator.read"], "silent": False, "isRepair": False}
    pending = admin.call("device.pair.list", {})["pending"]
    assert [entry["requestId"] for entry in pending] == wanted[::-1], "newest first"
    approved = admin.call("device.pair.approve", {"requestId": wanted[0]})
    assert approved["requestId"] == wanted[0] and approved["device"]["tokens"][0]["role"] == "operator"
    assert "token" not in approved["device"]["tokens"][0]
    assert admin.call("device.pair.reject", {"requestId": wanted[1]}) == {"requestId": wanted[1], "deviceId": second.id}
    for request, device, decision in ((wanted[0], first, "approved"), (wanted[1], second, "rejected")):
        event = admin.wait_event("device.pair.resolved", lambda p: p["requestId"] == request)
        assert (event["deviceId"], event["decision"]) == (device.id, decision)
    listed = admin.call("device.pair.list", {})
    assert listed["pending"] == [] and first.id in [entry["deviceId"] for entry in listed["paired"]]
    assert refused(gateway, device=second).details["requestId"] not in wanted


# -- tokens

def test_rotate_revoke_remove(gateway):
    admin = gateway.client()
    device = Device()
    client = gateway.client(device=device, scopes=["operator.write"])
    old = client.hello["auth"]["deviceToken"]
    denied = "device token rotation denied"
    name = {"deviceId": device.id, "role": "operator"}
    for params in ({**name, "scopes": ["operator.admin"]}, {**name, "deviceId": "zz"}, {**name, "role": "node"}):
        assert error_of(admin, "device.token.rotate", params).message == denied
    weak = gateway.client(scopes=["operator.pairing"])
    assert error_of(weak, "device.token.rotate", name).message == denied
    rotated = admin.call("device.token.rotate", name)
    assert rotated["token"] != old and rotated["scopes"] == ["operator.read", "operator.write"] and rotated["rotatedAtMs"] > 0
    assert client.wait_closed() == (4001, "device removed")
    with pytest.raises(ConnectRefused) as stale:
        WsClient(gateway.url, device=device, device_token=old, scopes=["operator.write"]).connect()
    assert stale.value.detail_code == "AUTH_DEVICE_TOKEN_MISMATCH"
    fresh = WsClient(gateway.url, device=device, device_token=rotated["token"], scopes=["operator.write"]).connect()
    revoked = admin.call("device.token.revoke", name)
    assert revoked["deviceId"] == device.id and revoked["role"] == "operator" and revoked["revokedAtMs"] > 0
    assert fresh.wait_closed() == (4001, "device removed")
    assert error_of(admin, "device.token.revoke", {**name, "role": "node"}).message == "unknown deviceId/role"
    with pytest.raises(ConnectRefused):
        WsClient(gateway.url, device=device, device_token=rotated["token"], scopes=["operator.write"]).connect()
    # Without a token the role counts as not paired: silent on the host, a question from elsewhere.
    assert refused(gateway, device=device, scopes=["operator.write"]).details["reason"] == "role-upgrade"
    again = gateway.client(device=device, scopes=["operator.write"])
    assert admin.call("device.pair.remove", {"deviceId": device.id}) == {"deviceId": device.id}
    assert again.wait_closed() == (4001, "device removed")
    assert error_of(admin, "device.pair.remove", {"deviceId": device.id}).message == "unknown deviceId"
    assert refused(gateway, device=device).details["reason"] == "not-paired"


def test_on_protocol_4_a_token_is_shown_to_its_device_only(gateway):
    device = Device()
    own = gateway.client(device=device, protocol=(4, 4), scopes=["operator.read", "operator.pairing"])
    name = {"deviceId": device.id, "role": "operator"}
    stranger = gateway.client(protocol=(4, 4), scopes=["operator.read", "operator.pairing"])
    assert error_of(stranger, "device.token.rotate", name).message == "device token rotation denied"
    assert error_of(stranger, "device.token.revoke", name).message == "unknown deviceId/role"
    admin = gateway.client(protocol=(4, 4))
    assert "token" not in admin.call("device.token.rotate", name)
    assert own.wait_closed() == (4001, "device removed")
    own = gateway.client(device=device, protocol=(4, 4), scopes=["operator.read", "operator.pairing"])
    assert len(own.call("device.token.rotate", name)["token"]) == 43


def test_a_device_can_be_renamed_and_keeps_the_name(gateway):
    device = Device()
    gateway.client(device=device, display_name="claimed")
    admin = gateway.client()
    assert admin.call("device.pair.rename", {"deviceId": device.id, "displayName": "Kitchen"}) == {"deviceId": device.id, "displayName": "Kitchen"}
    assert error_of(admin, "device.pair.rename", {"deviceId": "x", "displayName": "y"}).message == "unknown deviceId"
    gateway.client(device=device, display_name="claimed")
    gateway.restart()
    paired = gateway.client().call("device.pair.list", {})["paired"]
    assert next(entry for entry in paired if entry["deviceId"] == device.id)["displayName"] == "Kitchen"


# -- nodes

def test_a_local_node_works_at_once(gateway):
    worker = node(gateway, Device(), headers={}).connect()
    admin = gateway.client()
    answer = admin.call("node.invoke", {"nodeId": worker.node_id, "command": "system.which", "params": {}, "idempotencyKey": "1"})
    assert answer["payload"] == {"done": True}
    assert worker.node_id in [entry["nodeId"] for entry in admin.call("node.pair.list", {})["paired"]]


def test_a_remote_node_waits_and_one_approval_is_enough(gateway):
    admin, device = gateway.client(), Device()
    with pytest.raises(ConnectRefused) as waiting:
        node(gateway, device).connect()
    request = waiting.value.details["requestId"]
    assert "openclaw nodes approve " + request in waiting.value.details["remediationHint"]
    asked = admin.wait_event("node.pair.requested")
    assert asked["requestId"] == request and asked["nodeId"] == device.id and asked["commands"] == list(ADMIN_NODE)
    assert request in [entry["requestId"] for entry in admin.call("node.pair.list", {})["pending"]]
    writer = gateway.client(scopes=["operator.write", "operator.pairing"])
    assert error_of(writer, "node.pair.approve", {"requestId": request}).message == "missing scope: operator.admin"
    assert admin.call("node.pair.approve", {"requestId": request})["node"]["nodeId"] == device.id
    worker = node(gateway, device).connect()
    answer = admin.call("node.invoke", {"nodeId": device.id, "command": "system.which", "params": {}, "idempotencyKey": "1"})
    assert answer["payload"] == {"done": True} and worker.connected
    assert admin.call("node.pair.list", {})["pending"] == []


def test_commands_that_nobody_approved_are_withheld(gateway):
    """Somebody with pairing scope only may let the machine in, but not let anyone run programs on it."""
    admin, device = gateway.client(), Device()
    with pytest.raises(ConnectRefused) as waiting:
        node(gateway, device).connect()
    pairing = gateway.client(scopes=["operator.pairing"])
    pairing.call("device.pair.approve", {"requestId": waiting.value.details["requestId"]})
    for protocol in ((3, 3), (4, 4)):
        worker = node(gateway, device, protocol=protocol).connect()
        listed = next(entry for entry in admin.call("node.list", {})["nodes"] if entry["nodeId"] == device.id)
        assert listed["connected"] and listed["commands"] == []
        assert error_of(admin, "node.invoke", {"nodeId": device.id, "command": "system.which", "idempotencyKey": "w"}).code
        assert worker.invocations == []
    asked = admin.wait_event("node.pair.requested", lambda p: p["requestId"] != waiting.value.details["requestId"])
    admin.call("node.pair.approve", {"requestId": asked["requestId"]})
    # At once, on the connection that is there; and a node of protocol 4 is told.
    assert worker.wait_event("node.pair.resolved")["decision"] == "approved"
    answer = admin.call("node.invoke", {"nodeId": device.id, "command": "system.which", "params": {}, "idempotencyKey": "x"})
    assert answer["payload"] == {"done": True}


# -- setup codes

def with_bootstrap(gateway, token="b" * 43, **profile):
    """As the reference's `qr` command leaves one: imported at the first start."""
    gateway.state.joinpath("devices").mkdir(mode=0o700)
    entry = {"token": token, "ts": int(time.time() * 1000), "issuedAtMs": int(time.time() * 1000),
             "profile": {"roles": ["node", "operator"], "scopes": ["operator.read", "operator.talk.secrets", "operator.write"], **profile}}
    gateway.state.joinpath("devices/bootstrap.json").write_text(json.dumps({token: entry}))
    return token


def phone(gateway, device, token, **options):
    return node(gateway, device, commands=("canvas.present",), handlers={}, token=None, bootstrap_token=token, platform="iOS 18.4.0",
                device_family="iPhone", **options)


def test_a_setup_code_on_protocol_3(make_gateway):
    gateway = make_gateway(start=False)
    token = with_bootstrap(gateway)
    gateway.start()
    device = Device()
    operator = {"device": device, "bootstrap_token": token, "scopes": ["operator.read"], "platform": "iOS 18.4.0", "device_family": "iPhone"}
    wide = refused(gateway, **{**operator, "scopes": ["operator.admin"]})
    assert wide.detail_code == "AUTH_BOOTSTRAP_TOKEN_INVALID"
    waiting = refused(gateway, **operator)
    assert (waiting.detail_code, waiting.details["recommendedNextStep"], waiting.details["pauseReconnect"]) == (
        "PAIRING_REQUIRED", "wait_then_retry", False)
    assert refused(gateway, device=Device(), bootstrap_token=token, scopes=["operator.read"]).detail_code == "AUTH_BOOTSTRAP_TOKEN_INVALID"
    gateway.kill9()
    gateway.start()
    # Bound to the device, also after a crash; the operator socket keeps it until somebody approves.
    gateway.client().call("device.pair.approve", {"requestId": waiting.details["requestId"]})
    assert gateway.client(headers=REMOTE, **operator).hello["auth"]["scopes"] == ["operator.read"]


def test_a_setup_code_pairs_a_node_once(make_gateway):
    gateway = make_gateway(start=False)
    token = with_bootstrap(gateway)
    gateway.start()
    device = Device()
    first = phone(gateway, device, token).connect()
    assert first.hello["auth"]["role"] == "node" and first.hello["auth"]["deviceToken"]
    with pytest.raises(ConnectRefused) as used:
        phone(gateway, device, token).connect()
    assert used.value.detail_code == "AUTH_BOOTSTRAP_TOKEN_INVALID"
    again = WsClient(gateway.url, device=device, role="node", scopes=(), client_id="node-host", client_mode="node", platform="iOS 18.4.0",
                     device_family="iPhone", device_token=first.hello["auth"]["deviceToken"], headers=REMOTE).connect()
    assert again.call("health")["ok"]


def test_a_setup_code_on_protocol_4_gives_both_tokens(make_gateway):
    gateway = make_gateway(start=False)
    token = with_bootstrap(gateway)
    gateway.start()
    device = Device()
    hello = phone(gateway, device, token, protocol=(4, 4)).connect().hello
    operator = next(entry for entry in hello["auth"]["deviceTokens"] if entry["role"] == "operator")
    assert operator["scopes"] == ["operator.read", "operator.talk.secrets", "operator.write"]
    client = WsClient(gateway.url, device=device, device_token=operator["deviceToken"], scopes=["operator.read"], platform="iOS 18.4.0",
                      device_family="iPhone", client_id="openclaw-ios", client_mode="ui", headers=REMOTE, protocol=(4, 4)).connect()
    assert client.call("status")


# -- what an older gateway left behind, and crashes

def test_the_references_files_are_imported_once_and_left_alone(make_gateway):
    gateway = make_gateway(start=False)
    contents = {}
    for folder in ("devices", "nodes"):
        gateway.state.joinpath(folder).mkdir(mode=0o700)
    device = Device()
    paired = json.loads((SAMPLES / "devices-paired.json").read_text())
    sample = dict(next(iter(paired.values())), deviceId=device.id, publicKey=device.public_key)
    sample["tokens"]["operator"]["token"] = "t" * 43
    paired[device.id] = sample
    for name, text in (("devices/paired.json", json.dumps(paired)), ("nodes/paired.json", (SAMPLES / "nodes-paired.json").read_text()),
                       ("nodes/pending.json", "{ broken"), ("devices/pending.json", "[]")):
        gateway.state.joinpath(name).write_text(text)
        contents[name] = text
    gateway.start()
    old = WsClient(gateway.url, device=device, device_token="t" * 43, headers=REMOTE).connect()
    listed = old.call("device.pair.list", {})["paired"]
    assert {entry["deviceId"] for entry in listed} == set(paired)
    nodes = old.call("node.pair.list", {})["paired"]
    assert [entry["displayName"] for entry in nodes] == ["Renamed"] and "token" not in nodes[0]
    assert "nodes/pending.json" in gateway.log() and "devices/pending.json" in gateway.log()
    # Once: what is removed here does not come back.
    removed = next(iter(paired))
    old.call("device.pair.remove", {"deviceId": removed})
    gateway.restart()
    again = WsClient(gateway.url, device=device, device_token="t" * 43, headers=REMOTE).connect()
    assert removed not in {entry["deviceId"] for entry in again.call("device.pair.list", {})["paired"]}
    for name, text in contents.items():
        assert gateway.state.joinpath(name).read_text() == text


def test_an_acknowledged_decision_survives_sigkill(gateway):
    approved, rejected, rotated = Device(), Device(), Device()
    admin = gateway.client()
    wanted = refused(gateway, device=approved, scopes=["operator.read"]).details["requestId"]
    turned_away = refused(gateway, device=rejected, scopes=["operator.read"]).details["requestId"]
    gateway.client(device=rotated)
    admin.call("device.pair.approve", {"requestId": wanted})
    admin.call("device.pair.reject", {"requestId": turned_away})
    token = admin.call("device.token.rotate", {"deviceId": rotated.id, "role": "operator"})["token"]
    gateway.kill9()
    gateway.start()
    assert gateway.client(device=approved, scopes=["operator.read"], headers=REMOTE).call("health")["ok"]
    assert WsClient(gateway.url, device=rotated, device_token=token).connect().call("health")["ok"]
    assert gateway.client().call("device.pair.list", {})["pending"] == []
    kept = refused(gateway, device=Device(), scopes=["operator.read"]).details["requestId"]
    gateway.kill9()
    gateway.start()
    assert [entry["requestId"] for entry in gateway.client().call("device.pair.list", {})["pending"]] == [kept]


def test_retries_do_not_pile_up_requests(gateway):
    device = Device()
    scopes = [["operator.read", "operator.pairing"], ["operator.pairing"], ["operator.read"], []]
    ids = {refused(gateway, device=device, scopes=wanted, protocol=(4, 4)).details["requestId"] for wanted in scopes}
    assert len(ids) == 1
    wider = refused(gateway, device=device, scopes=["operator.admin"]).details["requestId"]
    assert wider not in ids
    pending = gateway.client().call("device.pair.list", {})["pending"]
    assert [(entry["requestId"], sorted(entry["scopes"])) for entry in pending] == [
        (wider, ["operator.admin", "operator.pairing", "operator.read"])]
    wait_until(lambda: gateway.log().count("waits for approval") == 2, what="one line for each new request")
