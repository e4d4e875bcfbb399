"""Messages: posting, editing, deleting, paging."""

from typing import Annotated

from flack_contracts.chat import Message
from flack_domain import actions, queries
from flack_domain.names import shows_nothing
from flask import Blueprint
from pydantic import AfterValidator, Field, model_validator

from flack_api.context import actor, session
from flack_api.http import Answer, Body, Query, auth_required, body, query, refuses, returns
from flack_api.http.fields import Position

messages = Blueprint("messages", __name__)


def _to_be_seen(source: str) -> str:
    if shows_nothing(source):
        raise ValueError("A message needs something to see: this is only blanks.")
    return source


Source = Annotated[
    str,
    Field(
        min_length=1,
        max_length=40_000,
        description="Markdown, with something to see: blanks only are refused.",
    ),
    AfterValidator(_to_be_seen),
]


class NewMessage(Body):
    """A message to post."""

    source: Source
    nonce: Annotated[str, Field(max_length=64)] | None = None
    """Yours to choose. It comes back in the message, also in its event, so that a client knows its own; everybody who
    sees the message sees it. It keeps nothing from being posted twice: `Idempotency-Key` does."""


class MessageChanges(Body):
    """A message's new text."""

    source: Source


class PageOfMessages(Query):
    """Which messages: the newest, or those `before`, `after` or `around` a position."""

    before: Position | None = None
    """The messages next before this position, without it. Only one of `before`, `after` and `around` may be given; none
    of them: the newest messages."""
    after: Position | None = None
    """The messages next after this position, without it; 0 begins with the first. Instead of `before` and `around`."""
    around: Position | None = None
    """The message at this position in the middle of those beside it. Instead of `before` and `after`."""
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    """At most how many. A page has fewer where their texts are longer than 2 MiB together: whether there are more say
    `has_before` and `has_after`."""

    @model_validator(mode="after")
    def one_direction(self) -> "PageOfMessages":
        """Only one of the three can be meant."""
        if sum(part is not None for part in (self.before, self.after, self.around)) > 1:
            raise ValueError("Give only one of before, after and around.")
        return self


@messages.get("/channels/<int:channel_id>/messages")
@auth_required
@query(PageOfMessages)
@returns(queries.messages.MessagePage, etag=True)
def list_messages(channel_id: int, page: PageOfMessages) -> bytes:
    """Messages of a channel that you see, oldest first.

    Positions count from 1, without holes; a deleted message keeps its own. While `has_before`, page back with `before`
    set to the position of the first message that you have; while `has_after`, on with `after` set to that of the last.
    """
    return queries.message_pages.page(session(), actor(), channel_id, **page.model_dump())


@messages.post("/channels/<int:channel_id>/messages")
@auth_required
@body(NewMessage)
@refuses(403)
@returns(Message, 201, located=True)
def post_message(channel_id: int, new: NewMessage) -> Answer:
    """Post a message to a channel that you are in."""
    message = actions.messages.post(session(), actor(), channel_id, source=new.source, nonce=new.nonce)
    return Answer(message, headers={"Location": f"/api/v2/channels/{channel_id}/messages/{message.id}"})


@messages.get("/channels/<int:channel_id>/messages/<int:message_id>")
@auth_required
@returns(Message, etag=True)
def read_message(channel_id: int, message_id: int) -> Message:
    """One message."""
    return queries.messages.get(session(), actor(), channel_id, message_id)


@messages.patch("/channels/<int:channel_id>/messages/<int:message_id>")
@auth_required
@body(MessageChanges)
@refuses(403, 409)
@returns(Message)
def edit_message(channel_id: int, message_id: int, changes: MessageChanges) -> Message:
    """Change the text of your own message."""
    return actions.messages.edit(session(), actor(), channel_id, message_id, source=changes.source)


@messages.delete("/channels/<int:channel_id>/messages/<int:message_id>")
@auth_required
@refuses(403, 409)
@returns(Message)
def delete_message(channel_id: int, message_id: int) -> Message:
    """Delete a message. It keeps its place and loses its text."""
    return actions.messages.delete(session(), actor(), channel_id, message_id)
