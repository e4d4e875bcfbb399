"""flack-v1 section 8: requests a second."""

from __future__ import annotations

import time

import pytest

from .client import V1, eventually


def rate(v1: V1) -> float:
    answer = v1.get("/" + v1.stats_path)
    assert answer.status_code == 200
    assert set(answer.json()) == {"requests_per_second"}
    value = answer.json()["requests_per_second"]
    assert type(value) is float
    return value


def test_counts_the_requests_of_the_last_15_seconds_this_one_included(v1: V1) -> None:
    assert rate(v1) >= 1 / 15
    for _ in range(30):
        v1.get("/users/1")
    # Every replica tells its counts within a second or so.
    eventually(lambda: rate(v1) >= 30 / 15, "30 requests are counted")


@pytest.mark.slow
def test_forgets_what_is_older(v1: V1) -> None:
    for _ in range(60):
        v1.get("/users/1")
    high = eventually(lambda: (value := rate(v1)) >= 60 / 15 and value, "60 requests are counted")
    later = time.monotonic() + 16  # asking meanwhile would count
    eventually(lambda: time.monotonic() > later, "16 seconds have passed", seconds=20)
    assert rate(v1) < high - 30 / 15
