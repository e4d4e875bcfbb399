"""Deferred requests that nobody works on: api could not send them, or their worker died. They are sent again."""

from celery import Celery
from flack_contracts.tasks import EXPORT_RUN, IMPORT_RUN
from flack_domain.actions import exports, imports, tasks
from flack_kit.logging import get_logger

from flack_worker.context import Context
from flack_worker.define import define
from flack_worker.names import TASKS_SWEEP

log = get_logger(__name__)

RUN_BY = {exports.KIND: EXPORT_RUN, imports.KIND: IMPORT_RUN}
"""Which task carries out a kind of deferred request; each takes the argument `task_id`."""
RUNNING_SECONDS = 30
"""A running task reports its progress far more often; when it was silent for so long its worker is dead."""


def define_sweep(app: Celery, context: Context) -> None:
    """Register the task."""

    def sweep() -> None:
        with context.sessions() as session:
            stalled = tasks.stalled(session, running_seconds=RUNNING_SECONDS)
        for task in stalled:
            if task.kind in RUN_BY:
                context.sender.send(RUN_BY[task.kind], task_id=task.id)
                log.info("task_sent_again", task_id=task.id, kind=task.kind)

    define(app, TASKS_SWEEP, sweep, seconds=60)
