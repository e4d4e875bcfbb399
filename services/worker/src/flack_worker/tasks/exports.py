"""A person's export. Every page that is written raises the task's progress; if this worker dies, a sweep has
another one begin again."""

from celery import Celery
from flack_contracts.tasks import EXPORT_RUN
from flack_domain.actions import exports

from flack_worker.context import Context
from flack_worker.define import define
from flack_worker.queues import LONGEST_TASK_SECONDS


def define_exports(app: Celery, context: Context) -> None:
    """Register the task."""

    def run(*, task_id: str) -> None:
        with context.sessions() as session:
            exports.build(session, task_id)

    define(app, EXPORT_RUN, run, seconds=LONGEST_TASK_SECONDS)
