"""Messages by their position. Positions of a channel are 1, 2, 3 … without holes, so a page is a plain range."""

from dataclasses import dataclass

from flack_contracts.base import Contract
from flack_contracts.chat import Message
from sqlalchemy import SQLColumnExpression, and_, select
from sqlalchemy.orm import Session

from flack_domain import errors, models
from flack_domain.actor import Actor
from flack_domain.queries.visible import is_visible_to


class MessagePage(Contract):
    """Messages by ascending position. `seq` is the channel's at the moment of reading: events up to it are in."""

    messages: list[Message]
    has_before: bool
    has_after: bool
    seq: int


@dataclass(frozen=True, slots=True)
class ForPreview:
    """What the worker needs to fetch a message's linked pages."""

    id: int
    source: str
    html: str
    revision: int
    is_general: bool


_BEYOND = 2**62  # no channel has so many messages, and the database can still count from there

_COLUMNS = (
    models.Message.id,
    models.Message.channel_id,
    models.Message.position,
    models.Message.user_id,
    models.Message.source,
    models.Message.html,
    models.Message.nonce,
    models.Message.created_at,
    models.Message.edited_at,
    models.Message.deleted_at,
    models.Message.previews,
)


def page(
    session: Session,
    actor: Actor,
    channel_id: int,
    *,
    before: int | None = None,
    after: int | None = None,
    around: int | None = None,
    limit: int = 50,
) -> MessagePage:
    """Messages of a channel that the actor sees, with one query: the newest, or those beside a position.

    At most one of `before`, `after` (both without the position itself) and `around`. Raises `NotFound`.
    """
    channel, message = models.Channel, models.Message
    low, high = _range(before, after, around, limit)
    rows = session.execute(
        select(channel.last_seq, channel.last_position, *_COLUMNS)
        .outerjoin(
            message, and_(message.channel_id == channel.id, message.position >= low, message.position <= high)
        )
        .where(channel.id == errors.require_id(channel_id), is_visible_to(actor.id))
        .order_by(message.position)
    ).all()
    if not rows:
        raise errors.NotFound
    last_seq, last_position = rows[0][0], rows[0][1]
    messages = [_message(row[2:]) for row in rows if row[2] is not None]
    if messages:
        first, last = messages[0].position, messages[-1].position
    else:
        # Nothing in the range: what there is lies wholly before or behind it.
        first = low if isinstance(low, int) and last_position else 1
        last = high if isinstance(high, int) else last_position
    return MessagePage(messages=messages, has_before=first > 1, has_after=last < last_position, seq=last_seq)


def get(session: Session, actor: Actor, channel_id: int, message_id: int) -> Message:
    """One message of a channel that the actor sees. Raises `NotFound`."""
    row = session.execute(
        select(*_COLUMNS)
        .join(models.Channel, models.Channel.id == models.Message.channel_id)
        .where(
            models.Message.id == errors.require_id(message_id),
            models.Channel.id == errors.require_id(channel_id),
        )
        .where(is_visible_to(actor.id))
    ).one_or_none()
    if row is None:
        raise errors.NotFound
    return _message(tuple(row))


def for_preview(session: Session, message_id: int) -> ForPreview | None:
    """A message for the worker, who sees all of them; None where it is deleted or unknown."""
    row = session.get(models.Message, message_id, populate_existing=True)
    if row is None or row.deleted_at is not None:
        return None
    return ForPreview(row.id, row.source, row.html, row.revision, row.expansions_v1 is not None)


def row_of(session: Session, channel_id: int, message_id: int) -> models.Message:
    """A message's row for an action that has locked its channel. Raises `NotFound`."""
    row = session.scalars(
        select(models.Message).where(
            models.Message.id == errors.require_id(message_id), models.Message.channel_id == channel_id
        ),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if row is None:
        raise errors.NotFound
    return row


def _range(
    before: int | None, after: int | None, around: int | None, limit: int
) -> tuple[SQLColumnExpression[int] | int, SQLColumnExpression[int] | int]:
    if before is not None:
        before = min(before, _BEYOND)
        return before - limit, before - 1
    if after is not None:
        after = min(after, _BEYOND)
        return after + 1, after + limit
    if around is not None:
        low = max(1, min(around, _BEYOND) - limit // 2)
        return low, low + limit - 1
    return models.Channel.last_position - limit + 1, models.Channel.last_position


_FIELDS = tuple(column.key for column in _COLUMNS)


def _message(values: tuple[object, ...]) -> Message:
    return Message.model_validate(dict(zip(_FIELDS, values, strict=True)))
