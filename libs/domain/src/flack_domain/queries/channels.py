"""Channels that a person sees."""

from flack_contracts.base import Contract
from flack_contracts.chat import Channel, ChannelState
from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.orm import Session

from flack_domain import errors, models, shapes
from flack_domain.actor import Actor
from flack_domain.queries.visible import seen


class BrowsedChannel(Channel):
    """A public channel in the list of all: whether one is in, and how many are."""

    joined: bool
    member_count: int


class ChannelPage(Contract):
    """Some of the public channels by name; `next` is the cursor of those behind them."""

    channels: list[BrowsedChannel]
    next: int | None


def get(session: Session, actor: Actor, channel_id: int) -> Channel:
    """A channel that the actor sees. Raises `NotFound`."""
    return shapes.channel(seen(session, actor, channel_id).channel)


def state(session: Session, actor: Actor, channel_id: int) -> ChannelState:
    """A channel as the actor, who is a member, has it. Raises `NotFound`, `NotAMember`."""
    found = seen(session, actor, channel_id)
    if found.membership is None:
        raise errors.NotAMember
    return state_of(session, found.channel, found.membership)


def state_of(session: Session, channel: models.Channel, membership: models.Membership) -> ChannelState:
    """The same of rows at hand."""
    ids = member_ids(session, channel.id) if channel.kind == "direct" else None
    return shapes.channel_state(channel, membership, ids)


def member_ids(session: Session, channel_id: int) -> list[int]:
    """Who is in a channel, by id."""
    table = models.Membership
    rows = session.scalars(
        select(table.user_id).where(table.channel_id == channel_id).order_by(table.user_id)
    )
    return list(rows)


def general_id(session: Session) -> int:
    """The channel `general`; its id never changes."""
    return session.scalars(select(models.Channel.id).where(models.Channel.is_general)).one()


def browse(
    session: Session, actor: Actor, *, q: str = "", after: int | None = None, limit: int = 50
) -> ChannelPage:
    """Public channels by name, archived ones last; `after` is the `next` of the page before."""
    channel, membership = models.Channel, models.Membership
    place = tuple_(channel.archived_at.is_not(None), func.lower(channel.name), channel.id)
    query = (
        select(channel, membership.user_id.is_not(None).label("joined"))
        .outerjoin(membership, (membership.channel_id == channel.id) & (membership.user_id == actor.id))
        .where(channel.kind == "public")
        .order_by(channel.archived_at.is_not(None), func.lower(channel.name), channel.id)
        .limit(limit + 1)
    )
    if q.strip():
        sought = q.strip().lower()
        columns = (func.lower(channel.name), func.lower(channel.topic))
        query = query.where(or_(*(column.contains(sought, autoescape=True) for column in columns)))
    if after is not None:
        cursor = select(channel.archived_at.is_not(None), func.lower(channel.name), channel.id)
        query = query.where(place > cursor.where(channel.id == after).correlate(None).scalar_subquery())
    rows = session.execute(query, execution_options={"populate_existing": True}).all()
    page = [
        BrowsedChannel(**shapes.channel(row).model_dump(), joined=joined, member_count=row.member_count)
        for row, joined in rows[:limit]
    ]
    return ChannelPage(channels=page, next=page[-1].id if len(rows) > limit else None)
