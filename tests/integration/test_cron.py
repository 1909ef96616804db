"""cron.*: jobs, when they run, what they leave behind, and crashes in the middle."""
import json
import time

import pytest
from gatewaylib import RpcError, wait_until
from mock_provider import error, hang, text


def error_of(client, method, params=None):
    with pytest.raises(RpcError) as failed:
        client.call(method, params)
    return failed.value


def config_for(provider, **more):
    return {"models": {"providers": {"mock": {"baseUrl": provider.base_url, "apiKey": "sk-test-key-123456", "api": "openai-completions", "models": [
        {"id": "mock-1", "name": "Mock", "contextWindow": 128000, "maxTokens": 4096, "compat": {"supportsUsageInStreaming": True}}]}}},
        "agents": {"defaults": {"model": "mock/mock-1"}}, **more}


@pytest.fixture
def cron(make_gateway, mock_provider):
    gateway = make_gateway(config_for(mock_provider))
    client = gateway.client()
    client.gateway, client.provider = gateway, mock_provider
    return client


def iso(ms):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ms / 1000)) + ".%03dZ" % (ms % 1000)


def now_ms():
    return int(time.time() * 1000)


BRIEF = {"name": "Daily brief", "schedule": {"kind": "cron", "expr": "0 9 * * *", "tz": "UTC"}, "sessionTarget": "isolated", "wakeMode": "now",
         "payload": {"kind": "agentTurn", "message": "Summarise"}, "delivery": {"mode": "none"}}


def finished(client, job, timeout=30):
    return client.wait_event("cron", lambda p: p["jobId"] == job and p["action"] == "finished", timeout=timeout)


# -- jobs

def test_add_list_update_remove(cron):
    assert cron.call("cron.status") == {"enabled": True, "storePath": str(cron.gateway.state / "native.sqlite"), "jobs": 0, "nextWakeAtMs": None}
    ping = cron.call("cron.add", {"name": "Ping", "schedule": {"kind": "every", "everyMs": 3600000}, "sessionTarget": "main",
                                  "wakeMode": "next-heartbeat", "payload": {"kind": "systemEvent", "text": "ping"}})
    created = ping["createdAtMs"]
    assert ping == {"id": ping["id"], "name": "Ping", "enabled": True, "createdAtMs": created, "updatedAtMs": created,
                    "schedule": {"kind": "every", "everyMs": 3600000, "anchorMs": created}, "sessionTarget": "main", "wakeMode": "next-heartbeat",
                    "payload": {"kind": "systemEvent", "text": "ping"}, "state": {"nextRunAtMs": created + 3600000}}
    assert cron.wait_event("cron") == {"jobId": ping["id"], "action": "added", "nextRunAtMs": created + 3600000}
    brief = cron.call("cron.add", BRIEF)
    assert brief["state"]["nextRunAtMs"] % 86400000 == 9 * 3600000 and "staggerMs" not in brief["schedule"]
    page = cron.call("cron.list", {"includeDisabled": True, "sortBy": "name"})
    assert page == {"jobs": [brief, ping], "total": 2, "offset": 0, "limit": 2, "hasMore": False, "nextOffset": None}
    cron.gateway.kill9()
    cron.gateway.start()
    again = cron.gateway.client()
    assert again.call("cron.list", {"sortBy": "name"})["jobs"] == [brief, ping]
    changed = again.call("cron.update", {"id": brief["id"], "patch": {"name": "Daily brief 2", "enabled": False}})
    assert changed["name"] == "Daily brief 2" and changed["state"] == {} and changed["updatedAtMs"] > brief["updatedAtMs"]
    assert [job["id"] for job in again.call("cron.list")["jobs"]] == [ping["id"]]
    assert again.call("cron.update", {"jobId": brief["id"], "patch": {"enabled": True}})["state"] == brief["state"]
    assert again.call("cron.remove", {"id": brief["id"]}) == {"ok": True, "removed": True}
    assert again.call("cron.remove", {"jobId": brief["id"]}) == {"ok": True, "removed": False}
    assert [event["action"] for event in again.events("cron")] == ["updated", "updated", "removed"]


