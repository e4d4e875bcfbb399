"""New connections are let in at a bounded rate; the others get 503 and a moment to come back, spread at random.

After a pod is lost its clients all knock at once. A handshake costs about a millisecond: unbounded, those who stayed
would wait behind it. Refusing costs too, a fifth of that. So who is refused is told when it will be their turn,
instead of knocking every few seconds: ten thousand clients knock about twice each.
"""

import random
from collections.abc import Callable, Iterable
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

Reason = Callable[[], str | None]


_LONGEST_WAIT = 60.0
_PROMISED = 0.9
"""The part of the rate that is promised: who comes back in time must not be sent to the line's end."""


class Bucket:
    """A token bucket: `rate` a second, `burst` at once. Who finds it empty is given a place in a line."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._left, self._at = float(burst), clock()
        self._line = self._at

    def take(self) -> bool:
        """Take one, if there is one."""
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def turn(self) -> float:
        """In how many seconds there will be one, after all who asked before."""
        now = self._clock()
        self._line = min(max(self._line, now) + 1 / (self._rate * _PROMISED), now + _LONGEST_WAIT)
        return self._line - now


class Admission:
    """WSGI middleware around Socket.IO: refuses new connections while there is a reason to."""

    def __init__(
        self, app: "WSGIApplication", bucket: Bucket, full: Reason, *, path: str = "/socket.io"
    ) -> None:
        self._app, self._bucket, self._full, self._path = app, bucket, full, path
        self.refused = 0

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer 503, or go on."""
        new = environ["PATH_INFO"].startswith(self._path) and not _has_sid(environ.get("QUERY_STRING", ""))
        if not new or environ["REQUEST_METHOD"] != "GET":
            return self._app(environ, start_response)
        reason = self._full() or (None if self._bucket.take() else "too many connections a second")
        if reason is None:
            return self._app(environ, start_response)
        self.refused += 1
        seconds = str(int(self._bucket.turn() + random.uniform(1, 3)))
        headers = [("Retry-After", seconds), ("Content-Type", "text/plain"), ("Connection", "close")]
        start_response("503 Service Unavailable", headers)
        return [reason.encode() + b"\n"]


def _has_sid(query: str) -> bool:
    """Whether the request is of a session, as engineio reads it: with an empty `sid`, or an `xsid`, it is not."""
    return "sid=" in query and "sid" in parse_qs(query)
