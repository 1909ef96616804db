"""What people get wrong, and what they are told."""
import json
import os

from gatewaylib import Sandbox, cli


def test_first_start_writes_a_config_and_says_how_to_talk_to_it(make_gateway):
    gateway = make_gateway(config=None)
    written = json.loads(gateway.config_path.read_text())
    assert written["gateway"]["mode"] == "local" and len(written["gateway"]["auth"]["token"]) == 48
    assert gateway.config_path.stat().st_mode & 0o777 == 0o600
    log = gateway.log()
    assert "openclaw agent --message" in log and "ssh -N -L" in log
    assert written["gateway"]["auth"]["token"] not in log
    before = gateway.config_path.read_bytes()
    gateway.restart()
    assert gateway.config_path.read_bytes() == before
    assert gateway.cli("health", env={"OPENCLAW_GATEWAY_PORT": str(gateway.port)}).ok()


def test_invalid_config_names_line_column_and_key_and_is_never_rewritten(make_gateway):
    gateway = make_gateway(start=False)
    broken = '{\n  // mine\n  gateway: { mode: "local", port: "many" },\n}\n'
    gateway.config_path.write_text(broken)
    done = gateway.cli("gateway", "run")
    assert done.code == 5
    assert "gateway.port" in done.err and "3" in done.err and "expected number" in done.err.lower() or "expected" in done.err
    gateway.config_path.write_text("{ gateway: { mode: ")
    done = gateway.cli("gateway", "run")
    assert done.code == 5 and "1:" in done.err
    assert gateway.config_path.read_text() == "{ gateway: { mode: "


def test_with_a_last_valid_copy_it_starts_all_the_same_on_loopback(make_gateway):
    gateway = make_gateway()
    gateway.stop()
    gateway.config_path.write_text("{ broken")
    gateway.start()
    status = gateway.client().call("status")
    assert "invalid" in status["configNote"]
    assert gateway.config_path.read_text() == "{ broken"


def test_port_in_use_names_the_holder_and_the_two_ways_out(gateway, make_gateway):
    other = make_gateway(start=False)
    done = other.cli("gateway", "run", "--port", gateway.port)
    assert done.code == 1
    assert "already" in done.err and str(gateway.process.pid if hasattr(gateway.process, "pid") else "") in done.err
    assert "--port" in done.err


def test_the_same_state_folder_is_not_used_twice(gateway):
    done = gateway.cli("gateway", "run", "--port", gateway.port + 1)
    assert done.code == 1 and "already running" in done.err


def test_wrong_token_says_where_the_token_came_from(gateway):
    elsewhere = Sandbox()
    try:
        env = gateway.remote_env(elsewhere)
        env["OPENCLAW_GATEWAY_TOKEN"] = "not-the-token-at-all"
        done = cli("health", env=env)
        assert done.code == 4
        assert "token mismatch" in done.err and "OPENCLAW_GATEWAY_TOKEN" in done.err
        assert "not-the-token-at-all" not in done.err + done.out
    finally:
        elsewhere.remove()


def test_a_gateway_that_is_not_there(sandbox):
    env = sandbox.env(OPENCLAW_STATE_DIR=sandbox.folder("state"), OPENCLAW_GATEWAY_PORT="1")
    done = cli("health", env=env)
    assert done.code == 3 and "connection refused" in done.err
    document = cli("health", "--json", env=env)
    assert document.code == 3 and document.json()["ok"] is False


def test_plaintext_to_another_machine_is_refused_before_a_socket_is_opened(sandbox):
    env = sandbox.env(OPENCLAW_STATE_DIR=sandbox.folder("state"))
    done = cli("gateway", "call", "health", "--url", "ws://gw.invalid:18789", "--token", "t", env=env)
    assert done.code != 0 and "SECURITY ERROR" in done.err and "ssh -N -L" in done.err


def test_url_without_credentials_is_explained(gateway):
    done = gateway.cli("gateway", "call", "health", "--url", gateway.url)
    assert done.code != 0 and "gateway url override requires explicit credentials" in done.err


def test_usage_errors_exit_2(sandbox):
    env = sandbox.env(OPENCLAW_STATE_DIR=sandbox.folder("state"))
    for words in (["helth"], ["gateway", "--nope"], ["gateway", "call"], ["health", "--timeout", "soon"]):
        done = cli(*words, env=env)
        assert done.code == 2, done
    assert "health" in cli("helth", env=env).err


def test_secrets_do_not_reach_config_get(gateway, client):
    shown = json.dumps(client.call("config.get", {}))
    assert gateway.token not in shown and "__OPENCLAW_REDACTED__" in shown
    assert gateway.token not in gateway.cli("config", "get", "gateway").ok().out
    assert gateway.token not in gateway.log()


def test_mode_remote_does_not_start_a_gateway(make_gateway):
    gateway = make_gateway({"gateway": {"mode": "remote"}}, start=False)
    done = gateway.cli("gateway", "run")
    assert done.code == 5 and "gateway.mode=local" in done.err


def test_files_are_private(gateway, client):
    client.call("health")
    for root, folders, files in os.walk(gateway.state):
        for name in files:
            assert os.stat(os.path.join(root, name)).st_mode & 0o077 == 0, name
