"""The nouns of the chat as clients see them, in v2 of the API and in events alike."""

from typing import Literal

from pydantic import Field

from flack_contracts.base import Contract, UtcTime

ChannelKind = Literal["public", "private", "direct"]
MemberRole = Literal["owner", "member"]
UserRole = Literal["administrator", "member"]
Theme = Literal["auto", "light", "dark"]


class User(Contract):
    """A person with an account, as everybody sees them."""

    id: int
    nickname: str
    display_name: str
    role: UserRole
    created_at: UtcTime
    deactivated_at: UtcTime | None = None
    revision: int = 0
    """Counts the changes of this profile. They are told in several streams; the highest one seen is the newest."""


class Preferences(Contract):
    """What a person set for themselves."""

    theme: Theme = "auto"
    desktop_notifications: bool = False
    muted_channel_ids: list[int] = Field(default_factory=list)


class ChannelInfo(Contract):
    """A channel without its counters: what `channel.updated` carries."""

    id: int
    kind: ChannelKind
    name: str | None
    topic: str
    created_by: int | None
    created_at: UtcTime
    archived_at: UtcTime | None = None


class Channel(ChannelInfo):
    """A channel with its counters. `last_seq` counts every event, `last_position` every message."""

    last_seq: int
    last_position: int


class ChannelState(Channel):
    """A channel as one of its members has it. Unread = `last_position - last_read_position`."""

    role: MemberRole
    joined_at: UtcTime
    last_read_position: int
    member_count: int
    member_ids: list[int] | None = None
    """Everybody in it, for direct channels only."""


class Member(Contract):
    """Somebody's membership of a channel."""

    user_id: int
    role: MemberRole
    joined_at: UtcTime


class Preview(Contract):
    """What a linked page says of itself."""

    url: str
    title: str
    description: str = ""
    site_name: str = ""


class Message(Contract):
    """A message. A deleted one is a tombstone: it keeps its position, and `source` and `html` are empty."""

    id: int
    channel_id: int
    position: int
    user_id: int
    source: str
    html: str
    nonce: str | None = None
    """Chosen by the sender, so that their client can tell its own message from the event."""
    created_at: UtcTime
    edited_at: UtcTime | None = None
    deleted_at: UtcTime | None = None
    previews: list[Preview] = Field(default_factory=list)
