"""Every failure becomes an answer here (RFC 9457 `application/problem+json`), whatever raised it.

v1 has other error bodies: it registers a renderer of its own for its paths with `render_problems_with`.
"""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from flack_kit.logging import get_logger
from flack_kit.refusals import fields_at_fault, words_of
from flack_kit.request_id import current_request_id
from flask import Flask, Response, current_app, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.routing import RequestRedirect

log = get_logger(__name__)

PROBLEM_TYPE = "application/problem+json"


class Problem(Exception):
    """A request that cannot be served, and why. `code` is for programs, `detail` for people."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})

    @property
    def title(self) -> str:
        """The status in words."""
        return HTTPStatus(self.status).phrase

    def document(self) -> dict[str, Any]:
        """The members of its JSON, but for the request's id."""
        return {
            "type": f"urn:flack:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "errors": self.errors,
        }

    @classmethod
    def of_validation(cls, error: ValidationError, where: str, *, tagged: bool = False) -> "Problem":
        """What is wrong with which field of a body or query; `tagged` as for `fields_at_fault`."""
        errors = fields_at_fault(error, whole=where, tagged=tagged)
        names = ", ".join(dict.fromkeys(item["field"] for item in errors))
        return cls(422, "invalid_fields", f"The {where} is not valid: {names[:200]}.", errors=errors)


Translate = Callable[[Exception], Problem | None]
Render = Callable[[Problem, str], Response | None]


def translate_with(app: Flask, translate: Translate) -> None:
    """Let `translate` turn some exceptions into problems. The first that answers wins."""
    app.extensions.setdefault("flack_problem_translators", []).append(translate)


def render_problems_with(app: Flask, render: Render) -> None:
    """Let `render` answer problems in a form of its own. It is given the path, and returns None for one not its own."""
    app.extensions.setdefault("flack_problem_renderers", []).append(render)


def problem_of(error: Exception) -> Problem:
    """The problem that an exception means to the client. What nobody expected is a 500 without details."""
    if isinstance(error, InternalServerError) and isinstance(error.original_exception, Exception):
        error = error.original_exception
    if isinstance(error, Problem):
        return error
    for translate in current_app.extensions.get("flack_problem_translators", ()):
        problem: Problem | None = translate(error)
        if problem:
            return problem
    if isinstance(error, HTTPException):
        return _problem_of_http(error)
    log.exception("request_failed", exc_info=error)
    return Problem(500, "internal_error", "Something went wrong on our side; it has been logged.")


def _problem_of_http(error: HTTPException) -> Problem:
    status = error.code or 500
    phrase = HTTPStatus(status).phrase
    headers = {
        name: value
        for name, value in error.get_headers(request.environ)
        if name in {"Allow", "Retry-After", "WWW-Authenticate"}
    }
    code = {413: "body_too_large", 415: "unsupported_media_type", 429: "rate_limited"}.get(status)
    name = code or phrase.lower().replace(" ", "_")
    return Problem(status, name, words_of(error), headers=headers)


def render_problem(app: Flask, problem: Problem, path: str, *, request_id: str | None = None) -> Response:
    """A problem as the API version of a path words it. Works outside a request, too."""
    for render in app.extensions.get("flack_problem_renderers", ()):
        response: Response | None = render(problem, path)
        if response:
            return response
    document = problem.document()
    if request_id:
        document["request_id"] = request_id
    return Response(
        orjson.dumps(document), problem.status, headers=problem.headers, content_type=PROBLEM_TYPE
    )


def init_problems(app: Flask) -> None:
    """Answer every exception of `app` as a problem."""

    @app.errorhandler(Exception)
    def answer_problem(error: Exception) -> Response | RequestRedirect:
        if isinstance(error, RequestRedirect):
            return error
        return render_problem(app, problem_of(error), request.path, request_id=current_request_id())
