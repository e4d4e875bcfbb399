"""Signed-in devices."""

from datetime import datetime

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


def ended_since(session: Session, moment: datetime) -> list[int]:
    """The ids of the sessions that were signed out or revoked after a moment. Their access tokens may be good yet."""
    return list(session.scalars(select(SignIn.id).where(SignIn.revoked_at > moment)))
