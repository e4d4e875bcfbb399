"""How much of realtime one client may take."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import redis
from flack_contracts.wire import packet
from realtime_support import HTTP, ApiPeer, Person, RawSocket, Realtime, wait_until

PING, TEXT, CONTINUATION = 9, 1, 0


@pytest.fixture
def api() -> Iterator[ApiPeer]:
    peer = ApiPeer()
    peer.channels = {3: {7}, 4: {7}}
    yield peer
    peer.close()


@pytest.fixture
def realtime(redis_url: str, api: ApiPeer, tmp_path: Path) -> Iterator[Realtime]:
    settings = {"REALTIME_SOCKETS_PER_USER": 3, "REALTIME_POLLING": "true", "REALTIME_SPILL_BYTES": 65_536}
    with (tmp_path / "realtime.log").open("wb") as log:
        process = Realtime(redis_url, api, log, **settings)
        yield process
        process.stop()


def refusal(realtime: Realtime, token: str) -> Any:
    """What a connection is told that is not let in."""
    socket = RawSocket(realtime.port)
    socket.until(b"0")
    socket.send(b"40" + orjson.dumps({"token": token}))
    answer = socket.until(b"44")
    socket.close()
    return orjson.loads(answer[2:])


def test_one_person_cannot_take_all_connections(realtime: Realtime, api: ApiPeer, open: list[Any]) -> None:
    people = [Person(realtime.url, api.token(3)) for _ in range(3)]
    open += people
    for person in people:
        person.wait("ready")
    code = "too_many_connections"
    assert refusal(realtime, api.token(3)) == {"message": code, "data": {"code": code}}
    assert realtime.metric("flack_realtime_people_refused_total") == 1
    other = Person(realtime.url, api.token(4))
    open.append(other)
    other.wait("ready")

    people[0].close()
    wait_until(lambda: realtime.metric("flack_realtime_connections") == 3)
    again = Person(realtime.url, api.token(3))
    open.append(again)
    again.wait("ready")


def ping(socket: RawSocket) -> None:
    socket.send(b"x", opcode=PING)


def in_fragments(socket: RawSocket) -> None:
    """Half of an empty packet that never ends: each fragment is allowed."""
    socket.send(b"", opcode=CONTINUATION, final=False)


@pytest.mark.parametrize("act", [ping, in_fragments])
def test_who_floods_with_pings_or_fragments_is_read_more_slowly(
    realtime: Realtime, api: ApiPeer, open: list[Any], act: Callable[[RawSocket], None]
) -> None:
    socket = RawSocket(realtime.port)
    open.append(socket)
    socket.connect(api.token(3))
    socket.until(b'42["ready"')
    if act is in_fragments:
        socket.send(b"4", opcode=TEXT, final=False)
    began = time.monotonic()
    for _ in range(3600):
        act(socket)
    if act is in_fragments:
        socket.send(b'21["typing",{"channel_id":7}]', opcode=CONTINUATION)
    else:
        socket.send(b'421["typing",{"channel_id":7}]')
    socket.until(b"431")
    # Several reads, each of which is more than a second's worth.
    assert time.monotonic() - began > 1.9


def test_what_waits_for_a_polling_client_is_bounded_in_bytes(
    realtime: Realtime, api: ApiPeer, redis_url: str
) -> None:
    url = f"{realtime.url}/socket.io/?EIO=4&transport=polling"
    url += "&sid=" + orjson.loads(HTTP.get(url).text[1:])["sid"]
    HTTP.post(url, content=b"40" + orjson.dumps({"token": api.token(3)}))
    while "ready" not in HTTP.get(url).text:
        pass
    event = {
        "stream": "channel:7",
        "seq": 1,
        "type": "message.posted",
        "at": "",
        "payload": {"text": "ä" * 10_000},
    }
    with redis.Redis.from_url(redis_url) as client:

        def publish(times: int) -> None:
            before = realtime.metric("flack_realtime_deliveries_total")
            for _ in range(times):
                client.publish("flack:room:channel:7", packet("event", orjson.dumps(event)))
            wait_until(lambda: realtime.metric("flack_realtime_deliveries_total") == before + times)

        for _ in range(3):  # who fetches what waits has room again
            publish(3)
            assert realtime.metric("flack_realtime_send_queue_bytes") > 3 * 20_000
            assert HTTP.get(url).text.count('"event"') == 3
            assert realtime.metric("flack_realtime_send_queue_bytes") == 0
        assert realtime.metric("flack_realtime_slow_consumers_total") == 0
        publish(4)
        wait_until(lambda: realtime.metric("flack_realtime_slow_consumers_total") == 1)
    wait_until(
        lambda: HTTP.get(url).status_code == 400
    )  # who did not poll is told when it comes: the session is over
