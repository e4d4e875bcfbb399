"""Counts for rate limits that all replicas share without a request ever waiting for Redis.

A request counts in this process's memory. A thread (a greenlet under gevent) adds what is new to Redis a few times a
second, in one round trip for all keys, and takes the totals of all replicas back. So replicas know of each other's
requests within that time; while Redis is away each counts for itself, and tells later.
"""

import threading
from dataclasses import dataclass
from time import monotonic, time
from typing import Any

from flack_kit.logging import get_logger
from flack_kit.redis import connect_redis
from limits.storage import Storage
from redis.exceptions import RedisError

log = get_logger(__name__)

TELL_SECONDS = 0.2
AWAY_SECONDS = 2.0
SCHEME = "flack-shared"


@dataclass(slots=True)
class _Count:
    total: int
    untold: int
    seconds: int
    ends: float


class SharedCounts(Storage):
    """A storage for Flask-Limiter, found by its scheme: `flack-shared+redis://…`. For fixed windows."""

    STORAGE_SCHEME = [f"{SCHEME}+redis", f"{SCHEME}+rediss"]  # noqa: RUF012 (a list in the library)

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **_options: Any) -> None:
        super().__init__(uri, wrap_exceptions)
        self._redis = connect_redis((uri or "").removeprefix(f"{SCHEME}+"))
        self._counts: dict[str, _Count] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._pause = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        """Nothing that a request can meet."""
        return ()

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, and answer how many there are in the window that the first one opened."""
        with self._lock:
            count = self._counts.get(key)
            if count is None or count.ends <= monotonic():
                count = self._counts[key] = _Count(0, 0, expiry, monotonic() + expiry)
            count.total += amount
            count.untold += amount
            total = count.total
        if self._thread is None:
            self._thread = threading.Thread(target=self._tell_regularly, name="rate-limits", daemon=True)
            self._thread.start()
        self._wake.set()
        return total

    def get(self, key: str) -> int:
        """How many there are."""
        count = self._counts.get(key)
        return count.total if count and count.ends > monotonic() else 0

    def get_expiry(self, key: str) -> float:
        """The clock time at which the window ends."""
        count = self._counts.get(key)
        return time() + (max(0.0, count.ends - monotonic()) if count else 0.0)

    def check(self) -> bool:
        """Always there: memory is."""
        return True

    def reset(self) -> int | None:
        """Forget this process's counts."""
        with self._lock:
            forgotten = len(self._counts)
            self._counts.clear()
        return forgotten

    def clear(self, key: str) -> None:
        """Forget one count."""
        with self._lock:
            self._counts.pop(key, None)

    def _tell_regularly(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            self._pause.wait(TELL_SECONDS)  # nobody sets it: requests gather meanwhile
            try:
                self._tell()
            except RedisError as error:
                log.warning("rate_limits_not_shared", reason=type(error).__name__)
                self._pause.wait(AWAY_SECONDS)
                self._wake.set()

    def _tell(self) -> None:
        with self._lock:
            now = monotonic()
            for key in [key for key, count in self._counts.items() if count.ends <= now]:
                del self._counts[key]
            told = {key: (count, count.untold) for key, count in self._counts.items() if count.untold}
        if not told:
            return
        pipe = self._redis.pipeline(transaction=False)
        for key, (count, untold) in told.items():
            pipe.incrby(key, untold)
            pipe.expire(key, count.seconds, nx=True)
            pipe.pttl(key)
        answers = pipe.execute()
        with self._lock:
            now = monotonic()
            for number, (count, untold) in enumerate(told.values()):
                total, left = answers[3 * number], answers[3 * number + 2]
                count.untold -= untold
                count.total = total + count.untold
                count.ends = now + max(0, left) / 1000
