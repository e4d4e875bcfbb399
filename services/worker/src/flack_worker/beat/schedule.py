"""Celery's beat: which tasks are sent to the workers, and when."""

import threading
from collections.abc import Callable
from typing import Any

from celery import Celery
from celery.beat import Scheduler, Service
from celery.exceptions import CeleryError
from flack_contracts.tasks import QUEUE_DEFAULT
from flack_kit.logging import get_logger
from kombu.exceptions import KombuError

from flack_worker.names import CLEANUP_RUN, PREVIEWS_SWEEP, TASKS_SWEEP

log = get_logger(__name__)

# A sweep that nobody took by the time of the next one is not worth keeping: `expires`.
SCHEDULE: dict[str, dict[str, Any]] = {
    name: {"task": name, "schedule": seconds, "options": {"queue": QUEUE_DEFAULT, "expires": seconds}}
    for name, seconds in ((TASKS_SWEEP, 15.0), (PREVIEWS_SWEEP, 30.0), (CLEANUP_RUN, 600.0))
}


def make_service(app: Celery, leads: Callable[[], bool]) -> Service:
    """A beat service that keeps its schedule in memory (the root file system is read-only) and sends while it leads."""

    class WhileLeading(Scheduler):  # type: ignore[misc]  # celery publishes no types
        def tick(self, *arguments: Any, **options: Any) -> float:
            return float(super().tick(*arguments, **options)) if leads() else 1.0

        def apply_entry(self, entry: Any, producer: Any = None) -> None:
            try:
                self.apply_async(entry, producer=producer, advance=False)
            except (CeleryError, KombuError, OSError) as error:
                log.warning("task_not_sent", task=entry.task, reason=type(error).__name__)

    app.conf.beat_schedule = SCHEDULE
    app.conf.beat_max_loop_interval = 1
    app.conf.beat_enable_remote_control = False
    return Service(app, scheduler_cls=WhileLeading)


def start_service(service: Service) -> threading.Thread:
    """Run the service in a thread."""
    thread = threading.Thread(target=service.start, name="celery-beat", daemon=True)
    thread.start()
    return thread
