"""What is said on `flack:control`, to every realtime process. `request_id` is that of the request that caused it."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from flack_contracts.base import Contract


class SessionEnded(Contract):
    """A session was signed out or revoked: its sockets are to be closed. No session id: all of that person's."""

    kind: Literal["session.ended"] = "session.ended"
    user_id: int
    session_id: int | None = None
    request_id: str | None = None


class V1TokensEnded(Contract):
    """All v1 tokens of a person were revoked: their sockets are strangers' from now on."""

    kind: Literal["v1.tokens_ended"] = "v1.tokens_ended"
    user_id: int
    request_id: str | None = None


class Heads(Contract):
    """The newest seq of each stream that moved since the last digest."""

    kind: Literal["heads"] = "heads"
    streams: dict[str, int]


Control = SessionEnded | V1TokensEnded | Heads

_adapter: TypeAdapter[Control] = TypeAdapter(Annotated[Control, Field(discriminator="kind")])


def control_json(message: Control) -> bytes:
    """A control message as the bytes to publish."""
    return message.model_dump_json().encode()


def read_control(data: bytes) -> Control:
    """Parse a control message. Raises ValueError where it is none that this version knows."""
    return _adapter.validate_json(data)
