"""Which channels a person sees: the public ones, and those they are in. Administrators see no more than others."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session

from flack_domain import errors
from flack_domain.actor import Actor
from flack_domain.models import Channel, Membership


@dataclass(frozen=True, slots=True)
class Seen:
    """A channel that the actor sees, with their membership, as `policy` wants to know it."""

    channel: Channel
    membership: Membership | None

    @property
    def kind(self) -> str:
        return self.channel.kind

    @property
    def is_general(self) -> bool:
        return self.channel.is_general

    @property
    def archived(self) -> bool:
        return self.channel.archived_at is not None

    @property
    def role(self) -> str | None:
        return self.membership.role if self.membership else None


def is_visible_to(user_id: int) -> ColumnElement[bool]:
    """The condition on `Channel` under which a person sees it."""
    return or_(
        Channel.kind == "public",
        exists().where(Membership.channel_id == Channel.id, Membership.user_id == user_id).correlate(Channel),
    )


def channels_visible_to(user_id: int) -> Select[Channel]:
    """All channels that a person sees."""
    return select(Channel).where(is_visible_to(user_id))


def seen(session: Session, actor: Actor, channel_id: int) -> Seen:
    """A channel and the actor's membership of it. Raises `NotFound`."""
    row = session.execute(
        select(Channel, Membership)
        .outerjoin(Membership, (Membership.channel_id == Channel.id) & (Membership.user_id == actor.id))
        .where(Channel.id == errors.require_id(channel_id), is_visible_to(actor.id)),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if row is None:
        raise errors.NotFound
    return Seen(row[0], row[1])


def locked(session: Session, actor: Actor, channel_id: int) -> Seen:
    """The same with the channel's row locked until the end of the transaction."""
    lock(
        session,
        select(Channel.id).where(Channel.id == errors.require_id(channel_id), is_visible_to(actor.id)),
    )
    # Read after the lock was granted: whoever held it before may have changed who is in the channel.
    return seen(session, actor, channel_id)


def lock(session: Session, channels: Select[int]) -> None:
    """Lock the rows of these channels, by id. Everything that appends to a channel's stream does so first."""
    session.execute(channels.order_by(Channel.id).with_for_update(key_share=True, of=Channel))
