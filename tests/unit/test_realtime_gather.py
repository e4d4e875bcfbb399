"""Questions that come together are asked as one."""

import gevent
import gevent.event
import pytest
from flack_realtime.gather import Gather


@pytest.fixture(autouse=True)
def now() -> None:
    """gevent's loop knows the time of its last turn, perhaps minutes ago: each time limit would be over at once."""
    gevent.get_hub().loop.update_now()


def test_who_asks_at_the_same_time_shares_one_question() -> None:
    asked: list[set[int]] = []

    def squares(numbers: list[int]) -> dict[int, int]:
        asked.append(set(numbers))
        gevent.sleep(0.01)
        return {number: number * number for number in numbers if number < 100}

    gather = Gather(squares, seconds=0.05, most=500, at_once=2)
    together = [gevent.spawn(gather, number) for number in (2, 3, 3, 100)]
    gevent.joinall(together, timeout=5, raise_error=True)
    assert [one.value for one in together] == [4, 9, 9, None]
    assert gather(4) == 16
    assert asked == [{2, 3, 100}, {4}]


def test_a_question_holds_no_more_than_its_limit() -> None:
    asked: list[int] = []

    def same(numbers: list[int]) -> dict[int, int]:
        asked.append(len(numbers))
        return {number: number for number in numbers}

    gather = Gather(same, seconds=0.005, most=2, at_once=3)
    together = [gevent.spawn(gather, number) for number in range(5)]
    gevent.joinall(together, timeout=5, raise_error=True)
    assert [one.value for one in together] == [0, 1, 2, 3, 4]
    assert sorted(asked) == [1, 2, 2]


def test_everybody_hears_that_it_failed_and_the_next_question_is_a_new_one() -> None:
    answers: list[dict[int, str]] = []

    def ask(_numbers: list[int]) -> dict[int, str]:
        if not answers:
            raise ConnectionError("away")
        return answers.pop()

    gather = Gather(ask, seconds=0.05, most=500, at_once=2)
    together = [gevent.spawn(gather, number) for number in (1, 2)]
    gevent.joinall(together, timeout=5)
    assert [type(one.exception) for one in together] == [ConnectionError, ConnectionError]
    answers.append({1: "one"})
    assert gather(1) == "one"
    with pytest.raises(ConnectionError):
        gather(1)


def test_the_slower_the_answers_the_fewer_the_questions() -> None:
    asked: list[set[int]] = []
    answers = gevent.event.Event()

    def slow(numbers: list[int]) -> dict[int, int]:
        asked.append(set(numbers))
        answers.wait()
        return {number: number for number in numbers}

    gather = Gather(slow, seconds=0.001, most=500, at_once=1)
    first = gevent.spawn(gather, 0)
    gevent.sleep(0.02)
    later = []
    for number in (1, 2, 3):
        later.append(gevent.spawn(gather, number))
        gevent.sleep(0.02)
    assert asked == [{0}]
    answers.set()
    gevent.joinall([first, *later], timeout=5, raise_error=True)
    assert asked == [{0}, {1, 2, 3}]
    assert [one.value for one in later] == [1, 2, 3]


def test_who_is_killed_while_it_waits_for_its_turn_leaves_nobody_waiting() -> None:
    answers = gevent.event.Event()

    def slow(numbers: list[int]) -> dict[int, int]:
        answers.wait()
        return {number: number for number in numbers}

    gather = Gather(slow, seconds=0.001, most=500, at_once=1)
    first, leader = gevent.spawn(gather, 0), gevent.spawn_later(0.01, gather, 1)
    follower = gevent.spawn_later(0.02, gather, 2)
    gevent.sleep(0.05)
    leader.kill()
    follower.join(timeout=5)
    assert follower.ready() and not first.ready()
    answers.set()
    assert gather(3) == 3
