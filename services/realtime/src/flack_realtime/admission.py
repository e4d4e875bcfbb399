"""New connections are let in at a bounded rate; the others get 503 and a moment to come back, spread at random.

After a pod is lost its clients all knock at once. A handshake costs about a millisecond: unbounded, those who stayed
would wait behind it.
"""

import random
from collections.abc import Callable, Iterable
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

Reason = Callable[[], str | None]


class Bucket:
    """A token bucket: `rate` a second, `burst` at once."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._left, self._at = float(burst), clock()

    def take(self) -> bool:
        """Take one, if there is one."""
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Admission:
    """WSGI middleware around Socket.IO: refuses new connections while there is a reason to."""

    def __init__(
        self, app: "WSGIApplication", bucket: Bucket, full: Reason, *, path: str = "/socket.io"
    ) -> None:
        self._app, self._bucket, self._full, self._path = app, bucket, full, path
        self.refused = 0

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer 503, or go on."""
        new = environ["PATH_INFO"].startswith(self._path) and "sid=" not in environ.get("QUERY_STRING", "")
        reason = None
        if new and environ["REQUEST_METHOD"] == "GET":
            reason = self._full() or (None if self._bucket.take() else "too many connections a second")
        if reason is None:
            return self._app(environ, start_response)
        self.refused += 1
        wait = str(random.randint(1, 5))
        headers = [("Retry-After", wait), ("Content-Type", "text/plain"), ("Connection", "close")]
        start_response("503 Service Unavailable", headers)
        return [reason.encode() + b"\n"]
