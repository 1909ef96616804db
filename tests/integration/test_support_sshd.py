"""The ssh server of the tests forwards bytes, refuses a changed host key and takes its tunnels down with it."""
import http.client
import http.server
import threading

import pytest
from gatewaylib import free_port, wait_until


@pytest.fixture
def web_port():
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"hello")

        def log_message(self, *_):
            pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def test_tunnel_carries_http(ssh_server, web_port):
    local = free_port()
    tunnel = ssh_server.tunnel(local, web_port)
    connection = http.client.HTTPConnection("127.0.0.1", local, timeout=10)
    connection.request("GET", "/")
    assert connection.getresponse().read() == b"hello"
    connection.close()
    ssh_server.stop()
    assert tunnel.wait() != 0


def test_server_comes_back_on_the_same_port(ssh_server):
    assert ssh_server.run("echo up").stdout == "up\n"
    ssh_server.stop()
    assert ssh_server.run("echo up").returncode == 255
    ssh_server.start()
    wait_until(lambda: ssh_server.run("echo up").returncode == 0, 10, "ssh works again")


def test_changed_host_key_is_refused(ssh_server):
    ssh_server.trust_host_key(ssh_server.user_key)
    refused = ssh_server.run("echo up")
    assert refused.returncode == 255
    assert "REMOTE HOST IDENTIFICATION HAS CHANGED" in refused.stderr
