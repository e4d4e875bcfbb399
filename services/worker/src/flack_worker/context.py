"""What the tasks of one process share, made once at its start."""

from dataclasses import dataclass

from flack_domain.database import make_engine, session_factory
from flack_domain.rendering.v1_objects import message_packet
from flack_kit.queue import TaskSender
from flack_kit.redis import connect_redis
from redis import Redis
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker

from flack_worker.publish import Publisher
from flack_worker.settings import WorkerSettings


@dataclass(frozen=True, slots=True)
class Context:
    """Connections; each connects on first use."""

    settings: WorkerSettings
    engine: Engine
    sessions: "sessionmaker[Session]"
    redis: Redis
    publisher: Publisher
    sender: TaskSender

    def close(self) -> None:
        """Let go of the connections."""
        self.redis.close()
        self.engine.dispose()


def make_context(settings: WorkerSettings) -> Context:
    """Everything that a task needs. Connects to nothing yet."""
    engine = make_engine(settings.database_url.get_secret_value(), pool_size=settings.database_pool_size)
    redis = connect_redis(settings.redis_url.get_secret_value())
    publisher = Publisher(redis, engine, v1_packet=message_packet if settings.v1_enabled else None)
    return Context(
        settings=settings,
        engine=engine,
        sessions=session_factory(engine, publish=publisher.publish),
        redis=redis,
        publisher=publisher,
        sender=TaskSender(settings.redis_url.get_secret_value()),
    )


def database_reachable(engine: Engine) -> bool:
    """Whether PostgreSQL answers. Raises what SQLAlchemy raises where it does not."""
    with engine.connect() as connection:
        return bool(connection.execute(text("select 1")).scalar())
