"""What people said."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Id


class Message(Base):
    """One message at its position in its channel. A deleted one keeps its place and loses its text.

    `expansions_v1` is what v1 shows of linked pages; it is null outside the channel `general`, which is all that v1
    shows. `revision` counts edits, so that a preview fetched for an older text is not put under a newer one.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("channel_id", "position"),
        Index("ix_messages_v1", "updated_at", "id", postgresql_where=text("expansions_v1 is not null")),
        Index("ix_messages_user_id", "user_id", "id"),
    )

    id: Mapped[Id]
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"))
    position: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    source: Mapped[str]
    html: Mapped[str]
    nonce: Mapped[str | None]
    previews: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    expansions_v1: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    revision: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
