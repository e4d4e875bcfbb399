"""Subscriptions where Redis goes away at a bad moment: nobody may stay deaf, and everybody is told of the gap."""

from collections.abc import Callable, Iterator
from typing import Any

import gevent
import pytest
from flack_realtime.fanout.subscriptions import Subscriptions
from gevent.queue import Queue
from redis.exceptions import ConnectionError as RedisGone


class Connection:
    """A connection as redis-py makes them, to a Redis that answers at once."""

    def __init__(self) -> None:
        self.replies: Queue = Queue()
        self.heard: list[bytes] = []
        self.broken = False
        self.answers = True
        self.pings = 0

    def connect(self) -> None:
        """Nothing to do."""

    def pack_command(self, *words: Any) -> list[bytes]:
        return [b" ".join(word.encode() if isinstance(word, str) else word for word in words) + b"\n"]

    def send_packed_command(self, parts: list[bytes], check_health: bool = True) -> None:
        if self.broken:
            self.disconnect()
            raise RedisGone("broken pipe")
        for line in b"".join(parts).splitlines():
            verb, *channels = line.split()
            self.pings += verb == b"PING"
            if verb == b"SUBSCRIBE" and self.answers:
                self.heard += channels
                for channel in channels:
                    self.replies.put([b"subscribe", channel, 1])

    def read_response(self) -> Any:
        reply = self.replies.get()
        if isinstance(reply, Exception):
            raise reply
        return reply

    def disconnect(self) -> None:
        """What reads meets what redis-py leaves behind: no error of its own."""
        self.replies.put(AttributeError("'NoneType' object has no attribute 'read'"))


class Redis:
    """Gives connections, and remembers them."""

    def __init__(self) -> None:
        self.connections: list[Connection] = []
        self.answers = True

    def __call__(self) -> Connection:
        connection = Connection()
        connection.answers = self.answers
        self.connections.append(connection)
        return connection


def until(condition: Callable[[], object]) -> None:
    with gevent.Timeout(10):
        while not condition():
            gevent.sleep(0.005)


@pytest.fixture
def redis() -> Redis:
    return Redis()


@pytest.fixture
def restored() -> list[int]:
    return []


@pytest.fixture
def subscriptions(redis: Redis, restored: list[int]) -> Iterator[Subscriptions]:
    running = Subscriptions(redis, lambda *_: gevent.sleep(0.1), lambda: restored.append(1))
    running.start()
    yield running
    running.stop()


def test_a_connection_lost_while_a_message_is_delivered_is_replaced(
    subscriptions: Subscriptions, redis: Redis, restored: list[int]
) -> None:
    subscriptions.acquire(b"a")
    assert subscriptions.wait([b"a"], 5)
    first = redis.connections[0]
    first.replies.put([b"message", b"a", b"hello"])
    gevent.sleep(0.01)  # the reader is in the middle of a long delivery
    first.broken = True
    subscriptions.acquire(b"b")  # the writer finds out
    until(lambda: len(redis.connections) == 2)
    assert subscriptions.wait([b"a", b"b"], 5)
    assert sorted(redis.connections[1].heard) == [b"a", b"b"]
    until(lambda: restored)


def test_nothing_counts_as_heard_between_two_connections(subscriptions: Subscriptions, redis: Redis) -> None:
    subscriptions.acquire(b"a")
    assert subscriptions.wait([b"a"], 5)
    redis.answers = False
    redis.connections[0].disconnect()
    until(lambda: len(redis.connections) == 2)
    assert not subscriptions.wait([b"a"], 0.1)
    assert not subscriptions.heard(b"a")


def test_the_gap_is_told_while_others_go_on_to_join(
    subscriptions: Subscriptions, redis: Redis, restored: list[int]
) -> None:
    subscriptions.acquire(b"a")
    assert subscriptions.wait([b"a"], 5)
    redis.answers = False
    redis.connections[0].disconnect()
    until(lambda: len(redis.connections) == 2 and subscriptions.up)
    gevent.sleep(0.02)
    second = redis.connections[1]
    for number in range(20):  # always something that is not answered yet
        subscriptions.acquire(b"later-%d" % number)
        gevent.sleep(0.005)
    assert not restored
    second.replies.put([b"subscribe", b"a", 1])
    until(lambda: restored)


def test_redis_is_asked_whether_it_is_there_however_often_nothing_changes(
    subscriptions: Subscriptions, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flack_realtime.fanout.subscriptions._PING_SECONDS", 0.05)
    subscriptions.acquire(b"a")
    assert subscriptions.wait([b"a"], 5)
    for _ in range(30):  # whoever leaves and comes back in one turn wakes the writer, with nothing to send
        subscriptions.release(b"a")
        subscriptions.acquire(b"a")
        gevent.sleep(0.01)
    assert 2 <= redis.connections[0].pings <= 10


def test_messages_in_a_row_leave_turns_to_others(redis: Redis) -> None:
    turns: list[int] = []
    running = Subscriptions(redis, lambda *_: sum(range(200_000)))  # some milliseconds each
    running.acquire(b"a")
    running.start()
    assert running.wait([b"a"], 5)
    for _ in range(50):
        redis.connections[0].replies.put([b"message", b"a", b"x"])
    ticking = gevent.spawn(_tick, turns)
    until(lambda: redis.connections[0].replies.empty())
    ticking.kill()
    running.stop()
    assert len(turns) >= 3


def _tick(turns: list[int]) -> None:
    while True:
        gevent.sleep(0.001)
        turns.append(1)
