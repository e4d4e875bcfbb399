"""Signed-in devices."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from flack_domain import clock
from flack_domain.models import SignIn


def alive(session: Session, session_id: int) -> bool:
    """Whether a session was neither signed out nor revoked, nor is too old."""
    query = select(SignIn.id).where(
        SignIn.id == session_id, SignIn.revoked_at.is_(None), SignIn.expires_at > clock.now()
    )
    return session.scalar(query) is not None
