"""Structured logs: events with fields, one JSON object a line. Never message text, tokens or addresses."""

import json
import logging
import sys
from collections.abc import Callable, MutableMapping
from typing import Any, TextIO

import orjson
import structlog
from structlog.typing import FilteringBoundLogger

from flack_kit.request_id import current_request_id

Entry = MutableMapping[str, Any]


def _add_request_id(_logger: Any, _method: str, entry: Entry) -> Entry:
    request_id = current_request_id()
    if request_id:
        entry.setdefault("request_id", request_id)
    return entry


def _name_logger(_logger: Any, _method: str, entry: Entry) -> Entry:
    entry["logger"] = entry.pop("module")
    return entry


def _json(entry: Entry, default: Callable[[Any], Any]) -> str:
    try:
        return orjson.dumps(entry, default=default).decode()
    except TypeError:
        # Lone surrogates, or numbers of more than 64 bits: json writes whatever Python can hold.
        return json.dumps(entry, default=default)


def configure_logging(service: str, *, level: str, log_format: str, stream: TextIO | None = None) -> None:
    """Send this process's logs, those of libraries included, to one stream in one form.

    `log_format` is `json` or `console`. The standard library's loggers go through the same processors.
    """

    def add_service(_logger: Any, _method: str, entry: Entry) -> Entry:
        entry["service"] = service
        return entry

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        _add_request_id,
        add_service,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    console = structlog.dev.ConsoleRenderer(colors=False)
    one_line = structlog.processors.JSONRenderer(serializer=_json)
    renderer: Any = one_line if log_format == "json" else console
    out = stream or sys.stderr
    # Our own events go straight to the stream: by way of `logging` each would cost several times as much.
    structlog.configure(
        processors=[_name_logger, *shared, renderer],
        logger_factory=structlog.WriteLoggerFactory(out),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
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


def get_logger(name: str) -> FilteringBoundLogger:
    """The logger of a module: `log = get_logger(__name__)`, then `log.info("message_posted", channel_id=7)`."""
    logger: FilteringBoundLogger = structlog.get_logger(module=name)
    return logger
