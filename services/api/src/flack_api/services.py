"""What the views of this process share, made once by `create_app`."""

from collections.abc import Callable
from dataclasses import dataclass, field

from flack_kit.jwt import Signer
from flack_kit.queue import TaskSender
from flask import current_app
from redis import Redis
from sqlalchemy import Engine

from flack_api.ended import EndedSessions
from flack_api.outbox import Outbox
from flack_api.settings import ApiSettings


@dataclass(frozen=True, slots=True)
class Services:
    """Connections and keys; each connects on first use and is safe to share between requests."""

    settings: ApiSettings
    engine: Engine
    redis: Redis
    outbox: Outbox
    tasks: TaskSender
    signer: Signer
    ended: EndedSessions
    before_close: list[Callable[[], None]] = field(default_factory=list)
    """What else uses the connections and must end before they do."""

    def close(self) -> None:
        """Send and mark what is left, then let go of the connections."""
        for end in self.before_close:
            end()
        self.ended.close()
        self.outbox.close()
        self.redis.close()
        self.engine.dispose()


def services() -> Services:
    """Those of the application in hand."""
    found = current_app.extensions["flack_services"]
    assert isinstance(found, Services)
    return found
