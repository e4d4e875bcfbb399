"""What went wrong, in one place: a page for people, `application/problem+json` (RFC 9457) for scripts."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flack_kit.logging import get_logger
from flack_kit.refusals import fields_at_fault, words_of
from flack_kit.request_id import current_request_id
from flask import Flask, Response, jsonify, render_template, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from flack_web.api import ApiAway, ApiRefused

log = get_logger(__name__)


class Refused(Exception):
    """web itself says no to a script."""

    def __init__(self, status: int, code: str, detail: str, errors: Sequence[dict[str, str]] = ()) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.errors = status, code, detail, list(errors)

    @classmethod
    def of_fields(cls, error: ValidationError) -> "Refused":
        """A body whose fields are not as they should be. The values are not repeated."""
        errors = fields_at_fault(error, whole="body")
        return cls(422, "invalid_fields", "The body is not valid.", errors)


def handle(app: Flask) -> None:
    """Answer every exception of `app`."""
    app.register_error_handler(ApiAway, lambda error: away(error.retry_after))
    app.register_error_handler(ApiRefused, _refused_by_api)
    app.register_error_handler(
        Refused, lambda error: _problem(error.status, error.code, error.detail, error.errors)
    )
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def away(retry_after: int) -> Response:
    """The service behind cannot be reached. The page asks again by itself."""
    if _wants_page():
        page = render_template("away.html", retry_after=retry_after)
        response = Response(page, 503, content_type="text/html; charset=utf-8")
    else:
        response = _problem(503, "unavailable", "Flack is starting or busy. Try again shortly.")
    response.headers["Retry-After"] = str(retry_after)
    response.headers["Cache-Control"] = "no-store"
    return response


def _refused_by_api(error: ApiRefused) -> Response:
    if _wants_page():
        return _page(error.status)
    response = jsonify(error.problem)
    response.status_code = error.status
    response.content_type = "application/problem+json"
    if error.retry_after:
        response.headers["Retry-After"] = error.retry_after
    return response


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if _wants_page():
        response = _page(status)
    else:
        phrase = HTTPStatus(status).phrase
        response = _problem(status, phrase.lower().replace(" ", "_"), words_of(error))
    for name, value in error.get_headers(request.environ):
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def _unexpected(error: Exception) -> Response:
    log.exception("request_failed", exc_info=error)
    if _wants_page():
        return _page(500)
    return _problem(500, "internal_error", "Something went wrong on our side; it has been logged.")


def _wants_page() -> bool:
    return (
        request.accept_mimetypes.provided
        and request.accept_mimetypes.accept_html
        and ("text/html" in request.headers.get("Accept", ""))
    )


def _page(status: int) -> Response:
    words = {
        404: ("There is nothing here", "The address may be mistyped, or what it led to is gone."),
        403: ("This was refused", "It was not sent by a page of this address."),
    }
    title, text = words.get(status, ("Something went wrong", "It has been logged. Going back usually helps."))
    page = render_template("error.html", title=title, text=text, request_id=current_request_id())
    response = Response(page, status, content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


def _problem(status: int, code: str, detail: str, errors: Sequence[dict[str, str]] = ()) -> Response:
    document: dict[str, Any] = {
        "type": f"urn:flack:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "errors": list(errors),
        "request_id": current_request_id(),
        "error": detail,  # what clients of v1 read, when the ingress lets web answer for an api that is away
    }
    response = jsonify(document)
    response.status_code = status
    response.content_type = "application/problem+json"
    return response
