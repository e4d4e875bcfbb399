"""Reading query strings: typed, with unknown names refused like unknown fields of a body."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import request
from pydantic import BaseModel, ConfigDict, ValidationError

from flack_api.http.problems import Problem
from flack_api.http.routes import View, parameter_for, route_of


class Query(BaseModel):
    """The base of query strings. Values are texts and are converted; names may come only once.

    The docstring below a field is its description in the OpenAPI document, here as in bodies and answers.
    """

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


def query(model: type[BaseModel]) -> Callable[[View], View]:
    """Parse the query string into the view's parameter of type `model`."""

    def decorate(view: View) -> View:
        name = parameter_for(view, model)
        route_of(view).query = model

        @wraps(view)
        def parsed(**arguments: Any) -> Any:
            arguments[name] = _read(model)
            return view(**arguments)

        return parsed

    return decorate


def _read(model: type[BaseModel]) -> BaseModel:
    values = request.args.to_dict(flat=False)
    for key, parts in values.items():
        if len(parts) > 1 or "\0" in parts[0]:
            message = (
                "This was given more than once." if len(parts) > 1 else "The character NUL is not allowed."
            )
            raise Problem(
                422,
                "invalid_fields",
                "The query is not valid.",
                errors=[{"field": key[:100], "message": message}],
            )
    try:
        return model.model_validate({key: parts[0] for key, parts in values.items()})
    except ValidationError as error:
        raise Problem.of_validation(error, "query") from None
