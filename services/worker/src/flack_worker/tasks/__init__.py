"""The tasks, a file for each feature."""

from celery import Celery

from flack_worker.context import Context
from flack_worker.tasks.cleanup import define_cleanup
from flack_worker.tasks.exports import define_exports
from flack_worker.tasks.imports import define_imports
from flack_worker.tasks.previews import define_previews
from flack_worker.tasks.sweep import define_sweep


def define_tasks(app: Celery, context: Context) -> None:
    """Register every task with an application."""
    for feature in (define_cleanup, define_exports, define_imports, define_previews, define_sweep):
        feature(app, context)
