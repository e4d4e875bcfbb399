"""A task begins again while the database is away, and only then, and not for ever."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from flack_worker.patience import begun_again
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError


def broken() -> DBAPIError:
    return OperationalError("select", {}, psycopg.OperationalError("closed"), connection_invalidated=True)


def refused() -> DBAPIError:
    return OperationalError("", {}, psycopg.OperationalError("connection refused"))


class Clock:
    """Time that passes only by waiting."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def failing(times: int, error: Exception) -> Callable[..., Any]:
    left = [times]

    def run(*, number: int) -> int:
        if left[0]:
            left[0] -= 1
            raise error
        return number

    return run


@pytest.mark.parametrize("error", [broken(), refused()], ids=["broken", "refused"])
def test_it_begins_again_until_the_database_answers(error: DBAPIError) -> None:
    clock = Clock()
    assert begun_again(failing(6, error), clock=clock, sleep=clock.sleep)(number=7) == 7
    assert clock.now == pytest.approx(0.1 + 0.2 + 0.4 + 0.8 + 1.6 + 3.2)


def test_it_gives_up_when_the_database_stays_away() -> None:
    clock = Clock()
    with pytest.raises(OperationalError):
        begun_again(failing(1000, broken()), away_seconds=40, clock=clock, sleep=clock.sleep)(number=7)
    assert 30 < clock.now <= 40


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("select", {}, psycopg.errors.QueryCanceled("too slow")),
        IntegrityError("insert", {}, psycopg.errors.UniqueViolation("there already")),
        ValueError("a fault of the program"),
    ],
    ids=["statement timeout", "constraint", "other"],
)
def test_what_the_database_answered_is_no_reason_to_begin_again(error: Exception) -> None:
    clock = Clock()
    with pytest.raises(type(error)):
        begun_again(failing(1, error), clock=clock, sleep=clock.sleep)(number=7)
    assert clock.now == 0
