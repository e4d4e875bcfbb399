"""A bound on the requests that are worked on at once: what is over it is told to come back, before it costs anything.

Without one, a process that gets more than it can do works on everything a little, until nearly all of it takes longer
than anybody waits, and those who were sent away ask again: at ten times its load it did less than half of its work.
"""

import random
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flack_kit.metrics import HTTP_REQUESTS
from flask import Flask

from flack_api.http.problems import Problem, render_problem

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

_INTERNAL = "/internal/"
_DETAIL = "Too much at once just now; nothing was changed. Try again."


class InHand:
    """WSGI middleware around an application that answers 503 with `Retry-After` while `most` requests are in hand.

    Our own services may have as many again, counted apart: what they ask for is part of what was let in before, and
    what strangers say to them (v1's sockets) must not keep people's requests out.
    """

    def __init__(self, app: Flask, most: int) -> None:
        self._app, self._inner, self._most = app, app.wsgi_app, most
        self._in_hand = {False: 0, True: 0}
        """By whether they come from our own services."""

    @property
    def is_pressed(self) -> bool:
        """Whether more than half of it is taken: what can wait should."""
        return sum(self._in_hand.values()) > self._most / 2

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer 503, or go on."""
        path = environ["PATH_INFO"]
        internal = path.startswith(_INTERNAL)
        if self._in_hand[internal] >= self._most:
            HTTP_REQUESTS.labels("api", "(overloaded)", environ["REQUEST_METHOD"], 503).inc()
            wait = {"Retry-After": str(random.randint(1, 5))}
            refusal = render_problem(self._app, Problem(503, "overloaded", _DETAIL, headers=wait), path)
            return refusal(environ, start_response)
        self._in_hand[internal] += 1
        try:
            return self._inner(environ, start_response)
        finally:
            self._in_hand[internal] -= 1
