"""Channels: making, opening, naming, archiving."""

from typing import Literal

from flack_contracts.base import Contract
from flack_contracts.chat import Channel, ChannelState
from flack_contracts.events import ChannelUpdated, MembershipAdded, Payload
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from flack_domain import errors, models, names, policy, shapes
from flack_domain.actor import Actor
from flack_domain.queries.channels import state, state_of
from flack_domain.queries.users import by_ids
from flack_domain.queries.visible import locked
from flack_domain.transaction import Transaction, action

MAX_DIRECT = 8


class Opened(Contract):
    """A direct channel, and whether it is new."""

    channel: ChannelState
    created: bool


@action
def create(
    tx: Transaction, actor: Actor, *, name: str, kind: Literal["public", "private"], topic: str = ""
) -> ChannelState:
    """Make a channel; the actor owns it. Raises `Invalid`, `ChannelNameTaken`."""
    channel = models.Channel(
        kind=kind,
        name=names.channel_name(name),
        topic=names.topic(topic),
        created_by=actor.id,
        created_at=tx.now,
        last_seq=0,
        last_position=0,
        member_count=1,
    )
    tx.session.add(channel)
    tx.session.flush()
    owner = models.Membership(
        channel_id=channel.id, user_id=actor.id, role="owner", joined_at=tx.now, last_read_position=0
    )
    tx.session.add(owner)
    made = state_of(tx.session, channel, owner)
    tx.tell_user(actor.id, MembershipAdded(channel=made))
    return made


@action
def open_direct(tx: Transaction, actor: Actor, *, user_ids: list[int]) -> Opened:
    """The direct channel of the actor and 1-7 others: the same people always get the same one.

    Raises `Invalid` for too few or too many, `NotFound` for unknown or deactivated people.
    """
    ids = sorted({actor.id, *user_ids})
    if not 2 <= len(ids) <= MAX_DIRECT:
        raise errors.Invalid(f"A direct channel has 2 to {MAX_DIRECT} people.", field="user_ids")
    people = by_ids(tx.session, ids)
    if len(people) != len(ids):
        raise errors.NotFound("Some of these people do not exist.", field="user_ids")
    key = ",".join(map(str, ids))
    made = tx.session.scalar(
        insert(models.Channel)
        .values(kind="direct", direct_key=key, created_by=actor.id, created_at=tx.now, member_count=len(ids))
        .on_conflict_do_nothing(index_elements=["direct_key"])
        .returning(models.Channel.id)
    )
    if made is None:
        known = tx.session.scalars(select(models.Channel.id).where(models.Channel.direct_key == key)).one()
        return Opened(channel=state(tx.session, actor, known), created=False)
    if any(user.deactivated_at for user in people):
        raise errors.NotFound("Some of these people are not here any more.", field="user_ids")
    channel = tx.session.get_one(models.Channel, made)
    memberships = {
        id: models.Membership(
            channel_id=made, user_id=id, role="member", joined_at=tx.now, last_read_position=0
        )
        for id in ids
    }
    tx.session.add_all(memberships.values())
    states = {id: shapes.channel_state(channel, membership, ids) for id, membership in memberships.items()}
    told: dict[int, Payload] = {id: MembershipAdded(channel=own, users=people) for id, own in states.items()}
    tx.tell_users(told)
    return Opened(channel=states[actor.id], created=True)


@action
def update(
    tx: Transaction, actor: Actor, channel_id: int, *, name: str | None = None, topic: str | None = None
) -> Channel:
    """Rename a channel or set its topic.

    Raises `NotFound`, `Invalid`, `NotAnOwner`, `NotAMember`, `ChannelNameTaken`, `ChannelArchived`, `DirectChannel`,
    `GeneralChannel`.
    """
    found = locked(tx.session, actor, channel_id)
    channel, before = found.channel, (found.channel.name, found.channel.topic)
    if name is not None:
        policy.may_rename(found, actor)
        channel.name = names.channel_name(name)
    if topic is not None:
        policy.may_set_topic(found)
        channel.topic = names.topic(topic)
    if (channel.name, channel.topic) != before:
        tx.tell_channel(channel, ChannelUpdated(channel=shapes.channel_info(channel)))
    return shapes.channel(channel)


@action
def archive(tx: Transaction, actor: Actor, channel_id: int) -> Channel:
    """Close a channel for writing. Raises `NotFound`, `NotAnOwner`, `NotAMember`, `DirectChannel`, `GeneralChannel`."""
    return _set_archived(tx, actor, channel_id, archived=True)


@action
def unarchive(tx: Transaction, actor: Actor, channel_id: int) -> Channel:
    """Open it again. Raises as `archive`."""
    return _set_archived(tx, actor, channel_id, archived=False)


def _set_archived(tx: Transaction, actor: Actor, channel_id: int, *, archived: bool) -> Channel:
    found = locked(tx.session, actor, channel_id)
    policy.may_archive(found, actor)
    if found.archived != archived:
        found.channel.archived_at = tx.now if archived else None
        tx.tell_channel(found.channel, ChannelUpdated(channel=shapes.channel_info(found.channel)))
    return shapes.channel(found.channel)
