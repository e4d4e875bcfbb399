"""The peer: the same list of messages as most Flask applications serve it, `jsonify` over ORM objects.

It has neither authentication nor limits nor logs: what it is measured by is the list alone.
"""

from flack_domain.models import Message
from flask import Flask, jsonify
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session


def plain_app(engine: Engine) -> Flask:
    """An application with that one route."""
    app = Flask("plain")

    @app.get("/channels/<int:channel_id>/messages")
    def list_messages(channel_id: int):  # type: ignore[no-untyped-def]
        with Session(engine) as session:
            newest = (
                select(Message)
                .where(Message.channel_id == channel_id)
                .order_by(Message.position.desc())
                .limit(50)
            )
            rows = list(session.scalars(newest))
            return jsonify(
                messages=[
                    {
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
                    for row in reversed(rows)
                ]
            )

    return app
