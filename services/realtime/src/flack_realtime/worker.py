"""gunicorn's gevent worker, with a drain between SIGTERM and the end.

The stock worker stops listening at once and does not know of sockets that left its pool: they would all fall together.
"""

from typing import Any

import gevent
from gunicorn.workers.ggevent import GeventWorker


class DrainingWorker(GeventWorker):  # type: ignore[misc]  # gunicorn publishes no types
    """Goes on serving, which by then means 503 for new connections, until the application has drained."""

    _draining = False

    def handle_exit(self, sig: Any, frame: Any) -> None:
        """SIGTERM."""
        if not self._draining:
            self._draining = True
            gevent.spawn(self._drain)

    def _drain(self) -> None:
        try:
            self.wsgi.extensions["flack"].drain()
        finally:
            self.alive = False
