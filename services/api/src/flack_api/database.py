"""The process's engine and the request's session."""

from flack_domain.database import make_engine, session_factory
from flask import Flask, current_app, g, request
from gevent import monkey
from sqlalchemy import Engine, event, exc
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from flack_api.outbox import Outbox
from flack_api.settings import ApiSettings

# The operating system's poll: gevent's would go through the event loop even to ask without waiting.
_poll, _POLLIN = monkey.get_original("select", "poll"), 1


def connect_database(settings: ApiSettings) -> Engine:
    """The engine of this process. It connects on first use; under gevent its waits are cooperative."""
    engine = make_engine(
        settings.database_url.get_secret_value(),
        pool_size=settings.database_pool_size,
        pool_timeout=settings.database_pool_seconds,
    )
    event.listen(engine, "checkout", _refuse_closed)
    return engine


def _refuse_closed(
    connection: DBAPIConnection, _entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection
) -> None:
    """Replace a connection that the server closed while it lay in the pool.

    Such a connection's socket is readable (it holds the goodbye); a good idle one never is. Asking the socket costs
    one system call where SQLAlchemy's own `pool_pre_ping` costs a round trip.
    """
    poll = _poll()
    poll.register(connection.fileno(), _POLLIN)
    if poll.poll(0):
        raise exc.DisconnectionError("closed by the server")


def init_database(app: Flask, engine: Engine, outbox: Outbox) -> None:
    """Give every request of `app` a session of its own, made when first asked for and closed at its end."""
    app.extensions["flack_engine"] = engine
    app.extensions["flack_sessions"] = session_factory(engine, publish=outbox.publish)
    # One statement needs no transaction of its own: BEGIN and ROLLBACK are two round trips that reads are spared.
    reading = engine.execution_options(isolation_level="AUTOCOMMIT")
    app.extensions["flack_reading_sessions"] = session_factory(reading)

    @app.teardown_appcontext
    def close_session(_error: BaseException | None) -> None:
        session: Session | None = g.pop("session", None)
        if session is not None:
            session.close()


def read_without_transaction() -> None:
    """Before a request that only reads: its session sends its statements alone."""
    if request.method in {"GET", "HEAD"} and "session" not in g:
        g.session = current_app.extensions["flack_reading_sessions"]()


def current_session() -> Session:
    """This request's database session."""
    if "session" not in g:
        g.session = current_app.extensions["flack_sessions"]()
    session: Session = g.session
    return session
