"""gunicorn with one gevent worker, started in process: a service's `__main__` is two lines.

One worker process a container: the autoscaler counts containers, and metrics need no merging. gunicorn's master
stays as process 1, which reaps children and passes signals on.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication

from flack_kit.health import Health, serve_health_in_gevent
from flack_kit.listen import listen
from flack_kit.logging import configure_logging, get_logger
from flack_kit.settings import ServiceSettings

if TYPE_CHECKING:
    from flask import Flask

log = get_logger(__name__)

_QUIET_SECONDS = 2
"""How long nobody must have come before the door is closed."""


class _Application(BaseApplication):  # type: ignore[misc]  # gunicorn publishes no types
    def __init__(self, make: Callable[[Health], "Flask"], options: dict[str, Any], health: Health) -> None:
        self._make, self._options, self._health = make, options, health
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> "Flask":
        return self._make(self._health)


def serve(
    name: str,
    settings: ServiceSettings,
    make_app: Callable[[Health], "Flask"],
    *,
    on_drain: Callable[["Flask"], None] | None = None,
    **options: Any,
) -> None:
    """Serve an application until SIGTERM, then drain: readiness fails, whoever still comes is served, each connection's
    answer is its last. It ends when nobody has come for two seconds or `drain_seconds` are over, and requests in hand
    have been answered.

    `make_app` is called once, in the worker process. `on_drain` is done instead of waiting for quiet. `options` are
    gunicorn's own.
    """
    configure_logging(name, level=settings.log_level, log_format=settings.log_format)
    health = Health()

    def started(worker: Any) -> None:
        serve_health_in_gevent(health, settings.bind, settings.metrics_port)
        health.started = True
        log.info("service_started", port=settings.port, metrics_port=settings.metrics_port)

        def drain() -> None:
            health.draining = True
            log.info("drain_started")
            if on_drain:
                on_drain(worker.wsgi)
            else:
                worker.wait_until_quiet(_QUIET_SECONDS, settings.drain_seconds)

        worker.drain = drain

    listener = listen(settings.bind, settings.port, backlog=options.pop("backlog", 2048))
    gunicorn_options = {
        "bind": f"fd://{listener.detach()}",
        "worker_class": "flack_kit.worker.DrainingWorker",
        "workers": 1,
        "worker_connections": 20_000,
        "graceful_timeout": int(settings.graceful_timeout),
        "timeout": 30,
        # Longer than load balancers keep an idle connection (Traefik 90 s, Google's 600 s), so none meets a closed one.
        "keepalive": 620,
        "post_worker_init": started,
        "accesslog": None,
        "logger_class": "flack_kit.gunicorn_log.Logger",
        "worker_tmp_dir": "/dev/shm",  # noqa: S108 (gunicorn's heartbeat file; memory, so that a slow disk kills nobody)
        "proc_name": f"flack-{name}",
        "control_socket_disable": True,
        **options,
    }
    _Application(make_app, gunicorn_options, health).run()
