"""What the tests of the HTTP surface share: a gateway with everything switched on, requests, event streams."""
import base64
import http.client
import json
import re
import socket

import pytest
from gatewaylib import ROOT
from gatewaylib.wait import SLOWNESS

TRANSCRIPTS = ROOT / "tests" / "transcripts" / "http"
HOOK_TOKEN = "hook-token-of-the-tests-1234567890"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
NOSNIFF = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
           "permissions-policy": "camera=(), microphone=(), geolocation=()"}
PIXEL = base64.b64encode(bytes.fromhex("89504e470d0a1a0a") + b"x" * 20).decode()


def config_for(provider, **more):
    config = {
        "gateway": {"http": {"endpoints": {"chatCompletions": {"enabled": True}, "responses": {"enabled": True}}}},
        "hooks": {"enabled": True, "token": HOOK_TOKEN},
        "models": {"providers": {"mock": {"baseUrl": provider.base_url, "apiKey": "sk-test-key-123456", "api": "openai-completions",
                                          "models": [{"id": "mock-1", "name": "Mock", "contextWindow": 128000, "maxTokens": 4096,
                                                      "input": ["text", "image"], "compat": {"supportsUsageInStreaming": True}},
                                                     {"id": "mock-2", "name": "Other", "contextWindow": 128000, "maxTokens": 4096}]}}},
        "agents": {"defaults": {"model": "mock/mock-1", "llm": {"idleTimeoutSeconds": 20}}}}
    config.update(more)
    return config


@pytest.fixture
def served(make_gateway, mock_provider):
    return make_gateway(config_for(mock_provider))


@pytest.fixture
def open_gateway(make_gateway, mock_provider):
    """Without a secret: the headers of a request say what it may do."""
    gateway = make_gateway(config_for(mock_provider, gateway={
        "auth": {"mode": "none"}, "http": {"endpoints": {"chatCompletions": {"enabled": True}, "responses": {"enabled": True}}}}), start=False)
    gateway.config["gateway"]["auth"].pop("token", None)
    gateway.write_config(gateway.config)
    return gateway.start()


def post(gateway, path, body, token=None, timeout=40, **headers):
    headers = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    if token is not False:
        headers["Authorization"] = "Bearer " + (token or gateway.token)
    data = body if isinstance(body, (bytes, str)) else json.dumps(body)
    return gateway.http("POST", path, data, headers, timeout=timeout * SLOWNESS)


def get(gateway, path, token=None, timeout=20, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    if token is not False:
        headers["Authorization"] = "Bearer " + (token or gateway.token)
    return gateway.http("GET", path, None, headers, timeout=timeout * SLOWNESS)


def told(response):
    return json.loads(response.body)


def events(body):
    """[(event name or None, data)] of an event stream; comments are left out."""
    out = []
    for block in body.decode().split("\n\n"):
        name, data = None, None
        for line in block.split("\n"):
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                data = line[6:]
        if data is not None:
            out.append((name, data if data == "[DONE]" else json.loads(data)))
    return out


def chat_body(words="hi", **more):
    return {"model": "openclaw", "messages": [{"role": "user", "content": words}], **more}


def sent_to_model(provider, index=-1):
    """The messages of a model request, contents as text."""
    out = []
    for message in provider.requests()[index]["body"]["messages"]:
        content = message.get("content")
        if isinstance(content, list):
            content = "".join(part.get("text", "<%s>" % part["type"]) for part in content)
        out.append((message["role"], content))
    return out


class Stream:
    """A response that is read piece by piece."""

    def __init__(self, gateway, method, path, body=None, **headers):
        self.connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=30 * SLOWNESS)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request(method, path, body, {"Authorization": "Bearer " + gateway.token, "Content-Type": "application/json", **headers})
        self.response = self.connection.getresponse()
        self.seen = b""

    def until(self, words):
        while words not in self.seen:
            piece = self.response.read1(65536)
            assert piece, "the stream ended without %r: %r" % (words, self.seen[-2000:])
            self.seen += piece
        return self.seen

    def close(self):
        self.response.close()
        self.connection.close()


def raw(gateway, request, timeout=60):
    """Everything that comes back on a connection on which `request` was sent, whole."""
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=timeout * SLOWNESS) as connection:
        connection.sendall(request)
        got = b""
        while True:
            piece = connection.recv(65536)
            if not piece:
                return got
            got += piece
