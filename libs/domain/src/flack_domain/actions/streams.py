"""What several actions tell: a person's new names, and a new member's arrival."""

from flack_contracts.chat import ChannelState
from flack_contracts.events import MemberJoined, MembershipAdded, ProfileUpdated, UserUpdated
from sqlalchemy import select

from flack_domain import models, shapes
from flack_domain.queries.channels import state_of
from flack_domain.queries.visible import lock
from flack_domain.transaction import Transaction


def lock_channels_of(tx: Transaction, user_id: int) -> list[models.Channel]:
    """Lock every channel that a person is in, by id."""
    mine = select(models.Membership.channel_id).where(models.Membership.user_id == user_id)
    lock(tx.session, select(models.Channel.id).where(models.Channel.id.in_(mine)))
    rows = tx.session.scalars(
        select(models.Channel).where(models.Channel.id.in_(mine)).order_by(models.Channel.id),
        execution_options={"populate_existing": True},
    )
    return list(rows)


def tell_profile(tx: Transaction, user: models.User, channels: list[models.Channel]) -> None:
    """A person's names or role changed: once in each of their (locked) channels, and once to themselves."""
    user.revision += 1
    shape = shapes.user(user)
    for channel in channels:
        tx.tell_channel(channel, UserUpdated(user=shape))
    tx.tell_user(user.id, ProfileUpdated(user=shape))


def add_member(
    tx: Transaction, channel: models.Channel, user: models.User, *, role: str = "member"
) -> ChannelState:
    """Put somebody into a locked channel, and tell the channel and them. All that was said before counts as read."""
    membership = models.Membership(
        channel_id=channel.id,
        user_id=user.id,
        role=role,
        joined_at=tx.now,
        last_read_position=channel.last_position,
    )
    tx.session.add(membership)
    channel.member_count += 1
    joined = MemberJoined(channel_id=channel.id, member=shapes.member(membership), user=shapes.user(user))
    tx.tell_channel(channel, joined)
    tx.session.flush()
    state = state_of(tx.session, channel, membership)
    tx.tell_user(user.id, MembershipAdded(channel=state))
    return state
