"""Drives the real openclaw binary from tests: processes, an independent protocol client, a scripted node.

Everything here is synchronous for the test that calls it. Sockets run on one background event loop.
"""
from .cli import CliResult, cli
from .device import Device
from .fake_node import FakeNode, NodeError
from .gateway import Gateway
from .node_host import NodeHost
from .process import ManagedProcess
from .sandbox import BINARY, ROOT, SUPPORT, Sandbox, free_port
from .wait import wait_until
from .ws_client import FIVE_SCOPES, ConnectRefused, ConnectionEnded, RpcError, WsClient

__all__ = [
    "BINARY", "CliResult", "ConnectRefused", "ConnectionEnded", "Device", "FIVE_SCOPES", "FakeNode", "Gateway",
    "ManagedProcess", "NodeError", "NodeHost", "ROOT", "RpcError", "SUPPORT", "Sandbox", "WsClient", "cli",
    "free_port", "wait_until",
]
