"""The one place where the domain reads the time."""

from datetime import UTC, datetime


def now() -> datetime:
    """The current time in UTC, with microseconds as PostgreSQL keeps them."""
    return datetime.now(UTC)
