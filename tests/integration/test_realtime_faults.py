"""What breaks, and what happens then: Redis away, slow readers, hostile frames, SIGTERM."""

import itertools
import signal
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
import redis
from flack_contracts.wire import packet
from realtime_support import HTTP, ApiPeer, Person, RawSocket, Realtime, Valkey, wait_until


@pytest.fixture
def api() -> Iterator[ApiPeer]:
    peer = ApiPeer()
    peer.channels = {3: {7}, 4: {7, 8}}
    peer.heads = {"channel:7": 112, "channel:8": 5, "user:3": 41}
    yield peer
    peer.close()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Any]:
    with (tmp_path / "realtime.log").open("wb") as file:
        yield file
    print((tmp_path / "realtime.log").read_text())


@pytest.fixture
def realtime(redis_url: str, api: ApiPeer, log: Any) -> Iterator[Realtime]:
    process = Realtime(redis_url, api, log, REALTIME_SPILL_BYTES=65_536, REALTIME_MESSAGE_BYTES=65_536)
    yield process
    process.stop()


def message(stream: str, seq: int, text: str = "") -> bytes:
    event = {"stream": stream, "seq": seq, "type": "message.posted", "at": "", "payload": {"text": text}}
    return packet("event", orjson.dumps(event))


def test_redis_restarts_and_everybody_is_told_of_the_gap(
    api: ApiPeer, log: Any, tmp_path: Path, open: list[Any]
) -> None:
    valkey = Valkey(tmp_path)
    open.append(valkey)
    realtime = Realtime(valkey.url, api, log)
    try:
        ann, bob = Person(realtime.url, api.token(3)), Person(realtime.url, api.token(4, session_id=5))
        open += [ann, bob]
        ann.wait("ready")
        bob.wait("ready")
        valkey.publish("flack:room:channel:7", message("channel:7", 113))
        assert ann.wait("event")["seq"] == 113

        valkey.kill()
        api.channels[3].add(8)  # what happens meanwhile passes us by
        api.channels[4].remove(8)
        api.heads["channel:7"] = 115
        valkey.start()
        ann.wait("gap")
        bob.wait("gap")
        assert realtime.metric("flack_realtime_gaps_total") == 1
        valkey.publish("flack:room:channel:7", message("channel:7", 116))
        ann.wait("event", lambda event: event["seq"] == 116)

        def hears(person: Person) -> bool:
            """Whether a person is in channel 8 by now: what is published before a marker either came or will not."""
            number = next(seqs)
            valkey.publish("flack:room:channel:8", message("channel:8", number))
            valkey.publish("flack:room:channel:7", message("channel:7", number))
            person.wait("event", lambda event: event["stream"] == "channel:7" and event["seq"] == number)
            return any(e["stream"] == "channel:8" and e["seq"] == number for e in person.all("event"))

        seqs = itertools.count(117)
        wait_until(lambda: hears(ann))
        wait_until(lambda: not hears(bob))

        api.ended.add(5)  # signed out while nobody could say so
        valkey.kill()
        valkey.start()
        assert bob.wait("closing") == {"reason": "signed_out"}
    finally:
        realtime.stop()


def test_a_slow_reader_is_closed_with_a_reason_and_the_others_get_everything(
    realtime: Realtime, api: ApiPeer, redis_url: str, open: list[Any]
) -> None:
    slow, ann = RawSocket(realtime.port, receive_buffer=4096), Person(realtime.url, api.token(3))
    open += [slow, ann]
    slow.connect(api.token(4))
    slow.until(b'42["ready"')
    ann.wait("ready")
    with redis.Redis.from_url(redis_url) as client:
        seq = 112
        while not realtime.metric("flack_realtime_slow_consumers_total"):
            for _ in range(50):
                seq += 1
                client.publish("flack:room:channel:7", message("channel:7", seq, "x" * 20_000))
            ann.wait("event", lambda event, seq=seq: event["seq"] == seq)
    assert [event["seq"] for event in ann.all("event")] == list(range(113, seq + 1))
    # Frames that were begun are whole, and then it is told why.
    assert orjson.loads(slow.until(b'42["closing"')[2:]) == ["closing", {"reason": "slow_consumer"}]
    assert slow.closed() == (1008, "slow_consumer")
    wait_until(lambda: realtime.metric("flack_realtime_connections") == 1)
    wait_until(lambda: realtime.metric("flack_realtime_send_queue_bytes") == 0)


