"""`/livez`, `/readyz`, `/metrics` and `/greenlets`, on a port of their own that the ingress does not reach.

Liveness only says that the process still serves this; it never asks a dependency, since a restart mends none of them.
Readiness fails while the process starts and from the moment it is told to stop.
"""

import gc
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest

from flack_kit.listen import listen

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Check = Callable[[], str | None]
"""Answers None where all is well, else why not, in a few words."""


class Health:
    """What the probes are told."""

    def __init__(self) -> None:
        self.started = False
        self.draining = False
        self._live: list[Check] = []
        self._ready: list[Check] = []

    def check_live(self, check: Check) -> None:
        """Add a condition of liveness: something inside this process, never a dependency."""
        self._live.append(check)

    def check_ready(self, check: Check) -> None:
        """Add a condition of readiness."""
        self._ready.append(check)

    def not_live(self) -> str | None:
        """Why this process should be restarted, or None."""
        return next((reason for check in self._live if (reason := check())), None)

    def not_ready(self) -> str | None:
        """Why this process should get no new requests, or None."""
        if self.draining:
            return "draining"
        if not self.started:
            return "starting"
        return next((reason for check in self._ready if (reason := check())), None)

    def wsgi(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a probe or a scrape."""
        path = environ.get("PATH_INFO", "")
        if path == "/metrics":
            start_response("200 OK", [("Content-Type", CONTENT_TYPE_LATEST)])
            return [generate_latest(REGISTRY)]
        if path == "/greenlets":
            start_response("200 OK", [("Content-Type", "text/plain"), ("Cache-Control", "no-store")])
            return [b"%d\n" % count_greenlets()]
        if path not in ("/livez", "/readyz"):
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"not found\n"]
        reason = self.not_live() if path == "/livez" else self.not_ready()
        status = "503 Service Unavailable" if reason else "200 OK"
        start_response(status, [("Content-Type", "text/plain"), ("Cache-Control", "no-store")])
        return [(reason or "ok").encode() + b"\n"]


def count_greenlets() -> int:
    """How many greenlets of this process have not ended; 0 where it has none.

    Walks every object that the collector knows, some ten milliseconds: for a search for leaks, not for every scrape.
    """
    library = sys.modules.get("greenlet")
    if library is None:
        return 0
    return sum(isinstance(thing, library.greenlet) and not thing.dead for thing in gc.get_objects())


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments: Any) -> None:
        """Probes come every few seconds and say nothing worth a line."""


class _Server(WSGIServer):
    """wsgiref's, on a socket that listens already."""

    def __init__(self, listener: socket.socket) -> None:
        host, port = listener.getsockname()[:2]
        super().__init__((host, port), _Quiet, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.server_name, self.server_port = host, port
        self.setup_environ()


def serve_health_in_gevent(health: Health, bind: str, port: int) -> Any:
    """Serve the probes from a greenlet: a blocked event loop fails its liveness probe. Returns the server."""
    from gevent import pywsgi

    server = pywsgi.WSGIServer(listen(bind, port), health.wsgi, log=None, error_log=None)
    server.start()
    return server


def serve_health_in_thread(health: Health, bind: str, port: int) -> threading.Thread:
    """Serve the probes from a thread, for processes without gevent."""
    server = _Server(listen(bind, port))
    server.set_app(health.wsgi)
    thread = threading.Thread(target=server.serve_forever, name="health", daemon=True)
    thread.start()
    return thread
