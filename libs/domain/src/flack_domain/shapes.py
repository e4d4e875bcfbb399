"""Rows as the models that clients get."""

from flack_contracts import chat
from flack_contracts.tasks import Task

from flack_domain import models
from flack_domain.outbox import V1Message


def user(row: models.User) -> chat.User:
    """A person as everybody sees them."""
    return chat.User(
        id=row.id,
        nickname=row.nickname,
        display_name=row.display_name,
        role=row.role,  # type: ignore[arg-type]  # the table's check holds the same words
        created_at=row.created_at,
        deactivated_at=row.deactivated_at,
        revision=row.revision,
    )


def channel_info(row: models.Channel) -> chat.ChannelInfo:
    """A channel without its counters."""
    return chat.ChannelInfo.model_validate(row, from_attributes=True)


def channel(row: models.Channel) -> chat.Channel:
    """A channel with its counters."""
    return chat.Channel.model_validate(row, from_attributes=True)


def channel_state(
    row: models.Channel, membership: models.Membership, member_ids: list[int] | None
) -> chat.ChannelState:
    """A channel as one of its members has it. `member_ids` for direct channels, else None."""
    return chat.ChannelState(
        **channel(row).model_dump(),
        role=membership.role,  # type: ignore[arg-type]  # the table's check holds the same words
        joined_at=membership.joined_at,
        last_read_position=membership.last_read_position,
        member_count=row.member_count,
        member_ids=member_ids,
    )


def member(row: models.Membership) -> chat.Member:
    """Somebody's membership."""
    return chat.Member.model_validate(row, from_attributes=True)


def message(row: models.Message) -> chat.Message:
    """A message, or its tombstone."""
    return chat.Message.model_validate(row, from_attributes=True)


def v1_message(row: models.Message) -> V1Message | None:
    """A message as v1 pushes it; None outside `general`."""
    if row.expansions_v1 is None or row.deleted_at is not None:
        return None
    return V1Message(
        id=row.id,
        user_id=row.user_id,
        source=row.source,
        created_at=row.created_at,
        updated_at=row.updated_at,
        expansions=row.expansions_v1,
    )


def task(row: models.Task) -> Task:
    """A deferred request as its owner sees it."""
    return Task(
        id=str(row.id),
        kind=row.kind,
        state=row.state,  # type: ignore[arg-type]  # the table's check holds the same words
        progress=row.progress,
        total=row.total,
        result=row.result,
        error=row.error,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )
