"""A real OpenSSH server on loopback with throw-away keys, and clients of it. Works as root and as an ordinary user:
the account that runs the tests logs in to itself.

    with SshServer() as server:
        tunnel = server.tunnel(local_port, remote_port)     # ssh -N -L, up when this returns
        server.stop(); server.start()                       # the same port and keys
"""
import getpass
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from gatewaylib.process import ManagedProcess
from gatewaylib.sandbox import free_port
from gatewaylib.wait import wait_until

# sshd insists on an absolute path of itself, and sbin is not in an ordinary user's PATH.
_SBIN = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin"


def _accepts(port):
    with socket.create_connection(("127.0.0.1", port), timeout=2):
        return True


def _sends_banner(port):
    with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
        connection.settimeout(2)
        return connection.recv(4) == b"SSH-"


def _account_is_locked(user):
    """Without PAM sshd refuses accounts whose password field starts with "!" even when a key is used."""
    try:
        for line in pathlib.Path("/etc/shadow").read_text().splitlines():
            name, password = line.split(":")[:2]
            if name == user:
                return password.startswith("!")
    except PermissionError:
        pass
    return False


class SshServer:
    def __init__(self, allow_forwarding=True, extra_config=""):
        self.program = shutil.which("sshd", path=_SBIN)
        assert self.program, "sshd is missing (package openssh-server)"
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="oc-ssh-", dir="/tmp"))
        self.user = getpass.getuser()
        self.port = free_port()
        self.host_key = self._make_key("host_key")
        self.user_key = self._make_key("user_key")
        self.known_hosts = self.root / "known_hosts"
        self.trust_host_key()
        (self.root / "authorized_keys").write_text((self.root / "user_key.pub").read_text())
        (self.root / "sshd_config").write_text(self._config(allow_forwarding) + extra_config)
        self.process = None
        self._tunnels = []
        self._starts = 0

    def _make_key(self, name):
        path = self.root / name
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(path)], check=True)
        return path

    def _config(self, allow_forwarding):
        use_pam = os.getuid() == 0 and _account_is_locked(self.user)
        return "\n".join([
            "ListenAddress 127.0.0.1", "Port %d" % self.port, "HostKey %s" % self.host_key,
            "AuthorizedKeysFile %s" % (self.root / "authorized_keys"), "PidFile %s" % (self.root / "sshd.pid"),
            "PubkeyAuthentication yes", "PasswordAuthentication no", "KbdInteractiveAuthentication no",
            "PermitRootLogin prohibit-password", "StrictModes no", "UsePAM %s" % ("yes" if use_pam else "no"),
            "AllowTcpForwarding %s" % ("yes" if allow_forwarding else "no"), "X11Forwarding no", "PrintMotd no",
            "UseDNS no", "LogLevel VERBOSE", "MaxStartups 100", ""])

    def trust_host_key(self, host_key=None):
        """Writes known_hosts for `host_key` (its own by default; another one makes clients refuse)."""
        words = pathlib.Path(str(host_key or self.host_key) + ".pub").read_text().split()
        self.known_hosts.write_text("[127.0.0.1]:%d %s %s\n" % (self.port, words[0], words[1]))

    # -- the server

    def start(self, timeout=10.0):
        if os.getuid() == 0:
            # Where sshd puts its unprivileged half; made by the service's unit otherwise.
            pathlib.Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        self._starts += 1
        self.process = ManagedProcess(
            "sshd-%d" % self._starts, [self.program, "-D", "-e", "-f", self.root / "sshd_config"],
            {"PATH": _SBIN}, self.root / ("sshd-%d.log" % self._starts))
        wait_until(lambda: self._alive() and _sends_banner(self.port), timeout, "sshd on port %d" % self.port)
        return self

    def _alive(self):
        if not self.process.running:
            raise RuntimeError("sshd ended with %s:\n%s" % (self.process.exit_code, self.process.log()))
        return True

    def stop(self):
        """Ends the server and every session of it."""
        if self.process is None:
            return
        sessions = self._sessions()
        self.process.kill9()
        for pid in sessions:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def _sessions(self):
        """Process ids below the server."""
        parents = {}
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                except (FileNotFoundError, ProcessLookupError):
                    pass
        found, frontier = [], {self.process.pid}
        while frontier:
            frontier = {pid for pid, parent in parents.items() if parent in frontier}
            found.extend(frontier)
        return found

    # -- clients

    def options(self):
        """Words for an ssh command line that reach this server and nothing of the user's own."""
        return ["-F", "/dev/null", "-p", str(self.port), "-i", str(self.user_key), "-o", "IdentitiesOnly=yes",
                "-o", "UserKnownHostsFile=%s" % self.known_hosts, "-o", "GlobalKnownHostsFile=/dev/null",
                "-o", "StrictHostKeyChecking=yes", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10"]

    @property
    def target(self):
        return "%s@127.0.0.1" % self.user

    def write_client_config(self, path, alias="testhost"):
        """An ssh_config with an alias of this server, for programs that call ssh themselves."""
        path.write_text("\n".join([
            "Host %s" % alias, "  HostName 127.0.0.1", "  User %s" % self.user, "  Port %d" % self.port,
            "  IdentityFile %s" % self.user_key, "  IdentitiesOnly yes", "  UserKnownHostsFile %s" % self.known_hosts,
            "  StrictHostKeyChecking yes", "  BatchMode yes", ""]))
        path.chmod(0o600)

    def run(self, command, timeout=20.0):
        """Runs a command through ssh: subprocess.CompletedProcess."""
        return subprocess.run(["ssh", *self.options(), "--", self.target, command], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=timeout)

    def tunnel(self, local_port, remote_port, wait=True, timeout=15.0):
        """`ssh -N -L local:127.0.0.1:remote`, as a ManagedProcess. Up when this returns."""
        name = "tunnel-%d" % (len(self._tunnels) + 1)
        process = ManagedProcess(
            name, ["ssh", "-N", "-L", "127.0.0.1:%d:127.0.0.1:%d" % (local_port, remote_port),
                   "-o", "ExitOnForwardFailure=yes", *self.options(), "--", self.target],
            {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(self.root)},
            self.root / ("%s-%d.log" % (name, time.monotonic_ns())))
        self._tunnels.append(process)
        if wait:
            def up():
                if not process.running:
                    raise RuntimeError("ssh ended with %s:\n%s" % (process.exit_code, process.log()))
                return _accepts(local_port)
            wait_until(up, timeout, "tunnel on port %d" % local_port)
        return process

    def close(self):
        for process in self._tunnels:
            process.kill9()
        self.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_):
        self.close()
