"""What the chat's refusals and the database's failures mean in HTTP."""

from flack_kit.logging import get_logger
from sqlalchemy import exc

from flack_api.http.problems import Problem

log = get_logger(__name__)

RETRY_SECONDS = 2


def translate_failure(error: Exception) -> Problem | None:
    """The problem of an exception that came from the domain or the database; None for any other."""
    if isinstance(error, exc.TimeoutError | exc.OperationalError | exc.InterfaceError):
        log.warning("database_unavailable", reason=type(error).__name__)
        return Problem(
            503,
            "database_unavailable",
            "The database cannot be reached just now; nothing was changed. Try again.",
            headers={"Retry-After": str(RETRY_SECONDS)},
        )
    if isinstance(error, exc.DataError):
        log.warning("value_refused_by_database", reason=type(error.orig).__name__)
        return Problem(422, "invalid_value", "The database cannot hold one of these values.")
    return None
