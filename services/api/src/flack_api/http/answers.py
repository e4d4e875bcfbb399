"""Writing answers: models become JSON once, with the status and headers that the view declares."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from itertools import chain
from typing import Any

from flask import Response, request, stream_with_context
from pydantic import BaseModel

from flack_api.http.routes import View, route_of


@dataclass(frozen=True, slots=True)
class Answer:
    """What a view answers where the declared status or no header is not enough."""

    value: BaseModel | bytes | None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def returns(
    model: type[BaseModel] | None,
    status: int = 200,
    *,
    also: tuple[int, ...] = (),
    etag: bool = False,
    located: bool = False,
) -> Callable[[View], View]:
    """The view answers a `model` (or its JSON as bytes, or an `Answer`) with `status`; None means no body.

    `also` names other statuses of success for the document. With `etag`, the answer carries a weak ETag of its bytes
    and `If-None-Match` is heeded. With `located`, the view's `Answer` has a `Location`.
    """

    def decorate(view: View) -> View:
        route = route_of(view)
        route.answer, route.status, route.also = model, status, also
        route.etag, route.located = etag, located

        @wraps(view)
        def answered(**arguments: Any) -> Response:
            value = view(**arguments)
            answer = value if isinstance(value, Answer) else Answer(value)
            response = Response(
                _bytes(answer.value),
                answer.status or status,
                dict(answer.headers),
                content_type="application/json",
            )
            if answer.value is None:
                del response.headers["Content-Type"]
            response.cache_control.private, response.cache_control.no_cache = True, True
            if etag:
                response.add_etag(weak=True)
                response.make_conditional(request)
            return response

        return answered

    return decorate


def streams(content_type: str) -> Callable[[View], View]:
    """The view answers pieces of a file, sent as they come. The first is asked for before the status is sent."""

    def decorate(view: View) -> View:
        route_of(view).content_type = content_type

        @wraps(view)
        def streamed(**arguments: Any) -> Response:
            pieces = iter(view(**arguments))
            first = next(pieces, b"")
            response = Response(stream_with_context(chain([first], pieces)), content_type=content_type)
            response.headers["Content-Disposition"] = "attachment"
            return response

        return streamed

    return decorate


def deferrable(view: View) -> View:
    """The view starts a task and answers 202 to everybody; `Prefer: respond-async` (RFC 7240) is acknowledged."""
    route_of(view).deferrable = True
    return view


def _bytes(value: BaseModel | bytes | None) -> bytes:
    if value is None or isinstance(value, bytes):
        return value or b""
    return value.__pydantic_serializer__.to_json(value)
