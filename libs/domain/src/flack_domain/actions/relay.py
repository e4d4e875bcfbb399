"""Publishing what api could not: events that are not marked as published, in order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from flack_domain import clock

_LOCK = text("select pg_try_advisory_xact_lock(7164107)")
_OLDEST = text(
    "select id, stream, seq, type, at, envelope from events where not published and at < :due order by id limit :limit"
)
_MARK = text("update events set published = true where id = any(:ids) and not published")
_LAG = text("select min(at) from events where not published")


@dataclass(frozen=True, slots=True)
class Unpublished:
    """An event that nobody said to have published. Of `message.*` in `general` v1 may want `queries.v1`'s row."""

    id: int
    stream: str
    seq: int
    type: str
    at: datetime
    envelope: bytes


@dataclass(frozen=True, slots=True)
class Relayed:
    """How many events were published, and how old the oldest one was that is not yet (0: none)."""

    count: int
    lag_seconds: float


def run(
    session: Session,
    publish: Callable[[Sequence[Unpublished]], None],
    *,
    older_than_seconds: float = 2,
    limit: int = 500,
) -> Relayed:
    """Publish the oldest unmarked events and mark them. One relay at a time, so that streams keep their order.

    `publish` raises where Redis does not take them; then nothing is marked. Younger events are left to api.
    """
    now = clock.now()
    try:
        if not session.scalar(_LOCK):
            return Relayed(0, lag(session))
        rows = session.execute(
            _OLDEST, {"due": now - timedelta(seconds=older_than_seconds), "limit": limit}
        ).all()
        if rows:
            publish([_unpublished(row) for row in rows])
            session.execute(_MARK, {"ids": [row.id for row in rows]})
        session.commit()
    except BaseException:
        session.rollback()
        raise
    return Relayed(len(rows), lag(session))


def lag(session: Session) -> float:
    """Seconds since the oldest unmarked event; 0 where there is none."""
    oldest: datetime | None = session.scalar(_LAG)
    session.rollback()
    return max(0.0, (clock.now() - oldest).total_seconds()) if oldest else 0.0


def _unpublished(row: "Row[int, str, int, str, datetime, str]") -> Unpublished:
    id, stream, seq, type, at, envelope = row
    return Unpublished(id, stream, seq, type, at, envelope.encode())
