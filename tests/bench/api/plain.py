"""The peer: the same list of messages as most Flask applications serve it, `jsonify` over ORM objects."""

from typing import Any

from flack_api.http import auth_required
from flack_domain.models import Message
from flask import Flask, Response, jsonify
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

PATH = "/plain/channels/<int:channel_id>/messages"


def add_plain_list(app: Flask, engine: Engine) -> None:
    """Add that one route to an application, with a session of its own a request.

    In Flack's own application it is behind the same authentication, limits, metrics and logs as everything there; in a
    bare one it has nothing of that.
    """

    def list_plainly(channel_id: int) -> Response:
        with Session(engine) as session:
            of_channel = select(Message).where(Message.channel_id == channel_id)
            rows = list(session.scalars(of_channel.order_by(Message.position.desc()).limit(50)))
            return jsonify(messages=[_plain(row) for row in reversed(rows)])

    app.add_url_rule(PATH, "list_plainly", auth_required(list_plainly))


def _plain(row: Message) -> dict[str, Any]:
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
