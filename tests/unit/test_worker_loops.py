"""The loops of beat: they wait for what is away, and a fault does not pass unseen."""

import threading
from collections.abc import Iterator

import pytest
import servers
from flack_worker.beat.loops import Loop
from redis.exceptions import ConnectionError as RedisAway


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_a_step_that_has_more_to_do_is_repeated_at_once(stop: threading.Event) -> None:
    left = [True] * 50
    loop = Loop("test", 3600, lambda: bool(left and left.pop()))
    loop.start(stop)
    servers.wait_until(lambda: not left)
    stop.set()
    loop.join(5)
    assert loop.ended


def test_it_goes_on_when_what_was_away_is_back(stop: threading.Event) -> None:
    tries: list[int] = []

    def step() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise RedisAway

    loop = Loop("test", 0.01, step)
    loop.start(stop)
    servers.wait_until(lambda: len(tries) > 3)
    assert not loop.ended


def test_nothing_is_done_until_it_leads(stop: threading.Event) -> None:
    tries: list[int] = []
    leads = threading.Event()
    loop = Loop("test", 0.01, lambda: tries.append(1), only_if=leads.is_set)
    loop.start(stop)
    leads.set()
    servers.wait_until(lambda: tries)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_ends_it(stop: threading.Event) -> None:
    def step() -> None:
        raise ZeroDivisionError

    loop = Loop("test", 0.01, step)
    loop.start(stop)
    servers.wait_until(lambda: loop.ended)
