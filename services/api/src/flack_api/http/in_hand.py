"""A bound on the requests that are worked on at once: what is over it is told to come back, before it costs anything.

Without one, a process that gets more than it can do works on everything a little, until nearly all of it takes longer
than anybody waits, and those who were sent away ask again: at ten times its load it did less than half of its work.
"""

import random
from collections.abc import Iterable
from typing import TYPE_CHECKING

import orjson
from flack_kit.metrics import HTTP_REQUESTS

from flack_api.http.problems import PROBLEM_TYPE, Problem

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_INTERNAL = "/internal/"
_OVERLOADED = Problem(503, "overloaded", "Too much at once just now; nothing was changed. Try again.")
_BODY = orjson.dumps(_OVERLOADED.document())


class InHand:
    """WSGI middleware that answers 503 with `Retry-After` while `most` requests are in hand.

    Our own services may have as many again: what they ask for is part of what was let in before.
    """

    def __init__(self, app: "WSGIApplication", most: int) -> None:
        self._app, self._most = app, most
        self._in_hand = 0

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer 503, or go on."""
        path = environ["PATH_INFO"]
        if self._in_hand >= (2 * self._most if path.startswith(_INTERNAL) else self._most):
            HTTP_REQUESTS.labels("api", "(overloaded)", environ["REQUEST_METHOD"], _OVERLOADED.status).inc()
            wait = str(random.randint(1, 5))
            status = f"{_OVERLOADED.status} {_OVERLOADED.title}"
            start_response(status, [("Content-Type", PROBLEM_TYPE), ("Retry-After", wait)])
            return [_BODY]
        self._in_hand += 1
        try:
            return self._app(environ, start_response)
        finally:
            self._in_hand -= 1
