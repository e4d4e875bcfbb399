"""Structured logs: events with fields, one JSON object a line. Never message text, tokens or addresses."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from flack_kit.request_id import current_request_id

Entry = MutableMapping[str, Any]


def _add_request_id(_logger: Any, _method: str, entry: Entry) -> Entry:
    request_id = current_request_id()
    if request_id:
        entry.setdefault("request_id", request_id)
    return entry


def configure_logging(service: str, *, level: str, log_format: str, stream: TextIO | None = None) -> None:
    """Send this process's logs, those of libraries included, to one stream in one form.

    `log_format` is `json` or `console`. The standard library's loggers go through the same processors.
    """

    def add_service(_logger: Any, _method: str, entry: Entry) -> Entry:
        entry["service"] = service
        return entry

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        _add_request_id,
        add_service,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    console = structlog.dev.ConsoleRenderer(colors=False)
    renderer: Any = structlog.processors.JSONRenderer() if log_format == "json" else console
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for chatty in (
        "httpx2",
        "httpcore2",
        "httpx",
        "httpcore",
        "urllib3",
        "engineio",
        "socketio",
        "kombu",
        "amqp",
    ):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module: `log = get_logger(__name__)`, then `log.info("message_posted", channel_id=7)`."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger
