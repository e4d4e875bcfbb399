"""Saying something, correcting it, taking it back."""

from flack_contracts.chat import Message
from flack_contracts.events import MessageDeleted, MessageEdited

from flack_domain import names, policy, shapes
from flack_domain.actions.posting import post
from flack_domain.actor import Actor
from flack_domain.queries.messages import row_of
from flack_domain.queries.visible import locked
from flack_domain.rendering import v2
from flack_domain.transaction import Transaction, action

__all__ = ["delete", "edit", "post"]


@action
def edit(tx: Transaction, actor: Actor, channel_id: int, message_id: int, *, source: str) -> Message:
    """Change one's own message. Its previews go, and are made anew.

    Raises `NotFound`, `Invalid`, `NotTheAuthor`, `NotAMember`, `ChannelArchived`, `MessageDeleted`.
    """
    source = names.source(source)
    found = locked(tx.session, actor, channel_id)
    row = row_of(tx.session, channel_id, message_id)
    policy.may_edit(found, actor, author_id=row.user_id, deleted=row.deleted_at is not None)
    row.source, row.html = source, v2.render(source)
    row.previews = []
    row.expansions_v1 = [] if row.expansions_v1 is not None else None
    row.revision += 1
    row.edited_at = row.updated_at = tx.now
    edited = shapes.message(row)
    tx.tell_channel(found.channel, MessageEdited(message=edited), v1=shapes.v1_message(row))
    if v2.has_links(row.html):
        tx.delivery.wanted_previews.append(row.id)
    return edited


@action
def delete(tx: Transaction, actor: Actor, channel_id: int, message_id: int) -> Message:
    """Make a message a tombstone: its author may, and who manages the channel. A second time changes nothing.

    Raises `NotFound`, `NotAnOwner`, `NotAMember`, `ChannelArchived`.
    """
    found = locked(tx.session, actor, channel_id)
    row = row_of(tx.session, channel_id, message_id)
    policy.may_delete(found, actor, author_id=row.user_id)
    if row.deleted_at is not None:
        return shapes.message(row)
    row.source = row.html = ""
    row.previews = []
    row.revision += 1
    row.deleted_at = row.updated_at = tx.now
    deleted = shapes.message(row)
    tx.tell_channel(found.channel, MessageDeleted(message=deleted))
    return deleted
