"""What linked pages say of themselves, put under a message by the worker."""

from collections.abc import Sequence
from typing import Any

from flack_contracts.chat import Message, Preview
from flack_contracts.events import MessagePreviewed
from sqlalchemy import select

from flack_domain import models, shapes
from flack_domain.queries.visible import lock
from flack_domain.transaction import Transaction, action


@action
def attach(
    tx: Transaction,
    message_id: int,
    *,
    revision: int,
    previews: Sequence[Preview],
    expansions_v1: Sequence[dict[str, Any]] | None = None,
) -> Message | None:
    """Put previews under a message, and in `general` v1's expansions, if its text is still that of `revision`.

    None where there is nothing to tell: the message was edited or deleted meanwhile, or nothing was found.
    v1 expands a message once and never after an edit, so its expansions are taken for revision 0 only.
    """
    lock(
        tx.session,
        select(models.Channel.id).join(models.Message, models.Message.channel_id == models.Channel.id).where(
            models.Message.id == message_id
        ),
    )  # fmt: skip
    row = tx.session.get(models.Message, message_id, populate_existing=True)
    if row is None or row.deleted_at is not None or row.revision != revision:
        return None
    expands = row.expansions_v1 is not None and revision == 0 and bool(expansions_v1)
    if not previews and not expands:
        return None
    channel = tx.session.get_one(models.Channel, row.channel_id, populate_existing=True)
    row.previews = [preview.model_dump(mode="json") for preview in previews]
    if expands:
        row.expansions_v1 = list(expansions_v1 or [])
        row.updated_at = tx.now
    previewed = shapes.message(row)
    tx.tell_channel(
        channel, MessagePreviewed(message=previewed), v1=shapes.v1_message(row) if expands else None
    )
    return previewed
