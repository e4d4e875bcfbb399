"""The one place where the domain reads the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_set: ContextVar[datetime | None] = ContextVar("flack_clock", default=None)


def now() -> datetime:
    """The current time in UTC, with microseconds as PostgreSQL keeps them."""
    return _set.get() or datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let actions inside this block happen at another time: for imports of what was said before, and for tests."""
    token = _set.set(moment)
    try:
        yield
    finally:
        _set.reset(token)
