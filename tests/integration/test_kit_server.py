"""How a server leaves: nobody who still comes meets a closed door, and nobody is waited for who does not come."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass

import pytest
import requests
import servers

PROGRAM = """
from gevent import monkey
monkey.patch_all()
from flack_kit.server import serve
from flack_kit.settings import ServiceSettings, load_settings
from flask import Flask

def make_app(_health):
    app = Flask("echo")
    app.post("/")(lambda: "said")
    return app

serve("echo", load_settings(ServiceSettings), make_app)
"""
DRAIN_SECONDS = 6


@dataclass
class Server:
    """A running server and where it listens."""

    process: "subprocess.Popen[bytes]"
    port: int
    metrics_port: int

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)

    def is_ready(self) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{self.metrics_port}/readyz", timeout=2).ok
        except requests.ConnectionError:
            return False


@pytest.fixture
def server() -> Iterator[Server]:
    port, metrics_port = servers.ports.take(), servers.ports.take()
    settings = {
        "BIND": "127.0.0.1", "PORT": port, "METRICS_PORT": metrics_port,
        "DRAIN_SECONDS": DRAIN_SECONDS, "GRACEFUL_TIMEOUT": 20,
    }  # fmt: skip
    environment = {**os.environ, **{f"FLACK_{name}": str(value) for name, value in settings.items()}}
    running = Server(subprocess.Popen([sys.executable, "-c", PROGRAM], env=environment), port, metrics_port)
    try:
        servers.wait_until(running.is_ready, seconds=60)
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
        running.process.wait(30)


def post(connection: http.client.HTTPConnection) -> http.client.HTTPResponse:
    connection.request("POST", "/", body=b"hello")
    answer = connection.getresponse()
    assert answer.read() == b"said"
    return answer


def test_who_still_comes_is_served_and_told_to_come_no_more_on_this_connection(server: Server) -> None:
    kept = server.connect()
    assert post(kept).getheader("Connection") == "keep-alive"

    server.process.send_signal(signal.SIGTERM)
    servers.wait_until(lambda: not server.is_ready())

    assert post(kept).getheader("Connection") == "close"
    assert post(server.connect()).getheader("Connection") == "close"


def test_it_ends_when_all_are_quiet_although_a_connection_is_open(server: Server) -> None:
    idle = server.connect()
    post(idle)

    server.process.send_signal(signal.SIGTERM)

    # Long before the time for requests in hand: an idle connection is not one.
    assert server.process.wait(15) == 0
    with pytest.raises((http.client.HTTPException, OSError)):
        post(idle)


def test_it_ends_although_they_never_stop_coming(server: Server) -> None:
    answered = 0
    server.process.send_signal(signal.SIGTERM)

    def come() -> bool:
        nonlocal answered
        try:
            post(server.connect())
        except ConnectionError:
            return True
        answered += 1
        return False

    servers.wait_until(come, seconds=30)

    assert answered > 5
    assert server.process.wait(15) == 0


def test_a_busy_connection_does_not_keep_the_others_waiting(server: Server) -> None:
    """One client has a thousand requests ready at once; another's only one is answered long before they are."""
    busy = 1000
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=60) as first,
        closing(server.connect()) as other,
    ):
        post(other)
        first.sendall(b"POST / HTTP/1.1\r\nHost: flack\r\nContent-Length: 0\r\n\r\n" * busy)
        answered = first.recv(65536).count(b"HTTP/1.1 200")  # they have begun
        assert post(other).status == 200
        first.setblocking(False)
        with suppress(BlockingIOError):
            answered += first.recv(1 << 20).count(b"HTTP/1.1 200")
        assert answered < busy / 2
