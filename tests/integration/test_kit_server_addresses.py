"""Every kind of server that a pod has answers over IPv4 and over IPv6, and knows who asks."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests
import servers
from gunicorn.config import Config

GUNICORN = """
from gevent import monkey
monkey.patch_all()
from flack_kit.server import serve
from flack_kit.settings import ServiceSettings, load_settings
from flack_kit.web import observe
from flask import Flask, request

def make_app(_health):
    app = Flask("echo")
    observe(app, "echo", trusted_proxies=load_settings(ServiceSettings).trusted_proxies)
    app.get("/")(lambda: f"{request.scheme} {request.remote_addr}")
    return app

serve("echo", load_settings(ServiceSettings), make_app)
"""
THREAD = """
import threading
from flack_kit.health import Health, serve_health_in_thread
from flack_kit.settings import ServiceSettings, load_settings

settings, health = load_settings(ServiceSettings), Health()
health.started = True
serve_health_in_thread(health, settings.bind, settings.metrics_port)
threading.Event().wait()
"""
HOSTS = {"127.0.0.1": "127.0.0.1", "::1": "[::1]"}

pytestmark = pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")


@contextmanager
def running(program: str, **settings: int) -> Iterator[dict[str, int]]:
    """A program without a setting for where to listen. Gives its ports."""
    ports = {"PORT": servers.ports.take(), "METRICS_PORT": servers.ports.take()}
    environment = {k: v for k, v in os.environ.items() if k != "FLACK_BIND"}
    environment |= {f"FLACK_{name}": str(value) for name, value in (ports | settings).items()}
    process = subprocess.Popen([sys.executable, "-c", program], env=environment)
    try:
        servers.wait_until(lambda: is_ready("127.0.0.1", ports["METRICS_PORT"]), seconds=60)
        yield ports
    finally:
        process.kill()
        process.wait(30)


def is_ready(host: str, port: int) -> bool:
    try:
        return requests.get(f"http://{HOSTS[host]}:{port}/readyz", timeout=2).ok
    except requests.ConnectionError:
        return False


def test_probes_of_a_process_without_gevent() -> None:
    with running(THREAD) as ports:
        assert all(is_ready(host, ports["METRICS_PORT"]) for host in HOSTS)


def test_a_service_and_its_probes() -> None:
    with running(GUNICORN, TRUSTED_PROXIES=0) as ports:
        for host, written in HOSTS.items():
            answer = requests.get(f"http://{written}:{ports['PORT']}/", timeout=5)
            assert answer.text == f"http {host}"
            assert is_ready(host, ports["METRICS_PORT"])


def test_a_service_behind_a_proxy() -> None:
    # gunicorn too believes a proxy on this machine, which it knows by the usual spelling of its address.
    assert {"127.0.0.1", "::1"} <= set(Config().forwarded_allow_ips)
    headers = {"X-Forwarded-For": "198.51.100.7, 192.0.2.1", "X-Forwarded-Proto": "https"}

    with running(GUNICORN, TRUSTED_PROXIES=0) as trusting_nobody, running(GUNICORN) as trusting_one:
        for host, written in HOSTS.items():
            direct = requests.get(f"http://{written}:{trusting_nobody['PORT']}/", headers=headers, timeout=5)
            assert direct.text == f"https {host}"
            behind = requests.get(f"http://{written}:{trusting_one['PORT']}/", headers=headers, timeout=5)
            assert behind.text == "https 192.0.2.1"