@pytest.mark.parametrize("params, code, message", [
    ({"name": "Bad"}, "INVALID_REQUEST", "invalid cron.add params: must have required property 'schedule'; must have required property "
     "'sessionTarget'; must have required property 'payload'"),
    ({**BRIEF, "schedule": {"kind": "at", "at": "soon"}}, "INVALID_REQUEST", "Invalid schedule.at: expected ISO-8601 timestamp (got soon)"),
    ({**BRIEF, "sessionTarget": "main"}, "UNAVAILABLE", 'Error: main cron jobs require payload.kind="systemEvent"'),
    ({**BRIEF, "payload": {"kind": "systemEvent", "text": "x"}}, "UNAVAILABLE",
     'Error: isolated/current/session cron jobs require payload.kind="agentTurn"'),
    ({**BRIEF, "delivery": {"mode": "webhook", "to": "ftp://x"}}, "UNAVAILABLE",
     "Error: cron webhook delivery requires delivery.to to be a valid http(s) URL"),
    ({**BRIEF, "surprise": 1}, "INVALID_REQUEST", "invalid cron.add params: at root: unexpected property 'surprise'"),
])
def test_refused_jobs(cron, params, code, message):
    refused = error_of(cron, "cron.add", params)
    assert (refused.code, refused.message) == (code, message)
    assert cron.call("cron.status")["jobs"] == 0


def test_other_refusals(cron):
    past = error_of(cron, "cron.add", {**BRIEF, "schedule": {"kind": "at", "at": "2020-01-01T00:00:00Z"}}).message
    assert past.startswith("schedule.at is in the past: 2020-01-01T00:00:00.000Z (") and " minutes ago). Current time: " in past
    assert error_of(cron, "cron.add", {**BRIEF, "schedule": {"kind": "cron", "expr": "61 * * * *"}}).code == "UNAVAILABLE"
    assert error_of(cron, "cron.add", {**BRIEF, "schedule": {"kind": "cron", "expr": "* * * * *", "tz": "Mars/Olympus"}}).code == "UNAVAILABLE"
    for method, params in (("cron.run", {"id": "nope"}), ("cron.update", {"id": "nope", "patch": {}})):
        failed = error_of(cron, method, params)
        assert (failed.code, failed.message) == ("UNAVAILABLE", "Error: unknown cron job id: nope")
    assert error_of(cron, "cron.runs", {"scope": "job"}).message == "invalid cron.runs params: missing id"
    assert error_of(cron, "cron.runs", {"id": "../x"}).message == 'invalid cron.runs params: at /id: must match pattern "^[^/\\\\]+$"'
    assert error_of(cron, "cron.remove", {}).message == ("invalid cron.remove params: must have required property 'id'; "
                                                         "must have required property 'jobId'; must match a schema in anyOf")
    reader = cron.gateway.client(scopes=["operator.read"])
    assert error_of(reader, "cron.add", {}).message == "missing scope: operator.admin"
    assert reader.call("cron.list")["total"] == 0
    newer = cron.gateway.client(protocol=(4, 4))
    assert error_of(newer, "cron.run", {"id": "nope"}).details["code"] == "CRON_JOB_NOT_FOUND"


# -- runs

