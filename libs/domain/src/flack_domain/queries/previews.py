"""Messages whose links nobody may have fetched yet: for the worker's sweep."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from flack_domain import clock

LOOKED_THROUGH = 10_000
"""How many of the newest messages are looked at: enough for a minute without Redis at 150 messages a second."""

_WAITING = text(
    "select id, revision from messages where id > (select coalesce(max(id), 0) from messages) - :looked_through "
    "and coalesce(edited_at, created_at) between :since and :until and previews = '[]' and deleted_at is null "
    "and html like '%<a href=\"http%' order by id limit :limit"
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message and the revision of its text."""

    id: int
    revision: int


def waiting(
    session: Session, *, older_than_seconds: float = 30, newer_than_seconds: float = 1800, limit: int = 500
) -> list[Waiting]:
    """Messages with links but without previews. Most were fetched in vain: the caller remembers which."""
    now = clock.now()
    rows = session.execute(
        _WAITING,
        {
            "looked_through": LOOKED_THROUGH,
            "since": now - timedelta(seconds=newer_than_seconds),
            "until": now - timedelta(seconds=older_than_seconds),
            "limit": limit,
        },
    )
    found = [Waiting(*row) for row in rows]
    session.rollback()
    return found
