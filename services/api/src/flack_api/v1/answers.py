"""How v1 words what it answers: plain JSON, errors as `{"error": …}`, a note of deprecation on everything."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Response, request
from werkzeug.http import http_date

from flack_api.http.problems import Problem
from flack_api.v1.mounts import is_of_v1

DEPRECATED = datetime(2026, 11, 1, tzinfo=UTC)
"""When v2 became the current version."""
SUNSET = datetime(2028, 11, 1, tzinfo=UTC)
"""From when on an installation may do without v1. Not earlier than announced here, maybe later."""
SUCCESSOR = "/api/v2/docs"

UNAUTHORIZED = {"error": "authentication required"}
_CHALLENGE = 'Bearer realm="Authentication Required"'
# v1 knows one status for whatever is wrong with a request's content.
_AS_400 = frozenset({409, 415, 422})


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON as v1 always sent it: compact, keys sorted, ASCII, a newline at the end."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":")) + "\n"
    return Response(text, status, dict(headers or {}), content_type="application/json")


def empty(status: int = 204, headers: Mapping[str, str] | None = None) -> Response:
    """An answer without a body."""
    response = Response(status=status, headers=dict(headers or {}))
    del response.headers["Content-Type"]
    return response


def refused(status: int, error: str) -> Response:
    """An error."""
    return answer({"error": error}, status)


def unauthorized() -> Problem:
    """Whatever is wrong with the credentials, the answer is the same."""
    return Problem(401, "authentication_required", UNAUTHORIZED["error"])


def render_problem(problem: Problem, path: str) -> Response | None:
    """A failure on one of v1's paths; None for other paths."""
    if not is_of_v1(path):
        return None
    if problem.status == 401:
        return _deprecated(answer(UNAUTHORIZED, 401, {"WWW-Authenticate": _CHALLENGE}))
    value = {"code": problem.code, "error": problem.detail}
    return _deprecated(answer(value, status_of(problem), problem.headers))


def status_of(problem: Problem) -> int:
    """The status that v1 has for a problem."""
    return 400 if problem.status in _AS_400 else problem.status


def tell_deprecation(response: Response) -> Response:
    """Say on each answer of v1 since when it is deprecated, until when it stays, and what comes after it.

    RFC 9745 (`Deprecation`), RFC 8594 (`Sunset`), RFC 5829 (`successor-version`).
    """
    return _deprecated(response) if is_of_v1(request.path) else response


def _deprecated(response: Response) -> Response:
    response.headers["Deprecation"] = f"@{int(DEPRECATED.timestamp())}"
    response.headers["Sunset"] = http_date(SUNSET)
    response.headers["Link"] = f'<{SUCCESSOR}>; rel="successor-version"'
    return response
