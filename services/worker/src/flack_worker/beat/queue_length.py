"""How many tasks there are, waiting or in hand: what the worker's autoscaler goes by."""

from redis import Redis

from flack_worker.metrics import QUEUE_LENGTH, TASKS_OPEN
from flack_worker.queues import QUEUES, unacknowledged_key


def queue_lengths(redis: "Redis") -> dict[str, int]:
    """Tasks of each queue that are not done yet. A worker that has a task in hand must not be scaled away."""
    pipe = redis.pipeline(transaction=False)
    for queue in QUEUES:
        pipe.llen(queue)
        pipe.hlen(unacknowledged_key(queue))
    numbers = pipe.execute()
    return {queue: numbers[2 * i] + numbers[2 * i + 1] for i, queue in enumerate(QUEUES)}


def measure(redis: "Redis") -> None:
    """Put the lengths into the metrics."""
    lengths = queue_lengths(redis)
    for queue, length in lengths.items():
        QUEUE_LENGTH.labels(queue).set(length)
    TASKS_OPEN.set(sum(lengths.values()))
