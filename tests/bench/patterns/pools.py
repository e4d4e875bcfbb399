"""Celery's pools beside each other: children that are forked, and greenlets, twenty of each."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import redis
import servers
from celery import Celery

SLOTS = 20
TASKS = 1000
WAIT_SECONDS = 3.0
POOLS = ("prefork", "gevent")


class Pool:
    """One worker with its queue."""

    def __init__(self, name: str, redis_url: str, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._key, self._queue = f"bench:{name}:counted", f"bench-{name}"
        self._redis = redis.Redis.from_url(redis_url)
        self._app = Celery(broker=redis_url, set_as_current=False)

    def send(self, name: str, times: int, *arguments: float) -> None:
        """Queue tasks, counted from nothing."""
        self._redis.delete(self._key)
        for _ in range(times):
            self._app.send_task(name, args=arguments, queue=self._queue, ignore_result=True)

    def wait_for(self, count: int) -> None:
        """Wait until that many were counted."""
        servers.wait_until(lambda: int(self._redis.get(self._key) or 0) >= count, seconds=60)

    def measure(self) -> dict[str, float]:
        """A task's CPU µs, then what all its processes hold while every slot waits."""
        before = self._cpu()
        self.send("count", TASKS)
        self.wait_for(TASKS)
        time.sleep(0.3)  # acknowledging the last ones is theirs too
        cpu = (self._cpu() - before) / TASKS * 1e6
        self.send("wait", SLOTS, WAIT_SECONDS)
        self.wait_for(SLOTS)
        memory = [process.memory_full_info() for process in self._processes()]
        self.wait_for(2 * SLOTS)
        return {
            "cpu_us": cpu,
            "processes": len(memory),
            "rss": sum(each.rss for each in memory),
            "pss": sum(each.pss for each in memory),
        }

    def _cpu(self) -> float:
        times = [process.cpu_times() for process in self._processes()]
        return sum(used.user + used.system for used in times)

    def _processes(self) -> list[psutil.Process]:
        top = psutil.Process(self._process.pid)
        return [top, *top.children(recursive=True)]


@contextmanager
def pool(name: str, redis_url: str) -> Iterator[Pool]:
    """Start a worker with that pool and wait until it works; end it with TERM."""
    process = subprocess.Popen(
        [
            sys.executable, "-m", "celery", "-A", "jobs", "worker", "-P", name, "-c", str(SLOTS), "-n", f"{name}@bench",
            "--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "error",
        ],
        cwd=Path(__file__).parent, env={**os.environ, "REDIS_URL": redis_url, "BENCH_POOL": name},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        made = Pool(name, redis_url, process)
        made.send("count", SLOTS)
        made.wait_for(SLOTS)
        yield made
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            for child in psutil.Process(process.pid).children(recursive=True):
                child.kill()
            process.kill()
            process.wait()
