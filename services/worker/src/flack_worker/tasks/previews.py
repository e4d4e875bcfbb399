"""Link previews: fetch what a message's links say of themselves, and have the domain put it onto the message."""

from celery import Celery
from flack_contracts.tasks import PREVIEW_FETCH, QUEUE_PREVIEWS
from flack_domain.actions import previews as actions
from flack_domain.actions import v1_jobs
from flack_domain.queries import messages, previews
from flack_kit.logging import get_logger
from redis.exceptions import RedisError

from flack_worker.context import Context
from flack_worker.define import define
from flack_worker.names import PREVIEWS_SWEEP
from flack_worker.previews.fetch import Fetcher, Limits
from flack_worker.previews.gather import Gathered, gather
from flack_worker.previews.links import expansions_of, links_of, previews_of
from flack_worker.previews.memory import FetchMemory
from flack_worker.previews.origins import OriginPolicy

log = get_logger(__name__)


class Previews:
    """Fetches the links of messages."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._memory = FetchMemory(context.redis)
        self._fetcher = Fetcher(
            OriginPolicy(context.settings.allowed_origins), Limits(seconds=context.settings.preview_seconds)
        )

    def fetch(self, *, message_id: int) -> None:
        """Fetch one message's links. No connection to the database is held meanwhile."""
        with self._context.sessions() as session:
            message = messages.for_preview(session, message_id)
            if message is None:
                v1_jobs.expanded(session, message_id)
                return
        links = links_of(message)
        found = gather(self._fetcher, links.all) if links.all else Gathered()
        if found.busy and self._may_wait(message.id, message.revision):
            log.info("preview_waits", message_id=message_id)
            return  # a sweep sends it again
        with self._context.sessions() as session:
            actions.attach(
                session,
                message_id,
                revision=message.revision,
                previews=previews_of(links.shown, found.pages),
                expansions_v1=expansions_of(links.v1, found.pages),
            )
            if message.is_general:
                v1_jobs.expanded(session, message_id)
        self._remember(message.id, message.revision)
        log.info("links_fetched", message_id=message_id, links=len(links.all), pages=len(found.pages))

    def sweep(self) -> None:
        """Send what was never sent, because Redis was away or a worker died, and what waited for a busy host."""
        with self._context.sessions() as session:
            waiting = previews.waiting(session)
        for message_id in self._memory.not_dealt_with(waiting):
            self._context.sender.send(PREVIEW_FETCH, queue=QUEUE_PREVIEWS, message_id=message_id)

    def _may_wait(self, message_id: int, revision: int) -> bool:
        try:
            return self._memory.may_wait(message_id, revision)
        except RedisError:
            return False

    def _remember(self, message_id: int, revision: int) -> None:
        try:
            self._memory.dealt_with(message_id, revision)
        except RedisError as error:  # the sweep will have it fetched once more
            log.info("fetch_not_remembered", message_id=message_id, reason=type(error).__name__)


def define_previews(app: Celery, context: Context) -> None:
    """Register the tasks of this feature."""
    previews = Previews(context)
    define(app, PREVIEW_FETCH, previews.fetch, seconds=60)
    define(app, PREVIEWS_SWEEP, previews.sweep, seconds=60)
