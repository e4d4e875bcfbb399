"""Messages of the channel `general`. Posting and editing answer with a job."""

import time
from datetime import UTC, datetime, timedelta

from flack_domain.models import Message
from flack_domain.queries import v1 as v1_queries
from flack_domain.rendering.v1_objects import message_fields, with_links
from flack_domain.shapes import v1_message
from flask import Blueprint, Response

from flack_api.context import session
from flack_api.http.problems import Problem
from flack_api.v1 import jobs
from flack_api.v1.answers import answer
from flack_api.v1.authentication import token_optional, token_required
from flack_api.v1.bodies import optional_object, optional_text, required_object, required_text
from flack_api.v1.mounts import mount
from flack_api.v1.queries import updated_since

messages = Blueprint("messages", __name__)

OLDEST = timedelta(hours=24)
RENDERED_AT_ONCE = 20


@messages.post("/messages")
@token_required
def create_message() -> Response:
    """Post a message. It is stored at once, so that a sender's messages keep their order."""
    return jobs.accepted(jobs.post(lambda: required_text(required_object(), "source")))


@messages.get("/messages")
@token_optional
def list_messages() -> Response:
    """Everybody's messages of the last 24 hours, or of those changed since a moment; by last change, then id."""
    oldest = datetime.now(UTC) - OLDEST
    found = v1_queries.messages(session(), updated_since=max(oldest, updated_since() or oldest))
    shown = []
    for number, message in enumerate(found, 1):
        shown.append(_shown(message))
        if number % RENDERED_AT_ONCE == 0:
            time.sleep(0)  # rendering takes CPU; other requests of this process want theirs
    return answer({"messages": sorted(shown, key=lambda message: (message["updated_at"], message["id"]))})


@messages.get("/messages/<int:message_id>")
@token_optional
def read_message(message_id: int) -> Response:
    """One message."""
    message = v1_queries.message(session(), message_id)
    if message is None:
        raise Problem(404, "not_found", "There is no such message.")
    return answer(_shown(message))


@messages.put("/messages/<int:message_id>")
@token_required
def change_message(message_id: int) -> Response:
    """Edit one's own message."""
    return jobs.accepted(jobs.edit(message_id, lambda: optional_text(optional_object(), "source")))


def _shown(row: Message) -> dict[str, object]:
    message = v1_message(row)
    assert message is not None, "the query finds messages of general only"
    return with_links(message_fields(message), mount())
