"""The id that follows one request through web, api, realtime and worker."""

import re
import secrets
from contextvars import ContextVar

HEADER = "X-Request-ID"
_SAFE = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
_current: ContextVar[str | None] = ContextVar("flack_request_id", default=None)


def new_request_id() -> str:
    """A fresh id: 128 random bits in hexadecimal."""
    return secrets.token_hex(16)


def accepted_or_new(offered: str | None) -> str:
    """The id that a caller offers where it is harmless in a log, else a fresh one."""
    return offered if offered and _SAFE.fullmatch(offered) else new_request_id()


def set_request_id(value: str | None) -> None:
    """Make this the id of the current greenlet or thread."""
    _current.set(value)


def current_request_id() -> str | None:
    """The id of the request in hand, or None outside any."""
    return _current.get()


def carried_on() -> dict[str, str]:
    """The header with which a call to another service carries the id on; none outside any request."""
    request_id = current_request_id()
    return {HEADER: request_id} if request_id else {}
