"""How far somebody has read."""

from flack_contracts.base import Contract
from flack_contracts.events import ReadPositionMoved
from sqlalchemy import text

from flack_domain import errors
from flack_domain.actor import Actor
from flack_domain.queries.visible import seen
from flack_domain.transaction import Transaction, action


class ReadPosition(Contract):
    """The last position that counts as read, and how many messages lie behind it."""

    channel_id: int
    position: int
    unread: int


_MOVE = text(
    "update memberships set last_read_position = least(:position, channels.last_position) from channels "
    "where memberships.channel_id = channels.id and channels.id = :channel_id and memberships.user_id = :user_id "
    "and memberships.last_read_position < least(:position, channels.last_position) "
    "returning memberships.last_read_position, channels.last_position"
)


@action
def move(tx: Transaction, actor: Actor, channel_id: int, *, position: int) -> ReadPosition:
    """Say that everything up to a position is read: never backwards, never past the last message.

    Raises `NotFound`, `NotAMember`.
    """
    moved = tx.session.execute(
        _MOVE,
        {
            "position": min(position, 2**62),
            "channel_id": errors.require_id(channel_id),
            "user_id": actor.id,
        },
    ).one_or_none()
    if moved is None:
        found = seen(tx.session, actor, channel_id)
        if found.membership is None:
            raise errors.NotAMember
        read, last = found.membership.last_read_position, found.channel.last_position
    else:
        read, last = moved
        tx.tell_user(actor.id, ReadPositionMoved(channel_id=channel_id, position=read))
    return ReadPosition(channel_id=channel_id, position=read, unread=last - read)
