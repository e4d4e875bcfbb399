"""No site may take all slots: few fetches at a time from one host, and a pause for one that is always slow."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flack_worker.previews.errors import HostBusy, TooSlow
from flack_worker.previews.guard import Deadline

MAX_HOSTS = 1000


@dataclass
class _Host:
    slots: threading.BoundedSemaphore
    users: int = 0
    slow_in_a_row: int = 0
    paused_until: float = field(default=0.0)


class HostGate:
    """Counts the fetches under way from each host of this process.

    `at_once` fetches run, others wait up to `patience` seconds and are then refused with `HostBusy`.
    After `slow_limit` fetches in a row that ran out of time, everything for that host is refused at once
    for `pause` seconds: five slow answers are evidence, the sixth is a waste of a slot.
    """

    def __init__(
        self, at_once: int = 4, patience: float = 1.0, slow_limit: int = 5, pause: float = 30.0
    ) -> None:
        self._at_once, self._patience, self._slow_limit, self._pause = at_once, patience, slow_limit, pause
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()

    @contextmanager
    def enter(self, name: str, deadline: Deadline) -> Iterator[None]:
        """Hold one of the host's slots. Raises `HostBusy` when there is none to be had."""
        host = self._take(name)
        try:
            if host.paused_until > time.monotonic() or not host.slots.acquire(
                timeout=deadline.left(self._patience)
            ):
                raise HostBusy("no slot")
            try:
                yield
            except TooSlow:
                self._was_slow(host)
                raise
            else:
                host.slow_in_a_row = 0
            finally:
                host.slots.release()
        finally:
            self._leave(name, host)

    def _was_slow(self, host: _Host) -> None:
        host.slow_in_a_row += 1
        if host.slow_in_a_row >= self._slow_limit:
            host.slow_in_a_row = 0
            host.paused_until = time.monotonic() + self._pause

    def _take(self, name: str) -> _Host:
        with self._lock:
            host = self._hosts.get(name) or self._hosts.setdefault(
                name, _Host(threading.BoundedSemaphore(self._at_once))
            )
            host.users += 1
            return host

    def _leave(self, name: str, host: _Host) -> None:
        with self._lock:
            host.users -= 1
            if len(self._hosts) > MAX_HOSTS:  # forget who has nothing to be remembered for
                now = time.monotonic()
                for known, other in list(self._hosts.items()):
                    if not other.users and not other.slow_in_a_row and other.paused_until < now:
                        del self._hosts[known]
