"""How to connect: one engine a process, one session a request or task."""

from collections.abc import Callable

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

from flack_domain.outbox import Delivery

CONNECT_SECONDS = 5
STATEMENT_MILLISECONDS = 30_000
IDLE_MILLISECONDS = 60_000
"""Of a transaction in which nothing is asked."""


def make_engine(
    database_url: str, *, pool_size: int = 10, pool_timeout: float = 5.0, patient: bool = False
) -> Engine:
    """An engine that gives up soon where PostgreSQL is away, so that callers can answer 503.

    A `patient` one lets statements and transactions take as long as they do: for whole installations at once.
    """
    return create_engine(
        database_url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_timeout,
        pool_recycle=1800,
        connect_args=connect_arguments(patient=patient),
    )


def connect_arguments(*, patient: bool = False) -> dict[str, str | int]:
    """What psycopg is told at every connect; for those who make their engine by other means."""
    statement, idle = (0, 0) if patient else (STATEMENT_MILLISECONDS, IDLE_MILLISECONDS)
    return {
        "connect_timeout": CONNECT_SECONDS,
        "keepalives_idle": 30,
        "tcp_user_timeout": 20_000,
        "options": f"-c statement_timeout={statement} -c timezone=UTC"
        f" -c idle_in_transaction_session_timeout={idle}",
    }


def session_factory(
    engine: Engine, *, publish: Callable[[Delivery], None] | None = None
) -> "sessionmaker[Session]":
    """Makes sessions as actions need them. `publish` is called after each commit of an action; it must not raise."""
    return sessionmaker(engine, expire_on_commit=False, info={"publish": publish} if publish else {})
