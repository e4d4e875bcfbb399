"""The api process as it runs: gevent under gunicorn, started by its entry point. Nothing may block its loop."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
import requests
import servers
from api_fixtures import PASSWORD, SERVICE_KEY, new_signing_key
from sqlalchemy import Engine, text


@dataclass
class Running:
    """A process of api and where it listens."""

    process: "subprocess.Popen[bytes]"
    port: int
    metrics_port: int

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        return requests.request(method, f"http://127.0.0.1:{self.port}{path}", timeout=20, **options)

    def probe(self, path: str) -> int:
        try:
            return requests.get(f"http://127.0.0.1:{self.metrics_port}{path}", timeout=2).status_code
        except requests.ConnectionError:
            return 0


@pytest.fixture
def api(database_url: str, redis_url: str) -> Iterator[Running]:
    port, metrics_port = servers.ports.take(), servers.ports.take()
    settings = {
        "BIND": "127.0.0.1", "PORT": port, "METRICS_PORT": metrics_port, "DATABASE_URL": database_url,
        "REDIS_URL": redis_url, "SERVICE_KEY": SERVICE_KEY, "SIGNING_KEYS": new_signing_key(),
        "TRUSTED_PROXIES": 0, "GRACEFUL_TIMEOUT": 5,
    }  # fmt: skip
    environment = {**os.environ, **{f"FLACK_{name}": str(value) for name, value in settings.items()}}
    process = subprocess.Popen([sys.executable, "-m", "flack_api"], env=environment)
    running = Running(process, port, metrics_port)
    try:
        servers.wait_until(lambda: process.poll() is not None or running.probe("/readyz") == 200, seconds=60)
        assert process.poll() is None
        yield running
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(30)


def _person(api: Running) -> dict[str, str]:
    api.call("POST", "/api/v2/users", json={"nickname": "ada", "password": PASSWORD})
    grant = {"grant": "password", "nickname": "ada", "password": PASSWORD}
    token = api.call("POST", "/api/v2/tokens", json=grant).json()["access_token"]
    return {"Authorization": f"Bearer {token}"}


def test_it_serves_tells_its_metrics_and_ends_when_told(api: Running, engine: Engine) -> None:
    headers = _person(api)
    channel = api.call(
        "POST", "/api/v2/channels", json={"name": "a", "kind": "public"}, headers=headers
    ).json()["id"]
    posted = api.call("POST", f"/api/v2/channels/{channel}/messages", json={"source": "hi"}, headers=headers)
    assert posted.status_code == 201
    assert api.probe("/livez") == 200
    metrics = requests.get(f"http://127.0.0.1:{api.metrics_port}/metrics", timeout=5).text
    assert (
        'flack_http_requests_total{method="POST",route="/api/v2/channels/<int:channel_id>/messages"'
        in metrics
    )
    api.process.send_signal(signal.SIGTERM)
    assert api.process.wait(30) == 0
    with engine.connect() as connection:
        assert connection.scalar(text("select count(*) from events where not published")) == 0


def test_a_request_that_waits_for_the_database_holds_nobody_up(api: Running, engine: Engine) -> None:
    headers = _person(api)
    channel = api.call(
        "POST", "/api/v2/channels", json={"name": "a", "kind": "public"}, headers=headers
    ).json()["id"]
    path = f"/api/v2/channels/{channel}/messages"
    with engine.connect() as holder, engine.connect() as observer, ThreadPoolExecutor(1) as pool:
        holder.execute(text("select id from channels where id = :id for update"), {"id": channel})
        waiting = pool.submit(api.call, "POST", path, json={"source": "later"}, headers=headers)
        servers.wait_until(lambda: _someone_waits(observer))
        assert api.call("GET", path, headers=headers).status_code == 200
        assert api.probe("/livez") == 200
        assert not waiting.done()
        holder.rollback()
        assert waiting.result(10).status_code == 201


def _someone_waits(connection: Any) -> bool:
    query = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    found = connection.scalar(text(query))
    connection.rollback()
    return bool(found)


def test_hashing_a_password_pauses_the_loop_for_a_fraction_of_its_time() -> None:
    """A hash that takes long beside a greenlet that wants its turn every 2 ms."""
    program = """
from gevent import monkey; monkey.patch_all()
import gevent, time
from flack_api.context import offload
from flack_domain.passwords import Passwords

passwords, pauses, done = Passwords(offload=offload, time_cost=30, memory_kib=65536, parallelism=1), [], []

def tick():
    while not done:
        before = time.perf_counter()
        gevent.sleep(0.002)
        pauses.append(time.perf_counter() - before)

ticking = gevent.spawn(tick)
before = time.perf_counter()
passwords.hash("correct horse battery")
took = time.perf_counter() - before
done.append(True)
ticking.join()
print(max(pauses) / took, len(pauses))
"""
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    longest, turns = answer.stdout.split()
    assert int(turns) > 20
    assert float(longest) < 0.5
