"""A peer: the same requests as most Flask applications write them, `jsonify` over the ORM.

The post does the same durable work as ours (counters, message, event, read position, one commit) and nothing else:
no authentication, no limits, no logs, no publishing.
"""

from datetime import UTC, datetime
from typing import Any

from flack_api.context import actor
from flack_api.context import session as session_of_request
from flack_api.database import read_without_transaction
from flack_api.http import auth_required, returns
from flack_contracts.streams import channel_stream
from flack_domain import queries
from flack_domain.models import Channel, Event, Membership, Message, User
from flack_domain.rendering import v2
from flask import Flask, Response, json, jsonify, request
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

PATH = "/plain/channels/<int:channel_id>/messages"
USER = 1


def add_plain_views(app: Flask, engine: Engine) -> None:
    """Add a list, a post, oneself and an empty answer to an application, with a session of its own a request.

    In Flack's own application they are behind the same authentication, limits, metrics and logs as everything there;
    in a bare one they have nothing of that.
    """

    def list_plainly(channel_id: int) -> Response:
        with Session(engine) as session:
            rows = list(session.scalars(newest(channel_id)))
            return jsonify(messages=[shown(row) for row in reversed(rows)])

    def post_plainly(channel_id: int) -> tuple[Response, int]:
        # What was written is answered as it is: read again after the commit it would be one more transaction.
        with Session(engine, expire_on_commit=False) as session:
            channel = session.get_one(Channel, channel_id, with_for_update=True)
            membership = session.get_one(Membership, (channel_id, USER))
            message = add_message(channel, membership, request.get_json()["source"])
            session.add(message)
            session.flush()
            session.add(posted_event(channel, message))
            session.commit()
            return jsonify(shown(message)), 201

    def read_plainly() -> Response:
        with Session(engine) as session:
            return jsonify(shown_user(session.get_one(User, USER)))

    def answer_nothing() -> Response:
        return jsonify(keys=[])

    app.add_url_rule(PATH, "list_plainly", auth_required(list_plainly))
    app.add_url_rule(PATH, "post_plainly", auth_required(post_plainly), methods=["POST"])
    app.add_url_rule("/plain/users/me", "read_plainly", auth_required(read_plainly))
    app.add_url_rule("/plain/nothing", "answer_nothing", auth_required(answer_nothing))


def add_models_view(app: Flask) -> None:
    """Add Flack's own list with a model for each row, the page that tests hold its list against."""

    @auth_required
    @returns(queries.messages.MessagePage, etag=True)
    def list_models(channel_id: int) -> queries.messages.MessagePage:
        read_without_transaction()
        return queries.messages.page(session_of_request(), actor(), channel_id)

    app.add_url_rule("/plain/models/<int:channel_id>", "list_models", list_models)


def newest(channel_id: int) -> Any:
    """The query of the newest 50 messages."""
    return select(Message).where(Message.channel_id == channel_id).order_by(Message.position.desc()).limit(50)


def add_message(channel: Channel, membership: Membership, source: str) -> Message:
    """A new message at the next position of a locked channel."""
    channel.last_seq += 1
    channel.last_position += 1
    membership.last_read_position = channel.last_position
    now = datetime.now(UTC)
    return Message(
        channel_id=channel.id,
        position=channel.last_position,
        user_id=USER,
        source=source,
        html=v2.render(source),
        previews=[],
        created_at=now,
        updated_at=now,
    )


def posted_event(channel: Channel, message: Message) -> Event:
    """The event that tells of a message."""
    return Event(
        stream=channel_stream(channel.id),
        seq=channel.last_seq,
        type="message.posted",
        at=message.created_at,
        envelope=json.dumps({"message": shown(message)}),
    )


def shown(row: Message) -> dict[str, Any]:
    """A message as plain values."""
    return {
        "id": row.id,
        "channel_id": row.channel_id,
        "position": row.position,
        "user_id": row.user_id,
        "source": row.source,
        "html": row.html,
        "nonce": row.nonce,
        "created_at": row.created_at.isoformat(),
        "edited_at": row.edited_at.isoformat() if row.edited_at else None,
        "deleted_at": row.deleted_at.isoformat() if row.deleted_at else None,
        "previews": row.previews,
    }


def shown_user(row: User) -> dict[str, Any]:
    """A person as plain values."""
    return {
        "id": row.id,
        "nickname": row.nickname,
        "display_name": row.display_name,
        "role": row.role,
        "created_at": row.created_at.isoformat(),
        "deactivated_at": row.deactivated_at.isoformat() if row.deactivated_at else None,
        "revision": row.revision,
    }
