"""Rooms, the sid→rooms index and reference-counted subscriptions."""

from collections.abc import Iterator
from typing import Any

import pytest
from flack_realtime.admission import Bucket
from flack_realtime.fanout.rooms import Client, Index, qualified
from flack_realtime.fanout.subscriptions import Subscriptions
from flack_realtime.fanout.wheel import Wheel


class Link:
    """A link that nothing is written to here."""

    direct = None

    def write(self, frame: bytes) -> int:
        raise AssertionError(frame)

    def spill(self, frame: bytes, sent: int) -> None:
        raise AssertionError(frame)

    def close_with(self, reason: str, code: int) -> None:
        raise AssertionError(reason)

    def lost(self) -> None:
        raise AssertionError("nothing was written")

    def left(self) -> None:
        """Nobody is on it any more."""


@pytest.fixture
def index() -> Index:
    return Index()


def client(index: Index, name: str, namespace: str = "/") -> Client:
    made = Client(name, f"engine-{name}", namespace, Link())
    assert index.add(made)
    return made


def test_joining_and_leaving_tell_the_first_and_the_last(index: Index) -> None:
    ann, bob = client(index, "ann"), client(index, "bob")
    assert index.join(ann, "channel:7")
    assert not index.join(bob, "channel:7")
    assert not index.join(bob, "channel:7")
    assert [room.name for room in bob.rooms] == ["channel:7"]
    assert not index.leave(ann, "channel:7")
    assert not index.leave(ann, "channel:7")
    assert index.leave(bob, "channel:7")
    assert index.rooms == {}


def test_the_ways_to_a_room_are_kept_until_somebody_comes_or_goes(index: Index) -> None:
    ann, bob = client(index, "ann"), client(index, "bob")
    index.join(ann, "channel:7")
    room = index.rooms["channel:7"]
    before = room.routes()
    assert room.routes() is before
    index.join(bob, "channel:7")
    assert before.stale and not room.routes().stale
    assert (len(before), len(room.routes())) == (1, 2)  # whoever walks them is not disturbed


def test_a_link_that_is_written_to_in_another_way_is_looked_at_anew(index: Index) -> None:
    ann = client(index, "ann")
    index.join(ann, "channel:7")
    before = index.rooms["channel:7"].routes()
    index.reroute("engine-ann", Link())  # one that is not hers yet
    assert not before.stale
    index.reroute("engine-ann", ann.link)
    assert before.stale


def test_a_held_room_outlives_its_clients(index: Index) -> None:
    ann = client(index, "ann")
    assert index.join(ann, "channel:7")
    assert not index.hold("channel:7") and not index.hold("channel:7")
    index.rooms["channel:7"].data = 113
    assert not index.leave(ann, "channel:7")
    assert not index.let_go("channel:7")
    assert index.rooms["channel:7"].data == 113
    assert index.let_go("channel:7")
    assert index.rooms == {}
    assert index.hold("channel:8") and index.let_go("channel:8")


def test_who_is_gone_stays_out(index: Index) -> None:
    ann = client(index, "ann")
    index.remove(ann)
    assert not index.join(ann, "channel:7")
    assert index.rooms == {} and index.namespaces() == []


def test_namespaces_do_not_share_rooms(index: Index) -> None:
    client(index, "ann")
    client(index, "bob", "/admin")
    assert qualified("x", "/") == "x"
    assert qualified("x", "/admin") == "/admin,x"
    assert [c.sid for c in index.of_namespace("/admin")] == ["bob"]
    assert not index.add(Client("again", "engine-bob", "/admin", None))  # type: ignore[arg-type]


class Wire:
    """A connection that packs commands as lists: only the batching is looked at."""

    def pack_command(self, *words: Any) -> list[Any]:
        return list(words)


@pytest.fixture
def subscriptions() -> Iterator[Subscriptions]:
    yield Subscriptions(lambda: None, lambda _channel, _data: None)


def test_changes_of_one_turn_become_one_command(subscriptions: Subscriptions) -> None:
    for channel in (b"a", b"b", b"a", b"c"):
        subscriptions.acquire(channel)
    subscriptions.release(b"c")  # nobody wants it any more before it was ever asked for
    (command,) = subscriptions._commands(Wire())
    assert command[0] == "SUBSCRIBE" and sorted(command[1:]) == [b"a", b"b"]

    subscriptions.release(b"a")
    assert subscriptions._commands(Wire()) == []  # one still wants it
    subscriptions.release(b"a")
    subscriptions.release(b"b")
    subscriptions.acquire(b"b")
    assert subscriptions._commands(Wire()) == [["UNSUBSCRIBE", b"a"]]
    assert len(subscriptions) == 1


def test_a_thousand_channels_at_most_go_into_one_command(subscriptions: Subscriptions) -> None:
    for number in range(2500):
        subscriptions.acquire(b"%d" % number)
    assert [len(command) - 1 for command in subscriptions._commands(Wire())] == [1000, 1000, 500]


def test_the_wheel_calls_in_time_and_again() -> None:
    import gevent

    calls: list[str] = []

    class Item:
        def __init__(self, name: str, times: int) -> None:
            self.name, self.times = name, times

        def beat(self) -> float | None:
            calls.append(self.name)
            self.times -= 1
            return 0.02 if self.times else None

    wheel = Wheel(slot_seconds=0.01, slots=16)
    wheel.add(Item("often", 3), 0.02)
    wheel.add(Item("once", 1), 0.05)
    with gevent.Timeout(10):
        while len(calls) < 4:
            gevent.sleep(0.005)
    assert sorted(calls) == ["often", "often", "often", "once"]


def test_the_bucket_refills_with_time() -> None:
    now = [0.0]
    bucket = Bucket(10, 2, lambda: now[0])
    assert [bucket.take() for _ in range(3)] == [True, True, False]
    now[0] = 0.1
    assert [bucket.take(), bucket.take()] == [True, False]


def test_who_finds_the_bucket_empty_is_told_of_a_turn_after_everybody_before() -> None:
    now = [0.0]
    bucket = Bucket(10, 1, lambda: now[0])
    assert bucket.take()
    assert [round(bucket.turn() * 9) for _ in range(3)] == [1, 2, 3]  # nine tenths of the rate are promised
    now[0] = 10.0
    assert round(bucket.turn() * 9) == 1
    assert max(bucket.turn() for _ in range(1000)) == 60