def test_a_run_and_its_log(cron):
    cron.provider.script([text("Hello from the mock model.")])
    job = cron.call("cron.add", BRIEF)["id"]
    assert cron.call("cron.run", {"id": job, "mode": "due"}) == {"ok": True, "ran": False, "reason": "not-due"}
    begun = cron.call("cron.run", {"id": job})
    assert begun["ok"] and begun["enqueued"] and begun["runId"].startswith("manual:%s:" % job)
    started = cron.wait_event("cron", lambda p: p["action"] == "started")
    end = finished(cron, job)
    session = end["sessionId"]
    key = "agent:main:cron:" + job
    assert end["status"] == "ok" and end["summary"] == "Hello from the mock model." and end["runAtMs"] == started["runAtMs"]
    assert (end["model"], end["provider"], end["delivered"], end["deliveryStatus"]) == ("mock-1", "mock", False, "not-delivered")
    assert end["sessionKey"] == "%s:run:%s" % (key, session) and end["usage"]["output_tokens"] > 0
    shown = [event for event in cron.events("chat") if event["state"] == "final"]
    assert shown[-1]["sessionKey"] == key
    prompt = json.dumps(cron.provider.requests()[-1]["body"], ensure_ascii=False)
    assert "[cron:%s Daily brief] Summarise\\nCurrent time: " % job in prompt
    log = cron.call("cron.runs", {"id": job})
    assert log["total"] == 1 and log["limit"] == 50
    entry = log["entries"][0]
    assert entry.pop("ts") > 0 and "jobName" not in entry
    assert entry == {name: value for name, value in end.items()}
    assert cron.call("cron.runs", {"scope": "all"})["entries"][0]["jobName"] == "Daily brief"
    assert cron.call("cron.runs", {"status": "error"})["total"] == 0
    assert cron.call("cron.runs", {"query": "MOCK MODEL"})["total"] == 1
    state = cron.call("cron.list")["jobs"][0]["state"]
    assert (state["lastRunStatus"], state["lastStatus"], state["consecutiveErrors"], state["lastDeliveryStatus"]) == ("ok", "ok", 0, "not-delivered")
    assert "runningAtMs" not in state
    # Each run begins with an empty transcript.
    cron.provider.script([text("Second.")])
    cron.call("cron.run", {"jobId": job})
    second = finished(cron, job)
    assert second["sessionId"] != session
    assert "Hello from the mock model." not in json.dumps(cron.provider.requests()[-1]["body"])
    assert cron.call("cron.runs", {"id": job, "sortDir": "asc"})["entries"][0]["summary"] == "Hello from the mock model."


def test_a_job_runs_when_it_is_due_and_is_deleted_after_success(cron):
    cron.provider.script([text("Done.")])
    at = now_ms() + 1200
    job = cron.call("cron.add", {"name": "Once", "schedule": {"kind": "at", "at": iso(at)}, "payload": {"message": "do it"}})
    assert job["deleteAfterRun"] is True and job["sessionTarget"] == "isolated" and job["state"]["nextRunAtMs"] == at
    assert cron.call("cron.status")["nextWakeAtMs"] == at
    end = finished(cron, job["id"])
    assert end["status"] == "ok" and end["runAtMs"] >= at and "nextRunAtMs" not in end
    assert end["deliveryStatus"] == "not-delivered" and "channel" in end["deliveryError"]
    cron.wait_event("cron", lambda p: p["action"] == "removed")
    assert cron.call("cron.list", {"includeDisabled": True})["total"] == 0
    assert cron.call("cron.runs", {"id": job["id"]})["total"] == 1


def test_a_main_job_is_a_turn_of_the_main_session(cron):
    cron.provider.script([text("Reminded.")])
    job = cron.call("cron.add", {"name": "Tea", "schedule": {"kind": "every", "everyMs": 3600000}, "payload": {"text": "drink tea"}})
    cron.call("cron.run", {"id": job["id"]})
    end = finished(cron, job["id"])
    assert end["status"] == "ok" and end["sessionKey"] == "agent:main:main" and end["deliveryStatus"] == "not-requested" and "delivered" not in end
    history = cron.call("chat.history", {"sessionKey": "main"})["messages"]
    assert [message["role"] for message in history] == ["user", "assistant"] and "drink tea" in json.dumps(history[0])


def test_a_job_of_a_named_session_keeps_its_transcript(cron):
    cron.provider.script([text("first answer"), text("second answer")])
    job = cron.call("cron.add", {**BRIEF, "sessionTarget": "session:Journal"})["id"]
    for _ in range(2):
        cron.call("cron.run", {"id": job})
        end = finished(cron, job)
        assert end["sessionKey"] == "agent:main:journal"
    assert "first answer" in json.dumps(cron.provider.requests()[-1]["body"])


