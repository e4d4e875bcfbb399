"""`Idempotency-Key`: the answer is stored in the transaction of the action that made it, so the two cannot part."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from flack_domain import errors

# The advisory lock tells a twin that is under way from one that is done: waiting for it would hold a connection.
_CLAIM = text(
    "with free as (select pg_try_advisory_xact_lock(hashtextextended(:scope || ' ' || :key, 0)) as is_free), "
    "claimed as (insert into idempotency_keys (scope, key, fingerprint, created_at) "
    "select :scope, :key, :fingerprint, :now from free where is_free on conflict do nothing returning 1) "
    "select is_free, exists (select from claimed) as is_claimed from free"
)
_READ = text("select fingerprint, answer from idempotency_keys where scope = :scope and key = :key")
_ANSWER = text("update idempotency_keys set answer = :answer where scope = :scope and key = :key")


@dataclass(slots=True)
class Key:
    """A key of one client. `replayed` turns true where the answer is that of an earlier request."""

    scope: str
    key: str
    fingerprint: bytes
    replayed: bool = False


@contextmanager
def key(session: Session, *, scope: str, key: str, fingerprint: bytes) -> Iterator[Key]:
    """Run the action inside at most once for this key.

    `scope` tells clients apart (`user:3`), `fingerprint` requests: a hash of method, path and body. A key that comes
    with another fingerprint raises `IdempotencyConflict`.
    """
    current = Key(scope=scope, key=key, fingerprint=fingerprint)
    session.info["idempotency"] = current
    try:
        yield current
    finally:
        del session.info["idempotency"]


def current(session: Session) -> Key | None:
    """The key of the request that this session serves."""
    return session.info.get("idempotency")


def claim(session: Session, key: Key, now: datetime) -> str | None:
    """Take the key, or the stored answer if it is taken. Raises `RequestUnderWay` while a twin is being served."""
    parameters = {"scope": key.scope, "key": key.key, "fingerprint": key.fingerprint, "now": now}
    is_free, is_claimed = session.execute(_CLAIM, parameters).one()
    if not is_free:
        raise errors.RequestUnderWay
    return None if is_claimed else stored(session, key)


def stored(session: Session, key: Key) -> str | None:
    """The stored answer, or None. Raises `IdempotencyConflict` where the key belongs to another request."""
    row = session.execute(_READ, {"scope": key.scope, "key": key.key}).one_or_none()
    if row is None:
        return None
    if row.fingerprint != key.fingerprint:
        raise errors.IdempotencyConflict
    key.replayed = True
    return str(row.answer)


def answer(session: Session, key: Key, body: bytes) -> None:
    """Store what the action answers."""
    session.execute(_ANSWER, {"scope": key.scope, "key": key.key, "answer": body.decode()})
