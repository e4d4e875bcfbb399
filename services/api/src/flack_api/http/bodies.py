"""Reading JSON bodies: whatever a client sends is either a valid model or a clear 4xx."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import orjson
from flask import Flask, request
from pydantic import BaseModel, ConfigDict, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from flack_api.http.problems import Problem
from flack_api.http.routes import View, current_route, parameter_for, route_of


class Body(BaseModel):
    """The base of request bodies: an unknown field, or a string where a number belongs, is an error."""

    model_config = ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True)


def init_bodies(app: Flask) -> None:
    """Let routes that declare it take more than `MAX_CONTENT_LENGTH`. Called after `init_auth`: not from strangers."""

    @app.before_request
    def allow_more() -> None:
        route = current_route()
        if route is not None and route.max_body is not None:
            request.max_content_length = route.max_body


def raw_body() -> bytes:
    """The request's body. Raises RequestEntityTooLarge, also for a body in chunks, which werkzeug only cuts short."""
    raw = request.get_data()
    limit = request.max_content_length
    if request.content_length is None and limit is not None and len(raw) >= limit:
        raise RequestEntityTooLarge
    return raw


def read_json() -> object:
    """The request's body as plain values.

    Raises Problem 415 (not JSON), 413 (too large), 400 (malformed, too deep, lone surrogates, NUL characters,
    which PostgreSQL cannot store).
    """
    if not request.is_json:
        raise Problem(415, "unsupported_media_type", "Send the body as Content-Type: application/json.")
    raw = raw_body()
    try:
        value: object = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        # orjson refuses lone surrogates and more than 1,024 levels by itself.
        raise Problem(400, "malformed_json", f"The body is not valid JSON: {error.msg}.") from None
    if b"\\u0000" in raw and _has_nul(value):
        raise Problem(400, "nul_character", "Texts cannot hold the character U+0000.")
    return value


def _has_nul(value: object) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_has_nul(part) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(map(_has_nul, value))


def body(model: type[BaseModel], *, optional: bool = False) -> Callable[[View], View]:
    """Parse the body into the view's parameter of type `model`.

    With `optional`, a request without any body hands the model's defaults on.
    """

    def decorate(view: View) -> View:
        name = parameter_for(view, model)
        route = route_of(view)
        route.body, route.body_optional = model, optional
        root = model.model_fields.get("root")
        tagged = root is not None and root.discriminator is not None

        @wraps(view)
        def parsed(**arguments: Any) -> Any:
            value = {} if optional and not request.get_data() else read_json()
            try:
                arguments[name] = model.model_validate(value)
            except ValidationError as error:
                raise Problem.of_validation(error, "body", tagged=tagged) from None
            return view(**arguments)

        return parsed

    return decorate
