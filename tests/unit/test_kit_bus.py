"""The bus publishes without waiting, and drops rather than blocks while Redis is away."""

import threading
from time import monotonic

import pytest
from flack_kit.bus import Bus
from flack_kit.redis import connect_redis


def test_a_message_is_published_and_its_sender_told(redis_url: str) -> None:
    client = connect_redis(redis_url)
    listener = client.pubsub()
    listener.subscribe("room")
    assert listener.get_message(timeout=5)
    bus, taken = Bus(client), threading.Event()

    assert bus.publish("room", b"hello", done=taken.set)

    assert taken.wait(5)
    message = listener.get_message(timeout=5)
    assert message is not None
    assert message["data"] == b"hello"
    bus.close()


def test_many_messages_keep_their_order(redis_url: str) -> None:
    client = connect_redis(redis_url)
    listener = client.pubsub()
    listener.subscribe("room")
    assert listener.get_message(timeout=5)
    bus = Bus(client)

    for number in range(2_000):
        assert bus.publish("room", b"%d" % number)

    received = [listener.get_message(timeout=5) for _ in range(2_000)]
    assert [message["data"] for message in received if message] == [b"%d" % number for number in range(2_000)]
    bus.close()


def test_publishing_returns_at_once_while_redis_is_away(unused_port: int) -> None:
    bus, taken = Bus(connect_redis(f"redis://127.0.0.1:{unused_port}/0")), threading.Event()
    before = monotonic()

    for _ in range(100):
        bus.publish("room", b"hello", done=taken.set)

    assert monotonic() - before < 0.5
    bus.close()
    assert not taken.is_set()


def test_a_full_queue_drops_and_says_so(unused_port: int) -> None:
    bus = Bus(connect_redis(f"redis://127.0.0.1:{unused_port}/0"), max_queued=0)
    assert bus.publish("room", b"hello") is False


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def test_what_waits_is_bounded_in_bytes(redis_url: str) -> None:
    bus = Bus(connect_redis(redis_url), max_queued_bytes=100)
    assert not bus.publish("room", b"x" * 101)
    sent = threading.Event()
    assert bus.publish("room", b"x" * 100, done=sent.set)
    assert sent.wait(5)
    assert bus.publish("room", b"x" * 100)  # what was sent waits no more
    bus.close()
