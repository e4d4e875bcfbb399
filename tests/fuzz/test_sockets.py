"""Frames that no client sends, to a real realtime process: it closes with a code or goes on; others notice nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import redis
from flack_contracts.wire import packet_of
from hypothesis import example, given, settings
from hypothesis import strategies as st
from realtime_support import ApiPeer, RawSocket, Realtime
from rounds import GoOn

CODES = {1000, 1001, 1002, 1003, 1005, 1007, 1008, 1009, 1011, 1013}
"""What a WebSocket may be closed with (RFC 6455 section 7.4, IANA's registry)."""
EVENTS = [
    "authenticate",
    "typing",
    "watch_presence",
    "ping_user",
    "post_message",
    "connect",
    "disconnect",
    "*",
    "",
]

WORDS = "what somebody wrote"
BROKEN = ["[", "{" * 200, "[" * 5000, '["typing",{"channel_id":1e999}]', '["a"', "\x00", '{"token":' * 300]

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["token", "channel_id", "user_ids", "source", "_placeholder", "num"]) | st.text(max_size=5),
        inner, max_size=4,
    ),
    max_leaves=8,
)  # fmt: skip


def _json(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # integers of more than 64 bits, lone surrogates
        return "[1e999]"


packets = st.builds(
    lambda kind, space, number, arguments: f"{kind}{space}{number}{arguments}".encode(
        "utf-8", "surrogatepass"
    ),
    st.sampled_from(["0", "1", "2", "2probe", "3", "4", "5", "6", "9", "b"])  # Engine.IO's
    | st.sampled_from(["40", "41", "42", "42", "43", "44", "451-", "4599-", "46", "47"]),  # and Socket.IO's
    st.sampled_from(["", "", "", "/,", "/admin,", "/?token=x,", "/" + "a" * 50]),
    st.sampled_from(["", "", "0", "7", "99999999999999999999", "-1"]),
    st.builds(
        lambda name, rest: _json([name, *rest]),
        st.sampled_from(EVENTS) | values,
        st.lists(values, max_size=3),
    )
    | values.map(_json)
    | st.text(max_size=30)
    | st.sampled_from(BROKEN),
)
well_framed = st.tuples(packets, st.just(1), st.just(True), st.just(True), st.just(0))
frames = (
    well_framed
    | well_framed
    | st.tuples(
        packets | st.binary(max_size=200) | st.just(b"x" * 70_000),
        st.sampled_from([1, 1, 1, 1, 1, 2, 0, 8, 9, 10, 3, 11, 15]),  # opcode
        st.sampled_from([True, True, True, False]),  # the last of its message
        st.sampled_from([True, True, True, True, False]),  # masked
        st.sampled_from([0, 0, 0, 0, 1, 4, 7]),  # reserved bits
    )
)


@pytest.fixture(scope="module")
def api() -> Iterator[ApiPeer]:
    peer = ApiPeer()
    peer.channels = {3: {7}, 4: {7}}
    peer.v1_tokens = {"good": 5}
    yield peer
    peer.close()


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "realtime.log"


@pytest.fixture(scope="module")
def realtime(redis_server_url: str, api: ApiPeer, log: Path) -> Iterator[Realtime]:
    with log.open("wb") as file:
        limits = {"REALTIME_CONNECTS_PER_SECOND": 100_000, "REALTIME_CONNECT_BURST": 100_000}
        process = Realtime(redis_server_url, api, file, LOG_FORMAT="json", **limits)
        yield process
        process.stop()


@pytest.fixture
def witness(realtime: Realtime, api: ApiPeer, redis_url: str) -> Iterator["Witness"]:
    witness = Witness(realtime, api.token(4), redis_url)
    yield witness
    witness.close()


class Witness:
    """Somebody else on the same process, who must go on hearing everything."""

    def __init__(self, realtime: Realtime, token: str, redis_url: str) -> None:
        self._socket = RawSocket(realtime.port)
        self._socket.connect(token)
        self._socket.until(b'42["ready"')
        self._redis = redis.Redis.from_url(redis_url)
        self._number = 0

    def hears(self) -> None:
        """Raises where it does not."""
        self._number += 1
        said = packet_of("event", {"stream": "channel:7", "seq": self._number, "type": "x", "payload": {}})
        self._redis.publish("flack:room:channel:7", said)
        assert self._socket.until(b'42["event",{"stream":"channel:7"') == said

    def close(self) -> None:
        self._socket.close()
        self._redis.close()


def ends_or_goes_on(socket: RawSocket) -> str:
    """What became of a socket: the code it was closed with, or that it still answers a ping."""
    try:
        socket.send(b"still there", opcode=9)
        while True:
            opcode, payload = socket.receive()
            if opcode == 10:
                return "goes on"
            if opcode == 8:
                code = int.from_bytes(payload[:2], "big") if payload else 1005
                assert code in CODES, code
                return f"closed with {code}"
    except (EOFError, ConnectionError):
        return "cut off"


def troubles(log: Path, *, expected: str = "-") -> list[str]:
    """What the process says of itself that it should not have to."""
    lines = log.read_text(errors="replace").splitlines()
    bad = [line[:2000] for line in lines if "Traceback" in line or '"level":"error"' in line]
    return [line for line in bad if expected not in line]


@pytest.mark.timeout(0)
@pytest.mark.parametrize("who", ["before anything", "a stranger", "somebody signed in"])
def test_no_frames_break_a_process_or_reach_others(
    realtime: Realtime, api: ApiPeer, witness: Witness, log: Path, go_on: GoOn, who: str
) -> None:
    outcomes: dict[str, int] = {}

    @settings(max_examples=40)
    @given(st.lists(well_framed, min_size=1, max_size=6) | st.lists(frames, min_size=1, max_size=6))
    @example([(b'42["typing",{"channel_id":7}]', 1, True, True, 0)])
    @example([(b"41", 1, True, True, 0)])
    @example([(b"a ping", 9, True, True, 0)])  # surely goes on, whoever sends it
    @example([(b"a reserved opcode", 3, True, True, 0)])  # surely closed
    def property(sent: list[tuple[bytes, int, bool, bool, int]]) -> None:
        socket = RawSocket(realtime.port)
        socket.sock.settimeout(20)
        try:
            if who != "before anything":
                socket.connect(api.token(3) if who == "somebody signed in" else None)
            try:
                for payload, opcode, final, masked, rsv in sent:
                    socket.send(payload, opcode=opcode, final=final, masked=masked, rsv=rsv)
            except ConnectionError:
                pass  # it was closed before the last of them
            outcome = ends_or_goes_on(socket)
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
        finally:
            socket.close()
        witness.hears()

    go_on(property)
    assert realtime.process.poll() is None
    assert troubles(log) == []
    assert "goes on" in outcomes and len(outcomes) > 1, outcomes
    print(outcomes)


@pytest.mark.timeout(0)
def test_nothing_that_comes_through_redis_breaks_a_process(
    realtime: Realtime, api: ApiPeer, witness: Witness, log: Path, redis_url: str, go_on: GoOn
) -> None:
    """A newer version may say anything there."""
    said = st.sampled_from([
        b'42["event",{"stream":"user:3","seq":1,"type":"membership.%b","at":"x","payload":%b}]',
        b'{"kind":"%b","streams":%b}',
        b'{"kind":"session.ended","user_id":"%b","session_id":%b}',
        b'42["%b",%b]',
    ])  # fmt: skip
    socket = RawSocket(realtime.port)
    socket.connect(api.token(3))
    socket.until(b'42["ready"')

    @settings(max_examples=60)
    @given(
        st.sampled_from(["flack:control", "flack:room:user:3", "flack:room:v1"]),
        st.builds(
            lambda form, word, value: form % (word.encode("utf-8", "replace"), _json(value).encode()),
            said, st.sampled_from(["added", "removed", "heads", "x", ""]) | st.text(max_size=5),
            values | st.just({"channel_id": WORDS}),
        ) | st.binary(max_size=60),
    )  # fmt: skip
    def property(channel: str, data: bytes) -> None:
        with redis.Redis.from_url(redis_url) as client:
            assert client.publish(channel, data) >= (channel != "flack:room:v1")
        witness.hears()

    go_on(property)
    assert realtime.process.poll() is None
    # What is no JSON at all is said, without its words, and the next message is read.
    assert troubles(log, expected='"event":"a published message could not be handled"') == []
    assert "control_unknown" in log.read_text() and WORDS not in log.read_text()
    socket.close()
