"""The tasks that Celery's pools are compared by. `REDIS_URL` says where the queue is, `BENCH_POOL` which one it is."""

import os
import time

import redis
from celery import Celery

POOL = os.environ.get("BENCH_POOL", "")
app = Celery("jobs", broker=os.environ.get("REDIS_URL"), set_as_current=False)
app.conf.update(
    task_ignore_result=True, task_default_queue=f"bench-{POOL}", broker_connection_retry_on_startup=True
)
counters = redis.Redis.from_url(os.environ.get("REDIS_URL", "redis://"))


@app.task(name="count")
def count() -> None:
    """Be counted, by one command to Redis."""
    counters.incr(f"bench:{POOL}:counted")


@app.task(name="wait")
def wait(seconds: float) -> None:
    """Be counted, then wait as tasks do for web sites."""
    count()
    time.sleep(seconds)
    count()
