"""The bytes that go through a room's Redis channel.

They are one ready Engine.IO text packet that holds a Socket.IO EVENT of the default namespace
(Engine.IO protocol 4: `4` = message; Socket.IO protocol 5: `2` = event), so that realtime only has to frame them.
"""

import orjson


def packet(name: str, *arguments: bytes) -> bytes:
    """An event packet around arguments that are already JSON: `42["event",{…}]`."""
    return b"42[" + b",".join((orjson.dumps(name), *arguments)) + b"]"


def packet_of(name: str, *arguments: object) -> bytes:
    """An event packet around plain values, encoded here."""
    return packet(name, *(orjson.dumps(argument) for argument in arguments))


def is_packet(data: bytes) -> bool:
    """Whether a room's payload is for its sockets; else it is a control message for the process."""
    return data[:1] != b"{"


def packet_arguments(data: bytes) -> tuple[str, list[object]]:
    """The event's name and arguments of a packet. Raises ValueError where it is none."""
    if not data.startswith(b"42["):
        raise ValueError("not a Socket.IO event packet")
    values = orjson.loads(data[2:])
    if not values or not isinstance(values[0], str):
        raise ValueError("an event without a name")
    return values[0], values[1:]
