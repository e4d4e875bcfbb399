"""One timer for all heartbeats: a ring of slots a tenth of a second wide, instead of a greenlet a socket."""

import logging
import math
from time import monotonic
from typing import Protocol

import gevent

log = logging.getLogger(__name__)


class Beating(Protocol):
    """Something that wants to be called again and again."""

    def beat(self) -> float | None:
        """Do what is due; answer in how many seconds to be called next, or None for never."""


class Wheel:
    """Calls `beat` of what was added. Never early; late by at most a slot where the loop is free.

    What was added stays until its turn, even if nobody else knows of it by then: taking it out would mean a search.
    """

    def __init__(self, *, slot_seconds: float = 0.1, slots: int = 1024) -> None:
        self._width = slot_seconds
        self._slots: list[list[Beating]] = [[] for _ in range(slots)]
        self._turn = 0
        self._greenlet: gevent.Greenlet | None = None

    def add(self, item: Beating, seconds: float) -> None:
        """Call `item.beat()` in that many seconds (at most the ring's length: then it is called, and asked, early)."""
        if self._greenlet is None:
            self._greenlet = gevent.spawn(self._run)
        ahead = min(math.ceil(seconds / self._width) + 1, len(self._slots) - 1)
        self._slots[(self._turn + max(ahead, 1)) % len(self._slots)].append(item)

    def _run(self) -> None:
        start = monotonic() - self._turn * self._width
        while True:
            gevent.sleep(max(0.0, start + (self._turn + 1) * self._width - monotonic()))
            self._turn += 1
            slot = self._turn % len(self._slots)
            due, self._slots[slot] = self._slots[slot], []
            for item in due:
                try:
                    seconds = item.beat()
                except Exception:  # the others' hearts go on
                    log.exception("a heartbeat failed")
                    continue
                if seconds is not None:
                    self.add(item, seconds)
