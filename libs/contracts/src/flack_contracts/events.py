"""Every event of the log: what is stored, pushed and answered by sync, in one form.

An event is one row of `events` and one envelope on the wire. Its `stream` and `seq` order it: a client applies it
when its seq is the next one of that stream. State + events == refetched state, for every type below.
"""

from datetime import datetime
from typing import Any, ClassVar

import orjson
from pydantic import Field

from flack_contracts.base import Contract, UtcTime, utc_text
from flack_contracts.chat import ChannelInfo, ChannelState, Member, MemberRole, Message, Preferences, User


class Payload(Contract):
    """The base of payloads; `type` is the event's name on the wire, `stream_kind` whose log it belongs to."""

    type: ClassVar[str]
    stream_kind: ClassVar[str]


class _ChannelPayload(Payload):
    stream_kind: ClassVar[str] = "channel"


class _UserPayload(Payload):
    stream_kind: ClassVar[str] = "user"


class MessagePosted(_ChannelPayload):
    """A message was added at the channel's next position."""

    type: ClassVar[str] = "message.posted"
    message: Message


class MessageEdited(_ChannelPayload):
    """A message's source changed; previews are gone until they are made anew."""

    type: ClassVar[str] = "message.edited"
    message: Message


class MessageDeleted(_ChannelPayload):
    """A message became a tombstone."""

    type: ClassVar[str] = "message.deleted"
    message: Message


class MessagePreviewed(_ChannelPayload):
    """Previews of a message's links are there."""

    type: ClassVar[str] = "message.previewed"
    message: Message


class ChannelUpdated(_ChannelPayload):
    """A channel was renamed, got another topic, was archived or taken back."""

    type: ClassVar[str] = "channel.updated"
    channel: ChannelInfo


class MemberJoined(_ChannelPayload):
    """Somebody is in the channel from now on."""

    type: ClassVar[str] = "member.joined"
    channel_id: int
    member: Member
    user: User


class MemberLeft(_ChannelPayload):
    """Somebody left or was removed."""

    type: ClassVar[str] = "member.left"
    channel_id: int
    user_id: int


class MemberRoleChanged(_ChannelPayload):
    """A member became owner, or an owner member."""

    type: ClassVar[str] = "member.role_changed"
    channel_id: int
    user_id: int
    role: MemberRole


class UserUpdated(_ChannelPayload):
    """A member's names changed; told once in each of their channels."""

    type: ClassVar[str] = "user.updated"
    user: User


class MembershipAdded(_UserPayload):
    """This person is in a channel from now on; carries all that their client needs to show it."""

    type: ClassVar[str] = "membership.added"
    channel: ChannelState
    users: list[User] = Field(default_factory=list)


class MembershipRemoved(_UserPayload):
    """This person is no longer in a channel."""

    type: ClassVar[str] = "membership.removed"
    channel_id: int


class MembershipRoleChanged(_UserPayload):
    """This person's own role in a channel changed."""

    type: ClassVar[str] = "membership.role_changed"
    channel_id: int
    role: MemberRole


class ReadPositionMoved(_UserPayload):
    """This person read up to a position, on whichever device."""

    type: ClassVar[str] = "read_position.moved"
    channel_id: int
    position: int


class PreferencesChanged(_UserPayload):
    """This person's preferences, whole."""

    type: ClassVar[str] = "preferences.changed"
    preferences: Preferences


class ProfileUpdated(_UserPayload):
    """This person's own names or role changed."""

    type: ClassVar[str] = "profile.updated"
    user: User


PAYLOADS: dict[str, type[Payload]] = {
    payload.type: payload
    for payload in (
        MessagePosted, MessageEdited, MessageDeleted, MessagePreviewed,
        ChannelUpdated, MemberJoined, MemberLeft, MemberRoleChanged, UserUpdated,
        MembershipAdded, MembershipRemoved, MembershipRoleChanged,
        ReadPositionMoved, PreferencesChanged, ProfileUpdated,
    )
}  # fmt: skip
"""Every event type by its name on the wire."""


class Event(Contract):
    """An event as read back from the wire; `payload` stays plain until `parsed` is asked for."""

    stream: str
    seq: int
    type: str
    at: UtcTime
    payload: dict[str, Any]

    def parsed(self) -> Payload | None:
        """The payload as its model, or None for a type that only a newer version knows."""
        model = PAYLOADS.get(self.type)
        return model.model_validate(self.payload) if model else None


def payload_json(payload: Payload) -> bytes:
    """A payload as the JSON that is stored and pushed."""
    return payload.model_dump_json().encode()


def envelope(*, stream: str, seq: int, type: str, at: datetime, payload: bytes) -> bytes:
    """The bytes of an event around a payload that is already JSON. The order of keys is fixed."""
    return b'{"stream":"%b","seq":%d,"type":"%b","at":"%b","payload":%b}' % (
        stream.encode(), seq, type.encode(), utc_text(at).encode(), payload,
    )  # fmt: skip


def read_event(data: bytes | str) -> Event:
    """Parse an envelope. Raises ValueError (pydantic's ValidationError is one) where it is not an event."""
    return Event.model_validate(orjson.loads(data))
