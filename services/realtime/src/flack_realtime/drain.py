"""Leaving: first nobody new comes, then those who are here are moved away, one by one."""

from collections.abc import Callable
from time import monotonic

import gevent
from flack_kit.logging import get_logger

from flack_realtime.fanout import FanoutManager
from flack_realtime.fanout.frames import GOING_AWAY

log = get_logger(__name__)

_STEP_SECONDS = 0.05
_NOTICE = 0.15  # the part of the time that the load balancer gets to notice that we are not ready


class Drain:
    """Closes every connection over `seconds`. The sockets are closed, not Socket.IO's sessions: clients come back."""

    def __init__(self, manager: FanoutManager, seconds: float, after: Callable[[], None]) -> None:
        self._manager, self._seconds, self._after = manager, seconds, after
        self.draining = False

    def __call__(self) -> None:
        """Drain; returns when everybody is gone or the time is over."""
        self.draining = True
        deadline = monotonic() + self._seconds
        sockets = self._manager.engine.server.sockets
        log.info("drain_started", connections=len(sockets))
        if sockets:
            gevent.sleep(self._seconds * _NOTICE)
        links = list(sockets.values())
        steps = max(1, int((deadline - monotonic()) * 0.8 / _STEP_SECONDS))
        for step in range(steps):
            for link in links[step * len(links) // steps : (step + 1) * len(links) // steps]:
                link.close_with("draining", GOING_AWAY)
            if links:
                gevent.sleep(_STEP_SECONDS)
        while sockets and monotonic() < deadline:
            gevent.sleep(_STEP_SECONDS)
        self._after()
        log.info("drain_ended", left=len(sockets))
