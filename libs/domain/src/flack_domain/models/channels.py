"""Channels and who is in them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Id


class Channel(Base):
    """A room of messages. Its row is the lock that orders everything said in it.

    `last_seq` counts the events of the stream `channel:{id}`, `last_position` its messages; both without holes.
    """

    __tablename__ = "channels"
    __table_args__ = (
        CheckConstraint("kind in ('public', 'private', 'direct')", name="kind"),
        CheckConstraint("(kind = 'direct') = (direct_key is not null)", name="direct_key"),
        CheckConstraint("(kind = 'direct') = (name is null)", name="name"),
        # Only public names must differ: a refusal of a private one's name would tell that it exists.
        Index(
            "uq_channels_public_name",
            func.lower(text("name")),
            unique=True,
            postgresql_where=text("kind = 'public'"),
        ),
        Index("uq_channels_general", "is_general", unique=True, postgresql_where=text("is_general")),
        {"postgresql_with": {"fillfactor": "70"}},
    )

    id: Mapped[Id]
    kind: Mapped[str]
    name: Mapped[str | None]
    topic: Mapped[str] = mapped_column(server_default="")
    is_general: Mapped[bool] = mapped_column(server_default=text("false"))
    direct_key: Mapped[str | None] = mapped_column(unique=True)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
    last_seq: Mapped[int] = mapped_column(server_default="0")
    last_position: Mapped[int] = mapped_column(server_default="0")
    member_count: Mapped[int] = mapped_column(server_default="0")


class Membership(Base):
    """A person in a channel, and how far they have read."""

    __tablename__ = "memberships"
    __table_args__ = (
        CheckConstraint("role in ('owner', 'member')", name="role"),
        Index("ix_memberships_user_id", "user_id", "channel_id"),
        {"postgresql_with": {"fillfactor": "70"}},
    )

    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(server_default="member")
    joined_at: Mapped[datetime]
    last_read_position: Mapped[int] = mapped_column(server_default="0")