def test_errors_back_off(cron):
    cron.provider.script([error(400, {"error": {"message": "no such thing"}})])
    job = cron.call("cron.add", {**BRIEF, "schedule": {"kind": "every", "everyMs": 1000}})["id"]
    end = finished(cron, job)
    assert end["status"] == "error" and end["error"]
    state = cron.call("cron.list")["jobs"][0]["state"]
    assert state["consecutiveErrors"] == 1 and state["lastStatus"] == "error" and state["lastError"] == end["error"]
    assert state["nextRunAtMs"] - end["runAtMs"] >= 30000


def test_one_at_a_time_and_running_jobs_are_not_started_again(cron):
    cron.provider.script([hang()])
    job = cron.call("cron.add", BRIEF)["id"]
    cron.call("cron.run", {"id": job})
    assert cron.call("cron.run", {"id": job}) == {"ok": True, "ran": False, "reason": "already-running"}
    assert cron.call("cron.list")["jobs"][0]["state"]["runningAtMs"] > 0
    assert cron.call("cron.remove", {"id": job}) == {"ok": True, "removed": True}


def test_the_scheduler_can_be_switched_off(make_gateway, mock_provider):
    gateway = make_gateway(config_for(mock_provider, cron={"enabled": False}))
    client = gateway.client()
    client.call("cron.add", BRIEF)
    status = client.call("cron.status")
    assert (status["enabled"], status["jobs"], status["nextWakeAtMs"]) == (False, 1, None)


# -- crashes and restarts

def test_a_run_cut_off_by_a_crash_is_logged_once_and_not_repeated(cron):
    cron.provider.script([hang()])
    job = cron.call("cron.add", {"name": "Once", "schedule": {"kind": "at", "at": iso(now_ms() + 500)}, "payload": {"message": "do it"}})["id"]
    cron.wait_event("cron", lambda p: p["action"] == "started")
    wait_until(lambda: cron.provider.requests(), 20, "the model is asked")
    cron.gateway.kill9()
    cron.gateway.start()
    again = cron.gateway.client()
    entry = wait_until(lambda: again.call("cron.runs", {"id": job})["entries"], 20, "the run is settled")
    assert len(entry) == 1 and entry[0]["status"] == "error" and "restarted" in entry[0]["error"]
    assert len(cron.provider.requests()) == 1, "not run again"
    kept = again.call("cron.list", {"includeDisabled": True})["jobs"][0]
    assert kept["enabled"] is False and "runningAtMs" not in kept["state"]
    cron.gateway.kill9()
    cron.gateway.start()
    assert cron.gateway.client().call("cron.runs", {"id": job})["total"] == 1


def test_a_run_that_ended_during_the_crash_is_settled_from_its_result(cron):
    cron.provider.script([text("Finished before.")])
    job = cron.call("cron.add", BRIEF)["id"]
    cron.call("cron.run", {"id": job})
    cron.wait_event("chat", lambda p: p["state"] == "final" and job in p["sessionKey"])
    cron.gateway.kill9()
    cron.gateway.start()
    again = cron.gateway.client()
    entries = wait_until(lambda: again.call("cron.runs", {"id": job})["entries"], 20, "the run is settled")
    assert [(entry["status"], entry["summary"]) for entry in entries] == [("ok", "Finished before.")]
    assert len(cron.provider.requests()) == 1


def test_what_was_missed_while_the_gateway_was_away_runs_once(cron):
    cron.provider.script([text("Late.")])
    at = now_ms() + 900
    once = cron.call("cron.add", {"name": "Once", "schedule": {"kind": "at", "at": iso(at)}, "deleteAfterRun": False, "payload": {"message": "late"}})["id"]
    cron.gateway.kill9()
    wait_until(lambda: now_ms() > at + 100, 20, "its time has passed")
    cron.gateway.start()
    again = cron.gateway.client()
    entries = wait_until(lambda: again.call("cron.runs", {"id": once})["entries"], 30, "it ran")
    assert len(entries) == 1 and entries[0]["status"] == "ok"
    kept = again.call("cron.list", {"includeDisabled": True})["jobs"][0]
    assert kept["enabled"] is False and "nextRunAtMs" not in kept["state"]


