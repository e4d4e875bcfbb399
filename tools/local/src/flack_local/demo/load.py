"""Bringing the conversations in, through the same actions as everything else, at the times when they were said."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from flack_domain import clock, models
from flack_domain.actions import channels, members, messages, reads, users
from flack_domain.actor import Actor
from flack_domain.passwords import Passwords
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from flack_local.demo.script import Conversation, Line, people

# How long ago the two whose logins are printed looked at Flack last; everybody else has read everything.
LAST_SEEN = {"mara": timedelta(minutes=75), "priya": timedelta(minutes=45)}


def is_empty(session: Session) -> bool:
    """Whether nobody has an account yet."""
    return session.scalar(select(models.User.id).limit(1)) is None


def load(session: Session, passwords: Mapping[str, str], conversations: Sequence[Conversation]) -> None:
    """Make the people, their channels and what they said, in the order of time."""
    told = max(line.at for conversation in conversations for line in conversation.lines)
    first = min(line.at for conversation in conversations for line in conversation.lines)
    actors = _people(session, passwords, first - timedelta(days=2))
    ids = [_open(session, conversation, actors, first - timedelta(days=1)) for conversation in conversations]
    for channel_id, line in _in_order(ids, conversations):
        with clock.at(line.at):
            messages.post(session, actors[line.nickname], channel_id, source=line.source)
    for channel_id, conversation in zip(ids, conversations, strict=True):
        _read(session, channel_id, conversation, actors, told)
    # Nobody was listening when this was said, so there is nothing for the relay to publish.
    session.execute(update(models.Event).values(published=True))
    session.commit()


def _people(session: Session, passwords: Mapping[str, str], at: datetime) -> dict[str, Actor]:
    hasher = Passwords()
    actors = {}
    for number, person in enumerate(people()):
        with clock.at(at + timedelta(minutes=7 * number)):
            user = users.sign_up(
                session,
                hasher,
                nickname=person.nickname,
                password=passwords[person.nickname],
                display_name=person.display_name,
            )
        actors[person.nickname] = Actor(user.id, user.role)
    return actors


def _open(session: Session, conversation: Conversation, actors: Mapping[str, Actor], at: datetime) -> int:
    """Make a conversation's channel with everybody in it. Answers its id."""
    owner, *others = [actors[nickname] for nickname in conversation.people]
    with clock.at(at):
        if conversation.name is None:
            return channels.open_direct(session, owner, user_ids=[other.id for other in others]).channel.id
        if conversation.name == "general":
            general = session.scalars(select(models.Channel.id).where(models.Channel.is_general)).one()
            return channels.update(session, owner, general, topic=conversation.topic).id
        channel = channels.create(
            session,
            owner,
            name=conversation.name,
            kind="private" if conversation.kind == "private" else "public",
            topic=conversation.topic,
        )
        for other in others:
            members.add(session, owner, channel.id, user_id=other.id)
        return channel.id


def _in_order(ids: Sequence[int], conversations: Sequence[Conversation]) -> list[tuple[int, Line]]:
    said = [
        (channel_id, line)
        for channel_id, conversation in zip(ids, conversations, strict=True)
        for line in conversation.lines
    ]
    return sorted(said, key=lambda item: item[1].at)


def _read(
    session: Session, channel_id: int, conversation: Conversation, actors: Mapping[str, Actor], told: datetime
) -> None:
    for nickname in conversation.people:
        until = told - LAST_SEEN.get(nickname, timedelta())
        position = sum(line.at <= until for line in conversation.lines)
        with clock.at(until):
            reads.move(session, actors[nickname], channel_id, position=position)
