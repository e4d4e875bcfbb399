"""Celery workers inside this process: one for each queue, in greenlets of one event loop.

Why gevent and not Celery's default of forked children: every task here waits (for web sites, for PostgreSQL), none
computes for long, and one process instead of three saves some 100 MiB a pod. Why a worker a queue: Celery counts
slots a worker, not a queue, so with one worker for both sixteen slow web sites would hold every slot, exports' too.
"""

from typing import Any

import gevent
from celery import Celery
from celery.concurrency.gevent import TaskPool
from celery.worker import WorkController, state
from flack_kit.logging import get_logger

log = get_logger(__name__)


class Consumer:
    """One Celery worker: it consumes the queue of its application."""

    def __init__(self, app: Celery, slots: int) -> None:
        self.queue: str = app.conf.task_default_queue
        self._worker = WorkController(
            app=app, pool_cls=TaskPool, concurrency=slots, without_gossip=True, without_mingle=True,
            without_heartbeat=True, ready_callback=self._on_ready, hostname=f"{self.queue}@flack",
        )  # fmt: skip
        self.ready = False
        self._greenlet: Any = None

    def start(self) -> None:
        """Begin to consume, as soon as the broker is there."""
        self._greenlet = gevent.spawn(self._worker.start)

    def _on_ready(self, _consumer: Any) -> None:
        self.ready = True
        log.info("consumer_ready", queue=self.queue)

    @property
    def ended(self) -> bool:
        """Whether it consumes no more, be it by request or by a fault."""
        return self._greenlet is not None and bool(self._greenlet.dead)

    @property
    def in_hand(self) -> int:
        """How many tasks it runs now."""
        pool = getattr(self._worker.pool, "_pool", None)
        return len(pool) if pool is not None else 0

    def kill_tasks(self) -> None:
        """Stop the tasks in hand without acknowledging them: closing the connection puts them back into the queue."""
        pool = getattr(self._worker.pool, "_pool", None)
        if pool is not None:
            pool.kill(block=False)

    def join(self, seconds: float) -> bool:
        """Wait until it ended. False where it did not in time."""
        gevent.joinall([self._greenlet], timeout=seconds)
        return self.ended


def stop_consuming() -> None:
    """Warm shutdown of every consumer of this process: no new task, those in hand are finished."""
    state.should_stop = 0


def give_tasks_back() -> int:
    """Make sure that tasks killed from now on are not acknowledged. Answers how many are in hand."""
    active = list(state.active_requests)
    for request in active:
        request.acknowledged = (
            True  # makes `acknowledge()` do nothing; the message stays unacknowledged at the broker
        )
    return len(active)