def test_jobs_of_the_reference_are_taken_over_once(make_gateway, mock_provider):
    gateway = make_gateway(config_for(mock_provider), start=False)
    folder = gateway.state / "cron"
    (folder / "runs").mkdir(parents=True)
    old = {**BRIEF, "id": "old-1", "enabled": True, "createdAtMs": 1, "updatedAtMs": 2, "state": {"nextRunAtMs": now_ms() + 3600000, "lastStatus": "ok", "runningAtMs": 7}}
    (folder / "jobs.json").write_text(json.dumps({"version": 1, "jobs": [old, {"name": "broken"}]}))
    run = {"ts": 5, "jobId": "old-1", "action": "finished", "status": "ok", "summary": "then", "runAtMs": 4, "durationMs": 1}
    (folder / "runs" / "old-1.jsonl").write_text(json.dumps(run) + "\nnot json\n")
    gateway.start()
    client = gateway.client()
    jobs = client.call("cron.list", {"includeDisabled": True})["jobs"]
    assert [job["id"] for job in jobs] == ["old-1"] and jobs[0]["createdAtMs"] == 1
    assert jobs[0]["state"] == {"nextRunAtMs": old["state"]["nextRunAtMs"], "lastStatus": "ok"}
    assert [entry["summary"] for entry in client.call("cron.runs", {"id": "old-1"})["entries"]] == ["then"]
    client.call("cron.remove", {"id": "old-1"})
    gateway.restart()
    assert gateway.client().call("cron.list", {"includeDisabled": True})["total"] == 0, "once"


# -- delivery

def test_a_webhook_gets_the_end_of_the_run(cron, mock_http_server):
    cron.provider.script([text("For the hook.")])
    job = cron.call("cron.add", {**BRIEF, "delivery": {"mode": "webhook", "to": mock_http_server.url + "/hook"}})["id"]
    cron.call("cron.run", {"id": job})
    end = finished(cron, job)
    assert (end["delivered"], end["deliveryStatus"]) == (True, "delivered")
    assert mock_http_server.bodies[0]["jobId"] == job and mock_http_server.bodies[0]["summary"] == "For the hook."


def test_announced_replies_and_failures_reach_the_chat(make_gateway, mock_provider, mock_telegram):
    gateway = make_gateway(config_for(mock_provider, channels={"telegram": {
        "botToken": mock_telegram.token, "apiRoot": mock_telegram.url, "dmPolicy": "allowlist", "allowFrom": [4242]}}))
    client = gateway.client()

    def sent():
        return [call["params"]["text"] for call in mock_telegram.calls_of("sendMessage") if str(call["params"]["chat_id"]) == "4242"]
    mock_provider.script([text("Good morning."), error(400, {"error": {"message": "broken"}})])
    job = client.call("cron.add", {**BRIEF, "delivery": {"mode": "announce", "channel": "telegram", "to": "4242"}, "failureAlert": {"after": 1}})["id"]
    client.call("cron.run", {"id": job})
    end = finished(client, job)
    assert (end["delivered"], end["deliveryStatus"]) == (True, "delivered")
    wait_until(lambda: "Good morning." in sent(), 30, "the reply in the chat")
    client.call("cron.run", {"id": job})
    assert finished(client, job)["status"] == "error"
    wait_until(lambda: any('Cron job "Daily brief" failed 1 times' in message for message in sent()), 30, "the alert in the chat")
    assert client.call("cron.list")["jobs"][0]["state"]["lastFailureAlertAtMs"] > 0


@pytest.fixture
def mock_http_server():
    import http.server
    import threading

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.server.bodies.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.bodies = []
    server.url = "http://127.0.0.1:%d" % server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()
