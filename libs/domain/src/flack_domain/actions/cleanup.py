"""Throwing away what nobody needs any more, a bounded number of rows at a time."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from flack_domain import clock

EVENT_DAYS = 30
IDEMPOTENCY_DAYS = 1
BATCH = 5000

# What, and the age from which on it goes. Used refresh tokens are kept for a week to recognize a stolen one.
_RULES: dict[str, tuple[str, timedelta]] = {
    "events": ("events where at < :before", timedelta(days=EVENT_DAYS)),
    "idempotency_keys": ("idempotency_keys where created_at < :before", timedelta(days=IDEMPOTENCY_DAYS)),
    "refresh_tokens": ("refresh_tokens where rotated_at < :before", timedelta(days=7)),
    "sessions": ("sessions where expires_at < :before or revoked_at < :before", timedelta(days=1)),
    "invites": ("invites where expires_at < :before", timedelta(days=30)),
    "tasks": ("tasks where finished_at < :before", timedelta(days=1)),
}


def run(
    session: Session, *, now: datetime | None = None, batch: int = BATCH, max_batches: int = 20
) -> dict[str, int]:
    """Delete what is too old, each batch in a transaction of its own. Says how many rows of what went."""
    now = now or clock.now()
    return {
        name: _delete(session, rule, now - age, batch, max_batches) for name, (rule, age) in _RULES.items()
    }


def _delete(session: Session, rule: str, before: datetime, batch: int, max_batches: int) -> int:
    table = rule.split()[0]
    statement = text(
        f"delete from {table} where ctid = any(array(select ctid from {rule} limit :batch for update skip locked))"  # noqa: S608
    )
    deleted = 0
    for _ in range(max_batches):
        count = session.execute(statement, {"before": before, "batch": batch}).rowcount  # type: ignore[attr-defined]
        session.commit()
        deleted += count
        if count < batch:
            break
    return deleted
