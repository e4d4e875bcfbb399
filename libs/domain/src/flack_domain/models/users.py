"""People."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Id


class User(Base):
    """A person. `online`, `last_seen_at` and `updated_at` belong to v1; v2's presence lives in Redis."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("role in ('administrator', 'member')", name="role"),
        Index("ix_users_updated_at", "updated_at", "nickname"),
        Index("ix_users_online", "last_seen_at", postgresql_where=text("online")),
    )

    id: Mapped[Id]
    nickname: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    password_hash: Mapped[str]
    role: Mapped[str] = mapped_column(server_default="member")
    last_seq: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    online: Mapped[bool] = mapped_column(server_default=text("false"))
    deactivated_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(server_default="0")
