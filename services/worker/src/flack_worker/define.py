"""How a function becomes a Celery task here: by name, with its time limit, request id, metrics and one log line."""

import time
from collections.abc import Callable
from typing import Any

from celery import Celery, Task
from celery.exceptions import SoftTimeLimitExceeded
from flack_kit.logging import get_logger
from flack_kit.request_id import set_request_id

from flack_worker.metrics import TASK_SECONDS, TASKS, TASKS_IN_HAND
from flack_worker.patience import begun_again

log = get_logger(__name__)


def define(app: Celery, name: str, run: Callable[..., Any], *, seconds: float) -> None:
    """Register `run` under `name`. After `seconds` it is stopped and counts as failed."""
    run_patiently = begun_again(run)

    def carry_out(task: Task, **arguments: Any) -> None:
        set_request_id(getattr(task.request, "request_id", None))
        queue = (task.request.delivery_info or {}).get("routing_key", "")
        started = time.monotonic()
        outcome = "failed"
        with TASKS_IN_HAND.labels(queue).track_inprogress():
            try:
                run_patiently(**arguments)
                outcome = "done"
            except SoftTimeLimitExceeded:
                outcome = "too_slow"
                raise
            finally:
                took = time.monotonic() - started
                TASKS.labels(name, outcome).inc()
                TASK_SECONDS.labels(name).observe(took)
                log.info("task_ended", task=name, outcome=outcome, seconds=round(took, 3), **_ids(arguments))
                set_request_id(None)

    app.task(
        carry_out,
        name=name,
        bind=True,
        shared=False,
        time_limit=seconds,
        soft_time_limit=seconds,
        typing=False,
    )


def _ids(arguments: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in arguments.items() if key.endswith("_id")}
