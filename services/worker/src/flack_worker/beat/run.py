"""`python -m flack_worker beat`: the process."""

import signal
import threading
from functools import partial

from flack_domain.actions import v1_sweep
from flack_kit.health import Health, serve_health_in_thread
from flack_kit.logging import configure_logging, get_logger
from flack_kit.settings import load_settings

from flack_worker.beat import heads, v1
from flack_worker.beat.leader import Leader
from flack_worker.beat.loops import Loop
from flack_worker.beat.queue_length import measure
from flack_worker.beat.relay import Relay
from flack_worker.beat.schedule import make_service, start_service
from flack_worker.context import Context, make_context
from flack_worker.queues import make_celery
from flack_worker.scale.cluster import ClusterSource
from flack_worker.scale.processes import ProcessSource
from flack_worker.scale.snapshot import Snapshots
from flack_worker.settings import WorkerSettings

log = get_logger(__name__)

JOIN_SECONDS = 5.0


def run_beat() -> int:
    """Run until SIGTERM. Answers the exit status."""
    settings = load_settings(WorkerSettings)
    configure_logging("beat", level=settings.log_level, log_format=settings.log_format)
    context = make_context(settings)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, lambda *_: stop.set())
    health = Health()
    serve_health_in_thread(health, settings.bind, settings.metrics_port)
    leader = Leader(context.engine)
    guard = threading.Thread(target=leader.run, args=(stop,), name="leader", daemon=True)
    guard.start()
    service = make_service(make_celery(settings.redis_url.get_secret_value()), lambda: leader.leads)
    clock = start_service(service)
    loops = _loops(context, leader)
    for loop in loops:
        loop.start(stop)
    health.check_live(lambda: next((f"{loop.name} ended" for loop in loops if loop.ended), None))
    health.check_live(lambda: None if clock.is_alive() and guard.is_alive() else "a thread ended")
    health.started = True
    log.info("service_started", metrics_port=settings.metrics_port)
    while not stop.wait(1.0):
        if settings.heartbeat_file and health.not_live() is None:
            settings.heartbeat_file.touch()
    log.info("drain_started")
    health.draining = True
    for loop in loops:
        loop.join(JOIN_SECONDS)
    guard.join(JOIN_SECONDS)
    context.close()
    log.info("drain_ended")
    return 0


def _loops(context: Context, leader: Leader) -> list[Loop]:
    relay = Relay(context)
    snapshots = _snapshots(context, relay)
    leads = lambda: leader.leads  # noqa: E731
    return [
        Loop("relay", 1.0, relay.step, only_if=leads),
        Loop("heads", heads.SECONDS, heads.HeadsDigest(context).step, only_if=leads),
        Loop("v1", v1_sweep.EVERY_SECONDS, partial(v1.sweep, context), only_if=leads),
        Loop("queue-length", 5.0, partial(measure, context.redis)),
        Loop("snapshots", 2.0, snapshots.step, only_if=leads),
    ]


def _snapshots(context: Context, relay: Relay) -> Snapshots:
    settings = context.settings
    if settings.namespace:
        source = ClusterSource(settings.namespace, settings.release)
        return Snapshots(context.redis, source, "kubernetes", lambda: relay.lag_seconds)
    if settings.processes_file:
        return Snapshots(
            context.redis, ProcessSource(settings.processes_file), "processes", lambda: relay.lag_seconds
        )
    return Snapshots(context.redis, None, "none", lambda: relay.lag_seconds)
