"""The api process as it runs: gevent under gunicorn, started by its entry point. Nothing may block its loop."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import servers
from api_process import ApiProcess, api_process
from sqlalchemy import Engine, text


@pytest.fixture
def api(database_url: str, redis_url: str) -> Iterator[ApiProcess]:
    with api_process(database_url, redis_url) as running:
        yield running


def test_it_serves_tells_its_metrics_and_ends_when_told(api: ApiProcess, engine: Engine) -> None:
    headers = api.sign_up()
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


def test_a_request_that_waits_for_the_database_holds_nobody_up(api: ApiProcess, engine: Engine) -> None:
    headers = api.sign_up()
    channel = api.call(
        "POST", "/api/v2/channels", json={"name": "a", "kind": "public"}, headers=headers
    ).json()["id"]
    path = f"/api/v2/channels/{channel}/messages"
    with engine.connect() as holder, ThreadPoolExecutor(1) as pool:
        holder.execute(text("select id from channels where id = :id for update"), {"id": channel})
        waiting = pool.submit(api.call, "POST", path, json={"source": "later"}, headers=headers)
        servers.wait_until(lambda: servers.somebody_waits(engine))
        assert api.call("GET", path, headers=headers).status_code == 200
        assert api.probe("/livez") == 200
        assert not waiting.done()
        holder.rollback()
        assert waiting.result(10).status_code == 201


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
