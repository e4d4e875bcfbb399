"""What is said on `flack:control`, to every realtime process."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from flack_contracts.base import Contract


class SessionEnded(Contract):
    """A session was signed out or revoked: its sockets are to be closed. No session id: all of that person's."""

    kind: Literal["session.ended"] = "session.ended"
    user_id: int
    session_id: int | None = None


class Heads(Contract):
    """The newest seq of each stream that moved since the last digest."""

    kind: Literal["heads"] = "heads"
    streams: dict[str, int]


Control = Annotated[SessionEnded | Heads, Field(discriminator="kind")]

_adapter: TypeAdapter[Control] = TypeAdapter(Control)


def control_json(message: SessionEnded | Heads) -> bytes:
    """A control message as the bytes to publish."""
    return message.model_dump_json().encode()


def read_control(data: bytes) -> SessionEnded | Heads:
    """Parse a control message. Raises ValueError where it is none that this version knows."""
    return _adapter.validate_json(data)
