"""How to connect: one engine a process, one session a request or task."""

from collections.abc import Callable

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

from flack_domain.outbox import Delivery

CONNECT_SECONDS = 5
STATEMENT_MILLISECONDS = 30_000


def make_engine(database_url: str, *, pool_size: int = 10, pool_timeout: float = 5.0) -> Engine:
    """An engine that gives up soon where PostgreSQL is away, so that callers can answer 503."""
    return create_engine(
        database_url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_timeout,
        pool_recycle=1800,
        connect_args=connect_arguments(),
    )


def connect_arguments() -> dict[str, str | int]:
    """What psycopg is told at every connect; for those who make their engine by other means."""
    return {
        "connect_timeout": CONNECT_SECONDS,
        "keepalives_idle": 30,
        "tcp_user_timeout": 20_000,
        "options": f"-c statement_timeout={STATEMENT_MILLISECONDS} -c timezone=UTC"
        " -c idle_in_transaction_session_timeout=60000",
    }


def session_factory(
    engine: Engine, *, publish: Callable[[Delivery], None] | None = None
) -> "sessionmaker[Session]":
    """Makes sessions as actions need them. `publish` is called after each commit of an action; it must not raise."""
    return sessionmaker(engine, expire_on_commit=False, info={"publish": publish} if publish else {})
