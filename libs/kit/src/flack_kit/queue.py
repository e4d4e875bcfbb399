"""Handing tasks to Celery without waiting for the broker.

Like the bus, this never blocks or raises: what cannot be sent is dropped, and a sweep in worker finds by the rows of
the database what was never started.
"""

import threading
from collections import deque
from typing import Any

from celery import Celery
from kombu.exceptions import OperationalError

from flack_kit.logging import get_logger
from flack_kit.metrics import PUBLISH_FAILURES
from flack_kit.request_id import current_request_id

log = get_logger(__name__)


class TaskSender:
    """Sends tasks by name from a thread of its own (a greenlet under gevent)."""

    def __init__(self, redis_url: str, *, max_queued: int = 5_000) -> None:
        self._app = Celery(broker=redis_url, set_as_current=False)
        self._app.conf.update(
            task_serializer="json",
            accept_content=["json"],
            task_ignore_result=True,
            broker_transport_options={"socket_connect_timeout": 2, "socket_timeout": 2},
            broker_connection_retry=False,
        )
        self._queue: deque[tuple[str, dict[str, Any], str, str | None]] = deque()
        self._max = max_queued
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def send(self, name: str, *, queue: str = "default", **arguments: Any) -> bool:
        """Queue a task; arguments are plain JSON values. False where it was dropped because too many wait."""
        if len(self._queue) >= self._max:
            PUBLISH_FAILURES.inc()
            return False
        self._queue.append((name, arguments, queue, current_request_id()))
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="task-sender", daemon=True)
            self._thread.start()
        self._wake.set()
        return True

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            while self._queue:
                self._send_one(*self._queue.popleft())

    def _send_one(self, name: str, arguments: dict[str, Any], queue: str, request_id: str | None) -> None:
        headers = {"request_id": request_id} if request_id else {}
        try:
            self._app.send_task(
                name, kwargs=arguments, queue=queue, headers=headers, retry=False, ignore_result=True
            )
        except (OperationalError, OSError) as error:
            PUBLISH_FAILURES.inc()
            log.warning("task_not_sent", task=name, reason=type(error).__name__)
