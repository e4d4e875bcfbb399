"""What the chat's refusals and the database's failures mean in HTTP."""

from flack_domain import errors
from flack_kit.logging import get_logger
from psycopg.errors import ReadOnlySqlTransaction
from sqlalchemy import exc

from flack_api.http.problems import Problem

log = get_logger(__name__)

RETRY_SECONDS = 2
STATUS = {
    errors.NotFound: 404,
    errors.Forbidden: 403,
    errors.Conflict: 409,
    errors.Invalid: 422,
    errors.Unauthenticated: 401,
}
"""The five kinds in which the domain refuses."""


def translate_failure(error: Exception) -> Problem | None:
    """The problem of an exception that came from the domain or the database; None for any other."""
    if isinstance(error, errors.DomainError):
        return _refusal(error)
    if isinstance(error, exc.TimeoutError | exc.OperationalError | exc.InterfaceError) or _is_read_only(
        error
    ):
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
    if isinstance(error, exc.IntegrityError):
        log.error("integrity_refused_by_database", reason=type(error.orig).__name__)
        return Problem(409, "conflict", "This does not fit with what is stored.")
    return None


def _is_read_only(error: Exception) -> bool:
    """Whether we hold a standby's connection after a failover, or the disk is full and the server was set so."""
    return isinstance(error, exc.InternalError) and isinstance(error.orig, ReadOnlySqlTransaction)


def _refusal(error: errors.DomainError) -> Problem:
    status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
    fields = [{"field": error.field, "message": error.detail}] if error.field else []
    headers = {}
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="flack"'
    if isinstance(error, errors.RequestUnderWay):
        headers["Retry-After"] = "1"
    return Problem(status, error.code, error.detail, errors=fields, headers=headers)
