"""Sign-ins: a session is one device; its refresh tokens replace each other. v1's tokens stand beside them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Id


class SignIn(Base):
    """One signed-in device of a person. Named `SignIn` in Python, because SQLAlchemy owns the word Session."""

    __tablename__ = "sessions"
    __table_args__ = (
        Index("ix_sessions_expires_at", "expires_at"),
        Index("ix_sessions_revoked_at", "revoked_at", postgresql_where=text("revoked_at is not null")),
    )

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class RefreshToken(Base):
    """The SHA-256 of a refresh token. `rotated_at` is when it was exchanged for its successor."""

    __tablename__ = "refresh_tokens"

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    rotated_at: Mapped[datetime | None]


class V1Token(Base):
    """The SHA-256 of a v1 token. It never expires; signing out or a new password deletes all of a user's."""

    __tablename__ = "v1_tokens"

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]


class Invite(Base):
    """Lets one person sign up while sign-up is by invitation. The code itself is shown once and kept hashed."""

    __tablename__ = "invites"
    __table_args__ = (Index("ix_invites_open", "expires_at", postgresql_where=text("used_at is null")),)

    id: Mapped[Id]
    hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    used_at: Mapped[datetime | None]
