"""Leaving: first nobody new comes, then those who are here are moved away, one by one."""

from collections.abc import Callable
from math import ceil
from time import monotonic

import gevent
from flack_kit.logging import get_logger

from flack_realtime.fanout import FanoutManager
from flack_realtime.fanout.frames import GOING_AWAY

log = get_logger(__name__)

_STEP_SECONDS = 0.05
_NOTICE = 0.15  # the part of the time that the load balancer gets to notice that we are not ready
_SPREAD = 0.8  # the part of what is left over which sockets are closed


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
        links, begun = list(sockets.values()), monotonic()
        spread = max((deadline - begun) * _SPREAD, _STEP_SECONDS)
        closed = 0
        while closed < len(links):
            gevent.sleep(_STEP_SECONDS)
            # By the clock and not by steps, so that a loop that is late is done in time all the same.
            due = ceil(len(links) * min(1, (monotonic() - begun) / spread))
            for link in links[closed:due]:
                link.close_with("draining", GOING_AWAY)
            closed = due
        while sockets and monotonic() < deadline:
            gevent.sleep(_STEP_SECONDS)
        self._after()
        log.info("drain_ended", left=len(sockets))
