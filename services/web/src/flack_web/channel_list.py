"""The channel list as the first paint shows it, from api's snapshot."""

from dataclasses import dataclass

from flack_contracts.chat import ChannelState, Preferences, User
from pydantic import BaseModel, ConfigDict

from flack_web.api import Json

COLOURS, STEP = 12, 5  # of avatars; as in the UI's state/users.ts


class _Snapshot(BaseModel):
    model_config = ConfigDict(extra="ignore")

    user: User
    preferences: Preferences
    channels: list[ChannelState]
    users: list[User]


@dataclass(frozen=True)
class Person:
    """Somebody, as an avatar."""

    name: str
    nickname: str
    initials: str
    colour: int


@dataclass(frozen=True)
class Row:
    """A channel in the list. `others`: who else is in it, if it is a direct one."""

    id: int
    kind: str
    name: str
    others: list[Person]
    unread: int
    quiet: bool
    current: bool

    @property
    def notes(self) -> list[str]:
        """What is read aloud after the name; the UI adds to it what only the browser knows."""
        said = {f"{self.unread} unread": self.unread > 0, "muted": self.quiet}
        return [note for note, holds in said.items() if holds]


@dataclass(frozen=True)
class ChannelList:
    """Channels and direct messages, each by name, and whose list it is."""

    me: Person
    channels: list[Row]
    directs: list[Row]

    @property
    def current(self) -> Row | None:
        """The channel that the page shows."""
        return next((row for row in [*self.channels, *self.directs] if row.current), None)


def channel_list(state: Json, channel_id: int | None) -> ChannelList:
    """The list of whoever api's `state` belongs to, at a channel."""
    snapshot = _Snapshot.model_validate(state)
    users = {user.id: user for user in [*snapshot.users, snapshot.user]}
    rows = [
        _row(channel, snapshot, users, channel_id) for channel in snapshot.channels if not channel.archived_at
    ]
    rows.sort(key=lambda row: row.name.casefold())
    return ChannelList(
        me=_person(snapshot.user),
        channels=[row for row in rows if row.kind != "direct"],
        directs=[row for row in rows if row.kind == "direct"],
    )


def _row(channel: ChannelState, snapshot: _Snapshot, users: dict[int, User], channel_id: int | None) -> Row:
    others = [_person(users[id]) for id in channel.member_ids or [] if id != snapshot.user.id and id in users]
    quiet = channel.id in snapshot.preferences.muted_channel_ids
    unread = max(0, channel.last_position - channel.last_read_position)
    return Row(
        id=channel.id,
        kind=channel.kind,
        name=channel.name
        or ", ".join(person.name for person in others)
        or f"{_person(snapshot.user).name} (you)",
        others=others,
        unread=0 if quiet else unread,
        quiet=quiet,
        current=channel.id == channel_id,
    )


def _person(user: User) -> Person:
    name = user.display_name or user.nickname
    words = name.split()
    letters = [words[0][0], *(word[0] for word in words[1:][-1:])] if words else []
    return Person(name, user.nickname, "".join(letters).upper(), user.id * STEP % COLOURS)
