"""A channel's import. Every batch raises the task's progress; if this worker dies, a sweep has another one go on from
there."""

from celery import Celery
from flack_contracts.tasks import IMPORT_RUN
from flack_domain.actions import imports

from flack_worker.context import Context
from flack_worker.define import define
from flack_worker.queues import LONGEST_TASK_SECONDS


def define_imports(app: Celery, context: Context) -> None:
    """Register the task."""

    def run(*, task_id: str) -> None:
        with context.sessions() as session:
            imports.run(session, task_id)

    define(app, IMPORT_RUN, run, seconds=LONGEST_TASK_SECONDS)
