"""gunicorn's gevent worker, with a drain between SIGTERM and the end, and turns for every connection.

The stock worker closes its door at once. Whoever still comes then meets a refused connection, which an ingress
controller answers with 502: it learns late, on a busy cluster very late, that a pod is leaving.
"""

from collections.abc import Callable
from time import monotonic
from types import TracebackType
from typing import Any

import gevent
from gevent.hub import get_hub
from gunicorn.workers.ggevent import GeventWorker

from flack_kit.listen import usual

_TURN_SECONDS = 0.005
# A timer: `sleep(0)` would come back before the event loop has looked at the other sockets.
_NEXT_TURN = 0.0001


class _Waiting:
    """A connection between two requests. It is closed after `seconds`, or when it is told to."""

    def __init__(self, waiting: set["_Waiting"], seconds: float) -> None:
        self._waiting, self._timeout = waiting, gevent.Timeout(seconds, False)

    def __enter__(self) -> None:
        self._connection = gevent.getcurrent()
        self._waiting.add(self)
        self._timeout.start()

    def __exit__(self, _kind: object, error: BaseException | None, _trace: TracebackType | None) -> bool:
        self._waiting.discard(self)
        self._timeout.close()
        return error is self._timeout

    def end(self) -> None:
        """Close it, unless a request has come by the time that the event loop gets to it."""
        get_hub().loop.run_callback(self._end)

    def _end(self) -> None:
        if self in self._waiting:
            self._connection.throw(self._timeout)


class DrainingWorker(GeventWorker):  # type: ignore[misc]  # gunicorn publishes no types
    """Goes on serving after SIGTERM until `drain` returns; answers then ask to be the last of their connection."""

    drain: Callable[[], None]
    """What is done between SIGTERM and the end. Set before the first signal."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._waiting: set[_Waiting] = set()
        self._draining = False
        self._last_request = 0.0
        self._patience: float = self.cfg.keepalive
        """How long a connection may wait, in seconds: also one that was told to stay right before the drain began."""
        self._turned = monotonic()
        """When the event loop last turned."""

    def run(self) -> None:
        """Serve until told to stop."""
        turns = get_hub().loop.check(ref=False)
        turns.start(self._turn)
        super().run()

    def _turn(self) -> None:
        self._turned = monotonic()

    def handle_exit(self, sig: Any, frame: Any) -> None:
        """SIGTERM."""
        if not self._draining:
            self._draining = True
            gevent.spawn(self._drain)

    def _drain(self) -> None:
        self.cfg.set("keepalive", 0)
        try:
            self.drain()
        finally:
            self.alive = False
            for connection in list(self._waiting):
                connection.end()

    def timeout_ctx(self) -> _Waiting:
        """Around the wait for a connection's next request."""
        return _Waiting(self._waiting, self._patience)

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        """Serve one connection."""
        super().handle(listener, client, usual(addr))

    def handle_request(self, *arguments: Any) -> Any:
        """Serve one request. Whoever has the next one ready already waits for others when it took long enough.

        gevent gives way only where somebody waits: a busy connection would be served alone for seconds.
        """
        self._last_request = monotonic()
        answer = super().handle_request(*arguments)
        if monotonic() - self._turned > _TURN_SECONDS:
            gevent.sleep(_NEXT_TURN)
        return answer

    def wait_until_quiet(self, quiet: float, longest: float) -> None:
        """Return when no request has come for `quiet` seconds, or after `longest`."""
        end = monotonic() + longest
        while (now := monotonic()) < end and now - self._last_request < quiet:
            gevent.sleep(0.1)
