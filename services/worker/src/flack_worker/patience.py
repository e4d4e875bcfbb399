"""A database that is away for a moment fails no task: the task begins again once it answers.

Without this, whoever was first to use a connection that broke while it lay idle would fail, and a sweep would find
the task half a minute later, if that sweep itself did not take the next broken connection.
"""

import time
from collections.abc import Callable
from typing import Any

from flack_kit.logging import get_logger
from sqlalchemy.exc import DBAPIError, OperationalError

log = get_logger(__name__)

AWAY_SECONDS = 40.0
"""How long a task waits for the database: less than the shortest time limit of a task, so that the error is told."""
FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 5.0


def begun_again(
    run: Callable[..., Any],
    *,
    away_seconds: float = AWAY_SECONDS,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Callable[..., Any]:
    """`run`, begun again while the database is away. Tasks may be carried out more than once, so this is safe.

    Raises what `run` raises: anything else at once, and the database's error when it stays away for `away_seconds`.
    """

    def patient(**arguments: Any) -> Any:
        deadline, wait = clock() + away_seconds, FIRST_WAIT_SECONDS
        while True:
            try:
                return run(**arguments)
            except DBAPIError as error:
                if not is_away(error) or clock() + wait > deadline:
                    raise
                log.warning("task_waits", reason="database away", seconds=wait)
            sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)

    return patient


def is_away(error: DBAPIError) -> bool:
    """Whether the connection broke or none could be made. What the server itself answers has an SQLSTATE."""
    unanswered = getattr(error.orig, "sqlstate", None) is None
    return error.connection_invalidated or (isinstance(error, OperationalError) and unanswered)
