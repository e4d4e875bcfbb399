"""People. Everybody who is signed in sees everybody."""

from collections.abc import Iterable

from flack_contracts.chat import User
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from flack_domain import errors, models, shapes


def get(session: Session, user_id: int) -> User:
    """A person by id. Raises `NotFound`."""
    row = session.get(models.User, errors.require_id(user_id), populate_existing=True)
    if row is None:
        raise errors.NotFound
    return shapes.user(row)


def by_ids(session: Session, ids: Iterable[int]) -> list[User]:
    """Those of these people that exist, by id."""
    rows = session.scalars(
        select(models.User)
        .where(models.User.id.in_({id for id in ids if 0 < id < 2**63}))
        .order_by(models.User.id),
        execution_options={"populate_existing": True},
    )
    return [shapes.user(row) for row in rows]


def search(session: Session, q: str = "", *, limit: int = 20) -> list[User]:
    """People whose nickname or display name has these words in it, those that start with them first."""
    table = models.User
    names = (func.lower(table.nickname), func.lower(table.display_name))
    words = q.strip().lower()
    rows = session.scalars(
        select(table)
        .where(
            table.deactivated_at.is_(None), or_(*(name.contains(words, autoescape=True) for name in names))
        )
        .order_by(
            or_(*(name.startswith(words, autoescape=True) for name in names)).desc(), names[0], table.id
        )
        .limit(limit),
        execution_options={"populate_existing": True},
    )
    return [shapes.user(row) for row in rows]


def is_administrator(session: Session, user_id: int) -> bool:
    """Whether somebody administrates the installation now."""
    query = select(models.User.id).where(
        models.User.id == user_id, models.User.role == "administrator", models.User.deactivated_at.is_(None)
    )
    return session.scalar(query) is not None
