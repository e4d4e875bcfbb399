"""The Celery application: one for each queue, so that each has slots, prefetch and tasks in hand of its own."""

from typing import Any

from celery import Celery
from flack_contracts.tasks import QUEUE_DEFAULT, QUEUE_PREVIEWS
from kombu.entity import Exchange, Queue

QUEUES = (QUEUE_DEFAULT, QUEUE_PREVIEWS)

LONGEST_TASK_SECONDS = 1800
VISIBILITY_SECONDS = 2 * LONGEST_TASK_SECONDS
"""When Redis gives an unacknowledged task to somebody else. A task that is still running must never come twice."""
SOCKET_SECONDS = 10.0
"""Longer than the second for which kombu waits at Redis for a task, or every idle wait would look like a failure."""


def unacknowledged_key(queue: str) -> str:
    """The Redis hash of a queue's tasks in hand. One a queue, so that its size can be told exactly."""
    return f"unacked:{queue}"


def make_celery(redis_url: str, queue: str = QUEUE_DEFAULT) -> Celery:
    """A Celery application that consumes one queue and can send to all."""
    app = Celery(f"flack-{queue}", broker=redis_url, set_as_current=False, fixups=[])
    app.conf.update(_configuration(queue))
    return app


def _configuration(queue: str) -> dict[str, Any]:
    return {
        "task_serializer": "json",
        "result_serializer": "json",
        "accept_content": ["json"],
        "task_ignore_result": True,
        "task_queues": [Queue(queue, Exchange(queue), routing_key=queue)],  # type: ignore[no-untyped-call]
        "task_default_queue": queue,
        "task_default_exchange": queue,
        "task_default_routing_key": queue,
        # At least once: a task is acknowledged when it is done, and comes again when its worker was lost.
        "task_acks_late": True,
        "task_acks_on_failure_or_timeout": True,  # what fails by itself is not tried again by the broker
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        # The broker may be away for as long as it likes, at the start as well as later.
        "broker_connection_retry": True,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_transport": "flack_worker.transport:Transport",
        "broker_connection_timeout": 3,
        "task_publish_retry": False,
        "broker_transport_options": {
            "visibility_timeout": VISIBILITY_SECONDS,
            "unacked_key": unacknowledged_key(queue),
            "unacked_index_key": f"unacked_index:{queue}",
            "unacked_mutex_key": f"unacked_mutex:{queue}",
            "socket_timeout": SOCKET_SECONDS,
            "socket_connect_timeout": 3.0,
            "socket_keepalive": True,
        },
        "redis_socket_timeout": SOCKET_SECONDS,
        # Nobody talks to the workers through the broker: fewer connections, fewer keys, less work while idle.
        "worker_enable_remote_control": False,
        "worker_send_task_events": False,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "enable_utc": True,
        "timezone": "UTC",
    }
