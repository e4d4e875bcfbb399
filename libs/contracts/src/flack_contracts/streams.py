"""Names of streams and rooms. A stream is an ordered log of events; a room is who hears of them now."""

import re
from typing import NamedTuple

_STREAM = re.compile(r"(channel|user):([1-9][0-9]{0,18})", re.ASCII)


class Stream(NamedTuple):
    """A parsed stream name: its kind (`channel` or `user`) and the id in it."""

    kind: str
    id: int


def channel_stream(channel_id: int) -> str:
    """The stream of everything that happens in a channel."""
    return f"channel:{channel_id}"


def user_stream(user_id: int) -> str:
    """The stream of what concerns one person: memberships, read positions, preferences."""
    return f"user:{user_id}"


def parse_stream(name: str) -> Stream | None:
    """The parts of a stream name, or None where it is not one."""
    found = _STREAM.fullmatch(name)
    return Stream(found[1], int(found[2])) if found else None


def parse_since(text: str) -> dict[str, int]:
    """Read `channel:7@112,user:3@41` into `{"channel:7": 112, "user:3": 41}`.

    Raises ValueError with the part that cannot be read.
    """
    positions: dict[str, int] = {}
    for part in filter(None, text.split(",")):
        name, _, seq = part.partition("@")
        if not parse_stream(name) or not seq.isascii() or not seq.isdigit() or len(seq) > 18:
            raise ValueError(f"“{part[:60]}” is not of the form channel:ID@SEQ or user:ID@SEQ")
        positions[name] = int(seq)
    return positions


def presence_room(user_id: int) -> str:
    """The room of those who look at a person and are told of their presence."""
    return f"presence:{user_id}"


V1_ROOM = "v1"
"""Every socket of a v1 client."""

CONTROL_CHANNEL = "flack:control"
"""The Redis channel that every realtime process hears."""


def room_channel(room: str) -> str:
    """The Redis channel of a room."""
    return f"flack:room:{room}"
