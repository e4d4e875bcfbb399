"""How many requests all replicas answered lately: buckets of one second in Redis, in memory while it is away."""

import threading
import time
from collections import Counter

from flack_kit.logging import get_logger
from redis import Redis
from redis.exceptions import RedisError

log = get_logger(__name__)

WINDOW = 15
"""Seconds over which requests are counted."""
_TELL_SECONDS = 1.0
_KEEP_SECONDS = 4 * WINDOW
_CLOSE_SECONDS = 5.0


class RequestCounter:
    """Counts requests. Counting costs no round trip: a thread (a greenlet under gevent) tells Redis each second."""

    def __init__(self, redis: "Redis") -> None:
        self._redis = redis
        self._own: Counter[int] = Counter()
        self._untold: Counter[int] = Counter()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def count(self) -> None:
        """One more request, now."""
        now = int(time.time())
        with self._lock:
            self._own[now] += 1
            self._untold[now] += 1
        if self._thread is None:
            self._thread = threading.Thread(target=self._tell_regularly, name="request-counter", daemon=True)
            self._thread.start()
        self._wake.set()

    def rate(self) -> float:
        """Requests a second of all replicas; of this process alone while Redis is away."""
        now = int(time.time())
        seconds = range(now - WINDOW + 1, now + 1)
        try:
            self._tell()
            counts = self._redis.mget([_key(second) for second in seconds])
            total = sum(int(count) for count in counts if count)
        except RedisError:
            with self._lock:
                total = sum(self._own[second] for second in seconds)
        return total / WINDOW

    def close(self) -> None:
        """Tell what is left, and use Redis no more."""
        self._closing.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(_CLOSE_SECONDS)

    def _tell_regularly(self) -> None:
        while not self._closing.is_set():
            self._wake.wait()
            self._wake.clear()
            self._closing.wait(_TELL_SECONDS)  # requests gather meanwhile
            self._forget()
            try:
                self._tell()
            except RedisError as error:
                log.debug("requests_not_counted", reason=type(error).__name__)

    def _tell(self) -> None:
        with self._lock:
            untold, self._untold = self._untold, Counter()
        pipe = self._redis.pipeline(transaction=False)
        for second, count in untold.items():
            pipe.incrby(_key(second), count)
            pipe.expire(_key(second), _KEEP_SECONDS)
        try:
            pipe.execute()
        except RedisError:
            with self._lock:
                self._untold.update(untold)
            raise

    def _forget(self) -> None:
        oldest = int(time.time()) - _KEEP_SECONDS
        with self._lock:
            for counts in (self._own, self._untold):
                for second in [second for second in counts if second < oldest]:
                    del counts[second]


def _key(second: int) -> str:
    return f"flack:v1:requests:{second}"
