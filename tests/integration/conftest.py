"""Fixtures of the integration tests. Each test gets its own gateway, folders and ports; nothing is shared."""
import importlib
import os
import pathlib
import signal
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
for folder in (HERE, HERE.parent / "support"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

import gatewaylib  # noqa: E402
from gatewaylib import process  # noqa: E402
from gatewaylib.wait import SLOWNESS  # noqa: E402

# A test that hangs ends with its stack and the logs instead of the whole run's limit.
TEST_LIMIT_S = int(float(os.environ.get("OPENCLAW_TEST_LIMIT", "120")) * SLOWNESS)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item):
    process.started.clear()

    def expired(*_):
        raise TimeoutError("%s took longer than %d s" % (item.nodeid, TEST_LIMIT_S))
    previous = signal.signal(signal.SIGALRM, expired)
    signal.alarm(TEST_LIMIT_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)
        for child in process.started:
            if child.running:
                child.kill9()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for child in process.started:
            state = "running" if child.running else "exit code %s" % child.exit_code
            report.sections.append(("%s (%s)" % (child.name, state), child.log()[-8000:]))


def _closing(items):
    for item in reversed(items):
        item.close()


@pytest.fixture
def sandbox():
    """A home for commands that run elsewhere than on the gateway's host."""
    box = gatewaylib.Sandbox()
    yield box
    box.remove()


@pytest.fixture
def make_gateway():
    """make_gateway(config, env=...) -> a started Gateway; start=False leaves starting to the test."""
    made = []

    def make(config=(), start=True, **options):
        gateway = gatewaylib.Gateway(config, **options)
        made.append(gateway)
        return gateway.start() if start else gateway
    yield make
    _closing(made)


@pytest.fixture
def gateway(make_gateway):
    """A started gateway with the default configuration."""
    return make_gateway()


@pytest.fixture
def client(gateway):
    """A connected operator with all scopes."""
    return gateway.client()


@pytest.fixture
def make_node(gateway):
    """make_node(name, allow=[...]) -> a started and connected NodeHost of `gateway`."""
    made = []

    def make(name="test-node", start=True, of=None, **options):
        node = gatewaylib.NodeHost(of or gateway, name, **options)
        made.append(node)
        return node.start() if start else node
    yield make
    _closing(made)


def _support(module, name):
    return getattr(importlib.import_module(module), name)


@pytest.fixture
def mock_provider():
    """A scripted model provider on loopback (tests/support/mock_provider.py)."""
    with _support("mock_provider", "MockProvider")() as provider:
        yield provider


@pytest.fixture
def mock_telegram():
    """A Bot API server on loopback (tests/support/mock_telegram.py)."""
    server = _support("mock_telegram", "MockTelegram").in_thread()
    yield server
    server.close_thread()


@pytest.fixture
def ssh_server():
    """A real sshd on loopback that lets the current user in with a throw-away key (tests/support/sshd.py)."""
    with _support("sshd", "SshServer")() as server:
        yield server
