"""What v1 reads: rows, because it shows what v2 does not (`online`, `updated_at`), and `general` only."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from flack_domain.models import Message, User, V1Token
from flack_domain.secret import code_hash

_FRESH = {"populate_existing": True}
_SHOWN = (Message.expansions_v1.is_not(None), Message.deleted_at.is_(None))


def user_of_token(session: Session, token: str) -> User | None:
    """Whose token this is."""
    query = select(User).join(V1Token, V1Token.user_id == User.id).where(V1Token.hash == code_hash(token))
    return session.scalars(query.where(User.deactivated_at.is_(None)), execution_options=_FRESH).one_or_none()


def user(session: Session, user_id: int) -> User | None:
    """A person by id."""
    return session.get(User, user_id, populate_existing=True) if 0 < user_id < 2**63 else None


def users(
    session: Session, *, online: bool | None = None, updated_since: datetime | None = None
) -> list[User]:
    """People by their last change, then nickname; `updated_since` itself is not in."""
    query = select(User).order_by(User.updated_at, User.nickname)
    if online is not None:
        query = query.where(User.online.is_(online))
    if updated_since is not None:
        query = query.where(User.updated_at > updated_since)
    return list(session.scalars(query, execution_options=_FRESH))


def message(session: Session, message_id: int) -> Message | None:
    """A message of `general` that is not deleted."""
    found = messages_by_id(session, [message_id]) if 0 < message_id < 2**63 else []
    return found[0] if found else None


def messages_by_id(session: Session, ids: Iterable[int]) -> list[Message]:
    """Those of these messages that v1 shows, by id."""
    query = select(Message).where(Message.id.in_(set(ids)), *_SHOWN).order_by(Message.id)
    return list(session.scalars(query, execution_options=_FRESH))


def messages(session: Session, *, updated_since: datetime) -> list[Message]:
    """Messages of `general` by their last change, then id; `updated_since` itself is not in."""
    query = select(Message).where(Message.updated_at > updated_since, *_SHOWN)
    return list(session.scalars(query.order_by(Message.updated_at, Message.id), execution_options=_FRESH))
