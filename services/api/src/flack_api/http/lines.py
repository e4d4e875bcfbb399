"""Reading JSON Lines: many models in one body, one a line, each of them valid or named with its line."""

from collections.abc import Callable
from functools import wraps
from typing import Any, get_args, get_type_hints

from flack_kit.refusals import fields_at_fault
from flask import request
from pydantic import BaseModel, ValidationError

from flack_api.http.bodies import raw_body
from flack_api.http.problems import Problem
from flack_api.http.routes import View, route_of

JSON_LINES = "application/jsonl"
_NAMES = {JSON_LINES, "application/x-ndjson", "application/x-jsonlines"}
_SHOWN_ERRORS = 20

Offload = Callable[[Callable[..., Any], tuple[Any, ...]], Any]


def lines(model: type[BaseModel], *, max_body: int, offload: Offload) -> Callable[[View], View]:
    """Parse the body into the view's parameter `list[model]`. Empty lines are passed over.

    A body may have up to `max_body` bytes; `offload` parses it where that does not hold up other requests.
    """

    def decorate(view: View) -> View:
        route, name = route_of(view), _parameter(view, model)
        route.body, route.body_type, route.max_body = model, JSON_LINES, max_body

        @wraps(view)
        def parsed(**arguments: Any) -> Any:
            if request.mimetype not in _NAMES:
                raise Problem(415, "unsupported_media_type", f"Send the body as Content-Type: {JSON_LINES}.")
            arguments[name] = offload(_parse, (model, raw_body()))
            return view(**arguments)

        return parsed

    return decorate


def _parse(model: type[BaseModel], body: bytes) -> list[BaseModel]:
    found, errors = [], []
    for number, line in enumerate(body.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            found.append(model.model_validate_json(line))
        except ValidationError as error:
            errors += fields_at_fault(error, f"line {number}")
            if len(errors) >= _SHOWN_ERRORS:
                break
    if errors:
        shown = errors[:_SHOWN_ERRORS]
        raise Problem(422, "invalid_fields", f"The body is not valid: {shown[0]['field']}.", errors=shown)
    return found


def _parameter(view: View, model: type[BaseModel]) -> str:
    for name, annotation in get_type_hints(view).items():
        if get_args(annotation) == (model,):
            return name
    raise TypeError(f"{view.__name__} has no parameter of type list[{model.__name__}]")
