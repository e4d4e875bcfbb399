"""Probes: live from the start, ready when started, not ready while draining."""

import gevent
from flack_kit.health import Health
from werkzeug.test import Client


def status(health: Health, path: str) -> tuple[int, str]:
    answer = Client(health.wsgi).get(path)
    return answer.status_code, answer.get_data(as_text=True).strip()


def test_a_starting_process_is_live_but_not_ready() -> None:
    health = Health()
    assert status(health, "/livez") == (200, "ok")
    assert status(health, "/readyz") == (503, "starting")


def test_a_started_process_is_ready_until_it_drains() -> None:
    health = Health()
    health.started = True
    assert status(health, "/readyz") == (200, "ok")

    health.draining = True
    assert status(health, "/readyz") == (503, "draining")
    assert status(health, "/livez") == (200, "ok")


def test_a_failed_check_is_named() -> None:
    health = Health()
    health.started = True
    health.check_ready(lambda: "waiting for the database")
    health.check_live(lambda: "the loop stands still")
    assert status(health, "/readyz") == (503, "waiting for the database")
    assert status(health, "/livez") == (503, "the loop stands still")


def test_metrics_are_served_and_nothing_else_is() -> None:
    code, text = status(Health(), "/metrics")
    assert code == 200
    assert "flack_publish_failures_total" in text
    assert status(Health(), "/")[0] == 404


def test_greenlets_that_have_not_ended_are_counted() -> None:
    gevent.sleep(0)  # makes the hub, which is one of them
    before = int(status(Health(), "/greenlets")[1])
    waiting, ended = gevent.spawn(gevent.sleep, 60), gevent.spawn(lambda: None)
    ended.join()

    assert int(status(Health(), "/greenlets")[1]) == before + 1
    waiting.kill()
