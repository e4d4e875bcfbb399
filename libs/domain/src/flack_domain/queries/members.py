"""Who is in a channel, and which channels a person is in."""

from collections.abc import Collection

from flack_contracts.base import Contract
from flack_contracts.chat import Member, User
from flack_contracts.internal import Memberships
from flack_contracts.streams import channel_stream, user_stream
from sqlalchemy import ARRAY, BigInteger, any_, literal, select
from sqlalchemy.orm import Session

from flack_domain import models, shapes
from flack_domain.actor import Actor
from flack_domain.queries.visible import seen


class Members(Contract):
    """A channel's members and their profiles. `last_read_position` is the actor's own; None for no member."""

    members: list[Member]
    users: list[User]
    last_read_position: int | None


def of(session: Session, actor: Actor, channel_id: int) -> Members:
    """Everybody in a channel that the actor sees, in the order in which they joined. Raises `NotFound`."""
    found = seen(session, actor, channel_id)
    rows = session.execute(
        select(models.Membership, models.User)
        .join(models.User, models.User.id == models.Membership.user_id)
        .where(models.Membership.channel_id == channel_id)
        .order_by(models.Membership.joined_at, models.Membership.user_id),
        execution_options={"populate_existing": True},
    )
    pairs = [(shapes.member(membership), shapes.user(user)) for membership, user in rows]
    return Members(
        members=[member for member, _ in pairs],
        users=[user for _, user in pairs],
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
