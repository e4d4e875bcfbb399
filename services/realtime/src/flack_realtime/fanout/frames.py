"""WebSocket frames (RFC 6455): one unmasked server frame is built once and written to every socket."""

import struct
from typing import NamedTuple

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
_KNOWN = frozenset((CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG))

NORMAL, GOING_AWAY, PROTOCOL_ERROR, NO_BINARY = 1000, 1001, 1002, 1003
BAD_TEXT, POLICY, TOO_BIG, INTERNAL = 1007, 1008, 1009, 1011
TRY_AGAIN_LATER = 1013
"""Registered with IANA."""
_CLOSE_CODES = frozenset((*range(1000, 1004), *range(1007, 1015)))
"""What may stand in a close frame, beside 3000 to 4999."""


class ProtocolError(Exception):
    """The peer broke the protocol; `code` is the WebSocket close code that it is told."""

    def __init__(self, reason: str, code: int = PROTOCOL_ERROR) -> None:
        super().__init__(reason)
        self.reason, self.code = reason, code


class Frame(NamedTuple):
    """One frame of a client, unmasked."""

    final: bool
    opcode: int
    payload: bytes


def server_frame(payload: bytes, opcode: int = TEXT) -> bytes:
    """A whole message as one frame from the server: two to ten bytes of header, then the payload as it is."""
    size = len(payload)
    if size < 126:
        return bytes((0x80 | opcode, size)) + payload
    if size < 65536:
        return struct.pack("!BBH", 0x80 | opcode, 126, size) + payload
    return struct.pack("!BBQ", 0x80 | opcode, 127, size) + payload


def frame_payload(frame: bytes) -> bytes:
    """The payload of a frame that `server_frame` made."""
    size = frame[1]
    return frame[2:] if size < 126 else frame[4:] if size == 126 else frame[10:]


def close_frame(code: int, reason: str) -> bytes:
    """A close frame. The reason is cut to what a control frame holds (125 bytes with the code)."""
    return server_frame(struct.pack("!H", code) + reason.encode()[:123], CLOSE)


def check_close(payload: bytes) -> None:
    """Raise ProtocolError for a close frame's payload that RFC 6455 (5.5.1, 7.4) does not allow."""
    if not payload:
        return
    code = int.from_bytes(payload[:2], "big")
    known = code in _CLOSE_CODES or 3000 <= code < 5000
    if len(payload) == 1 or not known:
        raise ProtocolError("bad close frame")
    try:
        payload[2:].decode()
    except UnicodeDecodeError as error:
        raise ProtocolError("not UTF-8", BAD_TEXT) from error


def read_frames(buffer: bytes | bytearray, limit: int) -> tuple[list[Frame], int]:
    """The whole frames at the start of `buffer`, and how many bytes they took.

    Raises ProtocolError for what RFC 6455 section 5 forbids a client, and for a payload longer than `limit` bytes as
    soon as its length is known.
    """
    frames: list[Frame] = []
    at, end = 0, len(buffer)
    while end - at >= 2:
        first, second = buffer[at], buffer[at + 1]
        opcode, size = first & 0x0F, second & 0x7F
        if first & 0x70 or opcode not in _KNOWN:
            raise ProtocolError("reserved bits or opcode")
        if not second & 0x80:
            raise ProtocolError("unmasked frame")
        if opcode >= CLOSE and (size > 125 or not first & 0x80):
            raise ProtocolError("long or fragmented control frame")
        start = at + 2
        if size >= 126:
            length = 2 if size == 126 else 8
            if end - start < length:
                break
            size = int.from_bytes(buffer[start : start + length], "big")
            start += length
        if size > limit:
            raise ProtocolError("message too big", TOO_BIG)
        stop = start + 4 + size
        if end < stop:
            break
        payload = _unmask(buffer[start + 4 : stop], bytes(buffer[start : start + 4]), size)
        frames.append(Frame(bool(first & 0x80), opcode, payload))
        at = stop
    return frames, at


def is_pong(data: bytes) -> bool:
    """Whether seven bytes of a client are a frame of one byte with Engine.IO's answer to a heartbeat, `3`."""
    return data[0] == 0x80 | TEXT and data[1] == 0x81 and data[6] ^ data[2] == 0x33


def _unmask(payload: bytes | bytearray, mask: bytes, size: int) -> bytes:
    # One big-integer XOR: the whole payload in C, without a loop over its bytes in Python.
    key = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")
