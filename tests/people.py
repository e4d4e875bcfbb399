"""Short words for stories about people in channels, on top of the domain's public interface."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flack_domain import actions
from flack_domain.actor import Actor
from flack_domain.passwords import Passwords
from sqlalchemy.orm import Session

FAST_PASSWORDS = Passwords(time_cost=1, memory_kib=8, parallelism=1)
PASSWORD = "correct horse"


def sign_up(session: Session, *nicknames: str) -> list[Actor]:
    """Accounts for these people; in an empty installation the first one is the administrator."""
    made = [
        actions.users.sign_up(session, FAST_PASSWORDS, nickname=name, password=PASSWORD) for name in nicknames
    ]
    return [Actor(user.id, user.role) for user in made]


def private_channel(session: Session, owner: Actor, *members: Actor, name: str = "plans") -> int:
    """The id of a new private channel with these people in it."""
    channel = actions.channels.create(session, owner, name=name, kind="private")
    for member in members:
        actions.members.add(session, owner, channel.id, user_id=member.id)
    return channel.id


def history(session: Session, actor: Actor, channel_id: int, *lines: tuple[str, str, str | None]) -> str:
    """The id of the task that imports these lines (nickname, source, nonce), a minute apart, long ago."""
    start = datetime(2020, 1, 1, tzinfo=UTC)
    made = [
        Uploaded(nickname, source, start + timedelta(minutes=number), nonce)
        for number, (nickname, source, nonce) in enumerate(lines)
    ]
    return actions.imports.request(session, Actor(actor.id, "administrator"), channel_id, made).id


@dataclass
class Uploaded:
    """A line of an import."""

    nickname: str
    source: str
    created_at: datetime
    nonce: str | None = None


def public_channel(session: Session, owner: Actor, *members: Actor, name: str = "lobby") -> int:
    """The id of a new public channel that these people joined."""
    channel = actions.channels.create(session, owner, name=name, kind="public")
    for member in members:
        actions.members.join(session, member, channel.id)
    return channel.id


def direct_channel(session: Session, *people: Actor) -> int:
    """The id of the direct channel of these people."""
    opened = actions.channels.open_direct(session, people[0], user_ids=[other.id for other in people[1:]])
    return opened.channel.id


def post(session: Session, author: Actor, channel_id: int, *sources: str) -> list[int]:
    """The ids of new messages."""
    return [actions.messages.post(session, author, channel_id, source=source).id for source in sources]
