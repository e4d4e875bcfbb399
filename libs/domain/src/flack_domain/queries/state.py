"""All that a client needs at its start, of one moment."""

from flack_contracts.base import Contract
from flack_contracts.chat import ChannelState, Preferences, User
from flack_contracts.streams import channel_stream, user_stream
from sqlalchemy import select
from sqlalchemy.orm import Session

from flack_domain import errors, models, shapes
from flack_domain.actor import Actor
from flack_domain.queries import preferences


class State(Contract):
    """A person's own state. Events behind `streams` bring it up to date; `users` are oneself and those in direct
    channels."""

    user: User
    preferences: Preferences
    streams: dict[str, int]
    channels: list[ChannelState]
    users: list[User]


def snapshot(session: Session, actor: Actor) -> State:
    """The state of one moment: all queries see one snapshot of the database. Raises `NotFound`."""
    session.rollback()  # a transaction that has begun cannot change its isolation
    session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
    try:
        return _read(session, actor)
    finally:
        session.rollback()


def _read(session: Session, actor: Actor) -> State:
    me = session.get(models.User, actor.id, populate_existing=True)
    if me is None:
        raise errors.NotFound
    rows = session.execute(
        select(models.Channel, models.Membership)
        .join(models.Membership, models.Membership.channel_id == models.Channel.id)
        .where(models.Membership.user_id == actor.id)
        .order_by(models.Channel.id),
        execution_options={"populate_existing": True},
    )
    pairs = list(rows)
    people = _people(session, [channel.id for channel, _ in pairs if channel.kind == "direct"])
    known = {me.id: shapes.user(me)} | {user.id: user for users in people.values() for user in users}
    channels = [
        shapes.channel_state(
            channel, membership, [user.id for user in people[channel.id]] if channel.id in people else None
        )
        for channel, membership in pairs
    ]
    return State(
        user=known[me.id],
        preferences=preferences.get(session, actor.id),
        streams={user_stream(me.id): me.last_seq} | {channel_stream(c.id): c.last_seq for c in channels},
        channels=channels,
        users=[known[id] for id in sorted(known)],
    )


def _people(session: Session, channel_ids: list[int]) -> dict[int, list[User]]:
    people: dict[int, list[User]] = {id: [] for id in channel_ids}
    if channel_ids:
        rows = session.execute(
            select(models.Membership.channel_id, models.User)
            .join(models.User, models.User.id == models.Membership.user_id)
            .where(models.Membership.channel_id.in_(channel_ids))
            .order_by(models.Membership.user_id)
        )
        for channel_id, user in rows:
            people[channel_id].append(shapes.user(user))
    return people
