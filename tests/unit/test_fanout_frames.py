"""Framing and the spill queue, byte by byte."""

import os
import struct

import pytest
from flack_realtime.fanout.frames import (
    PING,
    TEXT,
    TOO_BIG,
    ProtocolError,
    close_frame,
    frame_payload,
    is_pong,
    read_frames,
    server_frame,
)
from flack_realtime.fanout.spill import SpillQueue
from hypothesis import given
from hypothesis import strategies as st
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, TextMessage


def client_frame(payload: bytes, *, opcode: int = TEXT, final: bool = True) -> bytes:
    mask, size = os.urandom(4), len(payload)
    head = bytes(((0x80 if final else 0) | opcode,))
    if size < 126:
        head += bytes((0x80 | size,))
    elif size < 65536:
        head += struct.pack("!BH", 0x80 | 126, size)
    else:
        head += struct.pack("!BQ", 0x80 | 127, size)
    return head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


def test_the_answer_to_a_heartbeat_is_told_from_other_frames_of_its_size() -> None:
    assert all(is_pong(client_frame(b"3")) for _ in range(20))  # whatever the mask is
    others = [client_frame(b"2"), client_frame(b"3", opcode=PING), client_frame(b"3", final=False)]
    assert not any(is_pong(frame) for frame in others)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536, 100_000])
def test_another_implementation_reads_our_frames_and_we_read_a_clients(size: int) -> None:
    payload = b"x" * size
    peer = Connection(ConnectionType.CLIENT)
    peer.receive_data(server_frame(payload))
    assert "".join(e.data for e in peer.events() if isinstance(e, TextMessage)) == payload.decode()
    assert frame_payload(server_frame(payload)) == payload

    assert read_frames(client_frame(payload), 1 << 20) == (
        [(True, TEXT, payload)],
        len(client_frame(payload)),
    )


def test_a_close_frame_says_code_and_reason() -> None:
    peer = Connection(ConnectionType.CLIENT)
    peer.receive_data(close_frame(1008, "slow_consumer" + "x" * 200))
    event = next(iter(peer.events()))
    assert isinstance(event, CloseConnection)
    assert event.code == 1008 and event.reason is not None and event.reason.startswith("slow_consumer")


@given(st.lists(st.binary(max_size=300), max_size=6), st.integers(1, 50))
def test_frames_cut_anywhere_come_out_whole(payloads: list[bytes], step: int) -> None:
    peer = Connection(ConnectionType.CLIENT)
    stream = b"".join(peer.send(BytesMessage(data=payload)) for payload in payloads)
    buffer, found = bytearray(), []
    for at in range(0, len(stream), step):
        buffer += stream[at : at + step]
        frames, used = read_frames(buffer, 1000)
        found += frames
        del buffer[:used]
    assert [frame.payload for frame in found] == payloads
    assert not buffer


def test_a_long_frame_is_refused_before_it_arrives() -> None:
    with pytest.raises(ProtocolError) as error:
        read_frames(client_frame(b"x" * 2000)[:8], 1000)
    assert error.value.code == TOO_BIG
    with pytest.raises(ProtocolError):
        read_frames(client_frame(b"x" * 126, opcode=PING), 1000)


def test_the_spill_queue_gives_back_every_byte_in_order() -> None:
    queue = SpillQueue(1000)
    frames = [bytes([n]) * 100 for n in range(8)]
    assert queue.push(frames[0], 30)
    assert all(queue.push(frame) for frame in frames[1:])
    out = b""
    while queue:
        part = queue.head()[:77]
        out += part
        queue.taken(len(part))
    assert out == b"".join(frames)[30:]
    assert len(queue) == 0


def test_the_spill_queue_is_bounded_and_keeps_a_begun_frame() -> None:
    queue = SpillQueue(250)
    assert queue.push(b"a" * 100, 40)
    assert queue.push(b"b" * 100)
    assert not queue.push(b"c" * 100)
    queue.keep_only_first()
    assert queue.head() == b"a" * 60 and len(queue) == 60
    queue.taken(60)
    assert queue.push(b"d" * 100)
    queue.keep_only_first()  # not begun: nothing must be kept
    assert len(queue) == 0
