"""gunicorn's log through structlog's root handler, without handlers of its own."""

import logging
from typing import Any

from gunicorn.glogging import Logger as GunicornLogger


class Logger(GunicornLogger):  # type: ignore[misc]  # gunicorn publishes no types
    """Leaves the handlers to `configure_logging`."""

    def setup(self, _cfg: Any) -> None:
        """Let records rise to the root logger."""
        for logger in (self.error_log, self.access_log):
            logger.handlers[:] = []
            logger.propagate = True
        self.error_log.setLevel(logging.INFO)
