"""The event log, and the answers kept for repeated requests."""

from datetime import datetime

from sqlalchemy import BigInteger, Identity, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class Event(Base):
    """One event of a stream. `envelope` is the JSON that is pushed and that sync answers, encoded once.

    `id` is assigned while the stream's row is locked, so within a stream it orders as `seq` does. Only rows not yet
    published are in its index, which therefore stays a few pages small.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_unpublished", "id", postgresql_where=text("not published")),
        Index(
            "ix_events_at",
            "at",
            postgresql_using="brin",
            postgresql_with={"pages_per_range": 16, "autosummarize": True},
        ),
    )

    stream: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity())
    type: Mapped[str]
    at: Mapped[datetime]
    envelope: Mapped[str]
    published: Mapped[bool] = mapped_column(server_default=text("false"))


class IdempotencyKey(Base):
    """What an action answered to a request that carried an `Idempotency-Key`; written in the action's transaction."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index("ix_idempotency_keys_created_at", "created_at"),)

    scope: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    answer: Mapped[str | None]
    created_at: Mapped[datetime]
