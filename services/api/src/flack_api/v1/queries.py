"""v1's query parameters."""

import re
from datetime import UTC, datetime, timedelta

from flask import request

from flack_api.http.problems import Problem

_INTEGER = re.compile(r"[+-]?[0-9]{1,1000}", re.ASCII)
_EARLIEST, _LATEST = -(10**10), 10**11  # years 1653 and 5138: what datetime and PostgreSQL hold


def updated_since() -> datetime | None:
    """The moment that `updated_at` must be past; None where it was not asked for.

    v1 compares whole seconds: whatever changed within the second that is asked for is not past it. Raises Problem 400.
    """
    given = request.args.get("updated_since", "")
    if not given:
        return None
    if not _INTEGER.fullmatch(given):
        raise Problem(400, "not_an_integer", "updated_since must be an integer: Unix seconds.")
    seconds = min(max(int(given), _EARLIEST), _LATEST)
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds + 1, microseconds=-1)


def online() -> bool | None:
    """Whether online (True) or offline (False) users are wanted; None for all."""
    given = request.args.get("online", "")
    return given != "0" if given else None
