"""Who is in a channel, and which channels a person is in."""

from collections.abc import Collection

from flack_contracts.base import Contract
from flack_contracts.chat import Member, User
from flack_contracts.internal import Memberships
from flack_contracts.streams import channel_stream, user_stream
from sqlalchemy import ARRAY, BigInteger, any_, func, literal, select, tuple_
from sqlalchemy.orm import Session

from flack_domain import models, shapes
from flack_domain.actor import Actor
from flack_domain.queries.visible import seen


class Members(Contract):
    """Some of a channel's members and their profiles; `next` is the cursor of those behind them.

    `last_read_position` is the actor's own; None for no member.
    """

    members: list[Member]
    users: list[User]
    next: int | None
    last_read_position: int | None


def of(
    session: Session, actor: Actor, channel_id: int, *, after: int | None = None, limit: int = 200
) -> Members:
    """Who is in a channel that the actor sees, owners first, then by name; `after` is the `next` of the page before.

    Raises `NotFound`.
    """
    found = seen(session, actor, channel_id)
    member, user = models.Membership, models.User
    # Whoever has left since is a cursor still: where a member of that name would stand.
    place = (member.role.is_distinct_from("owner"), func.lower(user.display_name), user.id)
    query = (
        select(member, user)
        .join(user, user.id == member.user_id)
        .where(member.channel_id == channel_id)
        .order_by(*place)
        .limit(limit + 1)
    )
    if after is not None:
        cursor = (
            select(*place)
            .select_from(user)
            .outerjoin(member, (member.user_id == user.id) & (member.channel_id == channel_id))
            .where(user.id == after)
        )
        query = query.where(tuple_(*place) > cursor.correlate(None).scalar_subquery())
    rows = session.execute(query, execution_options={"populate_existing": True}).all()
    return Members(
        members=[shapes.member(membership) for membership, _ in rows[:limit]],
        users=[shapes.user(person) for _, person in rows[:limit]],
        next=rows[limit - 1][1].id if len(rows) > limit else None,
        last_read_position=found.membership.last_read_position if found.membership else None,
    )


def memberships(session: Session, user_ids: Collection[int]) -> list[Memberships]:
    """The rooms that people's sockets belong in, with one query. Who is not there is left out."""
    among = literal(list(user_ids), ARRAY(BigInteger))  # one statement, however many are asked for
    rows = session.execute(
        select(models.User.id, models.User.last_seq, models.Channel.id, models.Channel.last_seq)
        .outerjoin(models.Membership, models.Membership.user_id == models.User.id)
        .outerjoin(models.Channel, models.Channel.id == models.Membership.channel_id)
        .where(models.User.id == any_(among), models.User.deactivated_at.is_(None))
        .order_by(models.User.id, models.Channel.id)
    )
    seqs: dict[int, int] = {}
    heads: dict[int, dict[int, int]] = {}
    for user_id, seq, channel_id, head in rows:
        seqs[user_id] = seq
        of_user = heads.setdefault(user_id, {})
        if channel_id is not None:
            of_user[channel_id] = head
    return [_memberships(user_id, seq, heads[user_id]) for user_id, seq in seqs.items()]


def _memberships(user_id: int, seq: int, heads: dict[int, int]) -> Memberships:
    streams = {user_stream(user_id): seq} | {channel_stream(id): head for id, head in heads.items()}
    return Memberships(user_id=user_id, seq=seq, channel_ids=list(heads), streams=streams)
