"""`python -m flack_worker worker`: carries out tasks until it is told to stop."""

import logging
import signal
import time
from collections.abc import Sequence

import gevent
from flack_kit.health import Health, serve_health_in_gevent
from flack_kit.logging import configure_logging, get_logger
from flack_kit.settings import load_settings
from gevent.event import Event

from flack_worker.consumers import Consumer, give_tasks_back, stop_consuming
from flack_worker.context import Context, make_context
from flack_worker.queues import QUEUES, make_celery
from flack_worker.settings import WorkerSettings
from flack_worker.stuck import StuckCheck
from flack_worker.tasks import define_tasks

log = get_logger(__name__)

GIVE_BACK_SECONDS = 8.0
"""How long consumers are given to put tasks back: each looks at its orders every second, twice at the end."""


def run_worker() -> int:
    """Run until SIGTERM (finish what is in hand) or SIGQUIT (give it back). Answers the exit status."""
    settings = load_settings(WorkerSettings)
    configure_logging("worker", level=settings.log_level, log_format=settings.log_format)
    for chatty in ("celery.worker.strategy", "celery.app.trace"):  # each task has one line of ours
        logging.getLogger(chatty).setLevel(logging.WARNING)
    context = make_context(settings)
    health = Health()
    serve_health_in_gevent(health, settings.bind, settings.metrics_port)
    stop, quit_now = Event(), Event()
    gevent.signal_handler(signal.SIGTERM, stop.set)
    gevent.signal_handler(signal.SIGINT, stop.set)
    gevent.signal_handler(signal.SIGQUIT, lambda: (quit_now.set(), stop.set()))
    consumers = _consumers(settings, context)
    health.check_live(lambda: None if stop.is_set() else _ended(consumers))
    health.check_ready(
        lambda: None if all(consumer.ready for consumer in consumers) else "waiting for the broker"
    )
    stuck = StuckCheck(context.redis, consumers)
    health.check_live(stuck.reason)
    for consumer in consumers:
        consumer.start()
    health.started = True
    log.info("service_started", metrics_port=settings.metrics_port, queues=list(QUEUES))
    while not stop.wait(1.0):
        stuck.look()
        if settings.heartbeat_file and health.not_live() is None:
            settings.heartbeat_file.touch()
    health.draining = True
    _shut_down(settings, consumers, quit_now)
    context.close()
    return 0


def _consumers(settings: WorkerSettings, context: Context) -> list[Consumer]:
    slots = dict(zip(QUEUES, (settings.concurrency, settings.preview_concurrency), strict=True))
    consumers = []
    for queue in QUEUES:
        app = make_celery(settings.redis_url.get_secret_value(), queue)
        define_tasks(app, context)
        consumers.append(Consumer(app, slots[queue]))
    app.set_default()  # a greenlet that runs a task looks its name up in the default application; all have the same
    return consumers


def _ended(consumers: Sequence[Consumer]) -> str | None:
    return next((f"consumer of {consumer.queue} ended" for consumer in consumers if consumer.ended), None)


def _shut_down(settings: WorkerSettings, consumers: Sequence[Consumer], quit_now: Event) -> None:
    """Warm first; what is still running when the graceful timeout ends goes back to the queue."""
    log.info("drain_started", tasks=sum(consumer.in_hand for consumer in consumers))
    stop_consuming()
    end = time.monotonic() + settings.graceful_timeout
    while time.monotonic() < end and not quit_now.is_set() and not all(c.ended for c in consumers):
        quit_now.wait(0.1)
    if not all(consumer.ended for consumer in consumers):
        log.warning("tasks_given_back", tasks=give_tasks_back())
        for consumer in consumers:
            consumer.kill_tasks()
        gevent.joinall([gevent.spawn(consumer.join, GIVE_BACK_SECONDS) for consumer in consumers])
    log.info("drain_ended")