HOSTILE: list[tuple[str, Any, int]] = [
    ("unmasked", lambda s: s.send(b"42[]", masked=False), 1002),
    ("reserved bits", lambda s: s.send(b"x", rsv=4), 1002),
    ("unknown opcode", lambda s: s.send(b"x", opcode=5), 1002),
    ("fragmented ping", lambda s: s.send(b"x", opcode=9, final=False), 1002),
    ("continuation of nothing", lambda s: s.send(b"x", opcode=0), 1002),
    ("binary", lambda s: s.send(b"\x04\x00", opcode=2), 1003),
    ("not UTF-8", lambda s: s.send(b"42[\xff\xfe]"), 1007),
    ("huge", lambda s: s.send(b"42" + b"x" * 70_000), 1009),
    ("huge in fragments", lambda s: [s.send(b"4" * 40_000, opcode=o, final=False) for o in (1, 0)], 1009),
    ("empty packet", lambda s: s.send(b""), 1002),
    ("unknown Engine.IO packet", lambda s: s.send(b"9"), 1002),
    ("not JSON", lambda s: s.send(b"42[garbage"), 1002),
    ("an object for an event", lambda s: s.send(b'42{"a":1}'), 1002),
    ("a number for a name", lambda s: s.send(b"42[1]"), 1002),
    ("deep", lambda s: s.send(b"42" + b"[" * 30_000), 1002),
    ("a binary event", lambda s: s.send(b'451-["x",{"_placeholder":true,"num":0}]'), 1003),
    ("a server's packet", lambda s: s.send(b'44{"message":"x"}'), 1002),
    ("a close frame of one byte", lambda s: s.send(b"\x03", opcode=8), 1002),
    ("a close code that nobody may send", lambda s: s.send(struct.pack("!H", 1005), opcode=8), 1002),
    ("a close code that does not exist", lambda s: s.send(struct.pack("!H", 999), opcode=8), 1002),
    ("a reason that is not UTF-8", lambda s: s.send(struct.pack("!H", 1000) + b"\xff", opcode=8), 1007),
    ("a huge id", lambda s: s.send(b"42" + b"9" * 200 + b'["typing",{}]'), 1002),
]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_hostile_frames_close_their_socket_with_a_reason_and_no_other(
    realtime: Realtime, api: ApiPeer, redis_url: str, open: list[Any]
) -> None:
    ann = Person(realtime.url, api.token(3))
    open.append(ann)
    ann.wait("ready")
    for name, act, code in HOSTILE:
        attacker = RawSocket(realtime.port)
        open.append(attacker)
        attacker.connect(api.token(4))
        act(attacker)
        assert attacker.closed()[0] == code, name
    early = RawSocket(realtime.port)
    open.append(early)
    early.send(b'42["typing",{"channel_id":7}]')
    assert early.closed() == (1002, "a packet before connecting")
    cut = RawSocket(realtime.port)
    cut.connect(api.token(4))
    cut.sock.sendall(b"\x81\xfe\x10")
    cut.close()

    assert realtime.probe("livez") == 200
    assert ann.call("typing", {"channel_id": 7}) == {"ok": True}
    wait_until(lambda: realtime.metric("flack_realtime_connections") == 1)
    assert realtime.metric("flack_realtime_loop_pause_seconds") < 5


def test_handshakes_that_are_none_get_a_clean_answer(realtime: Realtime) -> None:
    with httpx2.Client(base_url=realtime.url) as http:
        for path in (
            "?EIO=3&transport=websocket",
            "?EIO=4&transport=websocket",
            "?EIO=4",
            "?EIO=4&transport=x",
            "",
        ):
            assert http.get(f"/socket.io/{path}").status_code == 400, path
        assert http.get("/nothing").status_code == 404
        headers = {"Connection": "upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
        for key in ("", "short", "AAAA"):
            answer = http.get(
                "/socket.io/?EIO=4&transport=websocket", headers={**headers, "Sec-WebSocket-Key": key}
            )
            assert answer.status_code == 400
    assert "permessage-deflate" not in RawSocket(realtime.port).head


def test_sigterm_moves_everybody_away_and_ends_in_time(
    realtime: Realtime, redis_url: str, api: ApiPeer, log: Any, open: list[Any]
) -> None:
    people = [Person(realtime.url, api.token(3)) for _ in range(5)]
    open += people
    for person in people:
        person.wait("ready")
    realtime.process.send_signal(signal.SIGTERM)
    started = time.monotonic()
    wait_until(lambda: realtime.probe("readyz") == 503)
    answer = HTTP.get(f"{realtime.url}/socket.io/?EIO=4&transport=websocket")
    assert answer.status_code == 503
    assert 1 <= int(answer.headers["Retry-After"]) <= 5
    for person in people:
        assert person.wait("closing") == {"reason": "draining"}
    assert realtime.process.wait(30) == 0
    assert time.monotonic() - started < 20


def test_connects_are_admitted_at_a_bounded_rate(redis_url: str, api: ApiPeer, log: Any) -> None:
    process = Realtime(redis_url, api, log, REALTIME_CONNECTS_PER_SECOND=0.01, REALTIME_CONNECT_BURST=2)
    try:
        answers = [HTTP.get(f"{process.url}/socket.io/?EIO=4&transport=polling") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [400, 400, 503, 503]
        assert {"Retry-After"} <= {name.title() for name in answers[3].headers}
    finally:
        process.stop()
