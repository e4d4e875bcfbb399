"""v1's `online` and `last_seen_at`. Not part of the event log: v2's presence lives in Redis."""

from datetime import timedelta

from sqlalchemy import text

from flack_domain.transaction import Transaction, action

COALESCE_SECONDS = 5
"""How often `last_seen_at` is written while somebody keeps calling."""
OFFLINE_SECONDS = 60 + COALESCE_SECONDS
"""Of `last_seen_at`, which may be that much older than the last call: so at least 60 s after that one."""

_SEEN = text(
    "update users set online = true, last_seen_at = :now, updated_at = :now "
    "from (select id, online from users where id = :user_id for no key update) as before "
    "where users.id = before.id and (not before.online or users.last_seen_at <= :due) returning not before.online"
)
_OFFLINE = text(
    "update users set online = false, updated_at = :now where id = :user_id and online returning id"
)
_SWEEP = text(
    "update users set online = false, updated_at = :now where id in "
    "(select id from users where online and last_seen_at < :since order by id for no key update skip locked) "
    "returning id"
)


@action
def seen(tx: Transaction, user_id: int) -> bool:
    """A person made a v1 call: they are online. True where they were not. Written at most every few seconds."""
    return mark_seen(tx, user_id)


@action
def offline(tx: Transaction, user_id: int) -> bool:
    """A person's last v1 socket closed. True where they were online."""
    return tx.session.scalar(_OFFLINE, {"user_id": user_id, "now": tx.now}) is not None


@action
def sweep(tx: Transaction) -> list[int]:
    """Whoever was not seen for a minute is offline: their ids."""
    since = tx.now - timedelta(seconds=OFFLINE_SECONDS)
    return sorted(tx.session.scalars(_SWEEP, {"now": tx.now, "since": since}))


def mark_seen(tx: Transaction, user_id: int) -> bool:
    """`seen` within another action."""
    due = tx.now - timedelta(seconds=COALESCE_SECONDS)
    return bool(tx.session.scalar(_SEEN, {"user_id": user_id, "now": tx.now, "due": due}))
