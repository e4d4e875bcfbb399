"""Coming into channels and leaving them."""

from flack_contracts.chat import ChannelState, Member, MemberRole
from flack_contracts.events import (
    MemberLeft,
    MemberRoleChanged,
    MembershipRemoved,
    MembershipRoleChanged,
)
from sqlalchemy import func, select

from flack_domain import errors, models, policy, shapes
from flack_domain.actions import streams
from flack_domain.actor import Actor
from flack_domain.queries.channels import state_of
from flack_domain.queries.visible import locked
from flack_domain.transaction import Transaction, action


@action
def join(tx: Transaction, actor: Actor, channel_id: int) -> ChannelState:
    """Come into a public channel; who is in stays in. Raises `NotFound`, `ChannelArchived`."""
    found = locked(tx.session, actor, channel_id)
    if found.membership is not None:
        return state_of(tx.session, found.channel, found.membership)
    policy.require_open(found)
    return streams.add_member(tx, found.channel, _person(tx, actor.id))


@action
def add(tx: Transaction, actor: Actor, channel_id: int, *, user_id: int) -> Member:
    """Bring somebody into a channel that the actor is in; who is in stays in.

    Raises `NotFound`, also for unknown or deactivated people, `NotAMember`, `ChannelArchived`, `DirectChannel`.
    """
    found = locked(tx.session, actor, channel_id)
    policy.may_add(found)
    person = _person(tx, user_id)
    present = _membership(tx, channel_id, user_id)
    if present is not None:
        return shapes.member(present)
    streams.add_member(tx, found.channel, person)
    return shapes.member(tx.session.get_one(models.Membership, (channel_id, user_id)))


@action
def remove(tx: Transaction, actor: Actor, channel_id: int, *, user_id: int) -> None:
    """Leave a channel (one's own id), or put somebody out.

    Raises `NotFound`, `NotAMember`, `NotAnOwner`, `LastOwner`, `DirectChannel`, `GeneralChannel`.
    """
    found = locked(tx.session, actor, channel_id)
    policy.may_remove(found, actor, user_id=user_id)
    membership = _membership(tx, channel_id, user_id)
    if membership is None:
        raise errors.NotFound
    _require_owner_left(tx, found.channel, membership)
    tx.session.delete(membership)
    found.channel.member_count -= 1
    tx.tell_channel(found.channel, MemberLeft(channel_id=channel_id, user_id=user_id))
    tx.tell_user(user_id, MembershipRemoved(channel_id=channel_id))


@action
def set_role(tx: Transaction, actor: Actor, channel_id: int, *, user_id: int, role: MemberRole) -> Member:
    """Make a member an owner or the other way round.

    Raises `NotFound`, `NotAMember`, `NotAnOwner`, `LastOwner`, `DirectChannel`.
    """
    found = locked(tx.session, actor, channel_id)
    policy.may_set_role(found, actor)
    membership = _membership(tx, channel_id, user_id)
    if membership is None:
        raise errors.NotFound
    if membership.role != role:
        _require_owner_left(tx, found.channel, membership)
        membership.role = role
        tx.tell_channel(found.channel, MemberRoleChanged(channel_id=channel_id, user_id=user_id, role=role))
        tx.tell_user(user_id, MembershipRoleChanged(channel_id=channel_id, role=role))
    return shapes.member(membership)


def _require_owner_left(tx: Transaction, channel: models.Channel, leaving: models.Membership) -> None:
    owners = tx.session.scalar(
        select(func.count()).where(
            models.Membership.channel_id == channel.id,
            models.Membership.role == "owner",
            models.Membership.user_id != leaving.user_id,
        )
    )
    policy.require_owner_left(
        role=leaving.role, other_owners=owners or 0, other_members=channel.member_count - 1
    )


def _membership(tx: Transaction, channel_id: int, user_id: int) -> models.Membership | None:
    return tx.session.get(models.Membership, (channel_id, errors.require_id(user_id)), populate_existing=True)


def _person(tx: Transaction, user_id: int) -> models.User:
    person = tx.session.get(models.User, errors.require_id(user_id), populate_existing=True)
    if person is None or person.deactivated_at is not None:
        raise errors.NotFound
    return person
