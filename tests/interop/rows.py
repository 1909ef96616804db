"""The rows of the interop table: commands, what they need, and what proves that they worked.

Words in braces are filled in from the surroundings of the row: {url} {token} {node} {request} {device}.
"""
import dataclasses
from typing import Optional, Sequence


@dataclasses.dataclass(frozen=True)
class Row:
    words: Sequence[str]
    method: Optional[str]            # whose answer is compared; None: that the gateway was asked at all
    json: bool = True                # stdout is JSON
    needs: Optional[str] = None      # node, request, device: what must be there first
    # Keys of the official answer that ours need not have, with the reason.
    without: Sequence[str] = ()


# `sessions`, `models` and `config` of the official releases read local files: `gateway call` stands for them.
# The first row asks for all scopes: the official gateway never widens what a command line was first paired with.
SHARED = [
    Row(("gateway", "call", "health", "--url", "{url}", "--token", "{token}", "--json"), "health"),
    Row(("health", "--json"), "health"),
    Row(("gateway", "health", "--url", "{url}", "--token", "{token}", "--json"), "health"),
    Row(("status", "--all", "--json"), None),
    Row(("gateway", "status", "--json"), None),
    Row(("gateway", "probe", "--json"), None),
    Row(("gateway", "call", "status", "--json"), "status"),
    Row(("gateway", "call", "sessions.list", "--json"), "sessions.list"),
    Row(("gateway", "call", "models.list", "--json"), "models.list"),
    Row(("gateway", "call", "config.get", "--json"), "config.get"),
    Row(("devices", "list", "--json"), "device.pair.list"),
    Row(("devices", "approve", "{request}", "--json"), "device.pair.approve", needs="request"),
    Row(("devices", "rotate", "--device", "{device}", "--role", "operator", "--json"), "device.token.rotate", needs="device"),
    Row(("devices", "revoke", "--device", "{device}", "--role", "operator", "--json"), "device.token.revoke", needs="device"),
    Row(("nodes", "status", "--json"), "node.list", needs="node"),
    Row(("nodes", "list", "--json"), "node.pair.list", needs="node"),
    Row(("nodes", "describe", "--node", "{node}", "--json"), "node.describe", needs="node"),
    Row(("nodes", "invoke", "--node", "{node}", "--command", "system.which", "--params", '{{"bins":["sh"]}}', "--json"),
        "node.invoke", needs="node"),
    Row(("agent", "--agent", "main", "--message", "help", "--json"), "agent"),
    Row(("logs", "--json", "--limit", "20"), "logs.tail", json=False),
    Row(("cron", "list", "--json"), "cron.list"),
    Row(("approvals", "get", "--gateway", "--json"), "exec.approvals.get"),
    Row(("channels", "status", "--json"), "channels.status"),
]

# Our command line against official gateways: what it has of the list above.
OURS = [row for row in SHARED if row.words[0] in ("health", "status", "devices", "nodes", "gateway", "agent", "channels")]
