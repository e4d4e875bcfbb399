"""What is wrong with a request, in plain words: those of the libraries that noticed it are for programmers."""

from http import HTTPStatus
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from werkzeug.exceptions import HTTPException

NOT_VALID = "This value is not valid."
_WHOLE_NUMBER = "This must be a whole number."
_TIME = "This must be a time with its zone, such as 2026-01-31T09:30:00Z."
_FIELDS = {
    "bool_type": "This must be true or false.",
    "datetime_from_date_parsing": _TIME,
    "datetime_parsing": _TIME,
    "datetime_type": _TIME,
    "dict_type": "This must be an object.",
    "extra_forbidden": "Unknown field.",
    "greater_than_equal": "This must be at least {ge}.",
    "int_from_float": _WHOLE_NUMBER,
    "int_parsing": _WHOLE_NUMBER,
    "int_parsing_size": _WHOLE_NUMBER,
    "int_type": _WHOLE_NUMBER,
    "json_invalid": "This is not valid JSON.",
    "less_than_equal": "This must be at most {le}.",
    "list_type": "This must be a list.",
    "literal_error": "This must be {expected}.",
    "missing": "This field is required.",
    "model_attributes_type": "This must be an object.",
    "model_type": "This must be an object.",
    "string_pattern_mismatch": "This is not of the form that is asked for.",
    "string_too_long": "This takes at most {max_length} characters.",
    "string_too_short": "This takes at least {min_length} characters.",
    "string_type": "This must be a text.",
    "string_unicode": "This is not valid Unicode text.",
    "timezone_aware": _TIME,
    "too_long": "This takes at most {max_length} entries.",
    "too_short": "This takes at least {min_length} entries.",
    "union_tag_invalid": "This must be one of {expected_tags}.",
    "union_tag_not_found": "This field is required.",
    "value_error": "{error}",
}
"""By pydantic's type of the error; braces hold its context. A `value_error` has the words of our own validators."""

_STATUSES = {
    400: "This request cannot be understood.",
    404: "No such address.",
    405: "This address does not take that method; see Allow.",
    413: "The body is too large.",
    429: "Too many requests; see Retry-After.",
}


def fields_at_fault(
    error: ValidationError, *above: str, whole: str = "", tagged: bool = False
) -> list[dict[str, str]]:
    """Which fields, by their path from `above` on, and why. The values themselves are not repeated.

    `whole` names what was sent, where it is no field of it that is wrong. `tagged` says that the model is a tagged
    union: pydantic's paths begin with the tag then, which is no field.
    """
    return [
        {
            "field": ".".join([*above, *_path(item)[1 if tagged and item["loc"] else 0 :]]) or whole,
            "message": _words(item),
        }
        for item in error.errors(include_url=False, include_input=False)
    ]


def words_of(error: HTTPException) -> str:
    """Why a request was refused that no view answered: by its status, or as `abort` was told."""
    status = error.code or 500
    told = error.description if error.description != type(error).description else None
    return _STATUSES.get(status) or told or f"{HTTPStatus(status).phrase}."


def _path(item: ErrorDetails) -> list[str]:
    untold: str = item.get("ctx", {}).get("discriminator", "")
    return [*map(str, item["loc"]), *([untold.strip("'")] if untold else [])]


def _words(item: ErrorDetails) -> str:
    context: dict[str, Any] = item.get("ctx", {})
    if context.get("min_length") == 1:
        return "This must not be empty."
    return _FIELDS.get(item["type"], NOT_VALID).format_map(context)
