"""Throwing away what nobody needs any more: old events, keys, tokens, invites, tasks with their exports."""

from celery import Celery
from flack_domain.actions import cleanup
from flack_kit.logging import get_logger

from flack_worker.context import Context
from flack_worker.define import define
from flack_worker.names import CLEANUP_RUN

log = get_logger(__name__)


def define_cleanup(app: Celery, context: Context) -> None:
    """Register the task."""

    def run() -> None:
        with context.sessions() as session:
            deleted = cleanup.run(session)
        log.info("cleaned_up", **{name: count for name, count in deleted.items() if count})

    define(app, CLEANUP_RUN, run, seconds=600)
