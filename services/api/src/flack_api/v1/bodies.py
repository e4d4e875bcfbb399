"""Reading v1's bodies: an object whose known fields are strings; whatever else is in it is ignored."""

import orjson
from flask import request

from flack_api.http.bodies import raw_body
from flack_api.http.problems import Problem


def required_object() -> dict[str, object]:
    """The body. Raises Problem 400 where it is no JSON object, 413 where it is too large."""
    raw = raw_body()
    if not request.is_json:
        raise Problem(400, "not_json", "Send the body as Content-Type: application/json.")
    try:
        # orjson refuses lone surrogates and more than 1,024 levels by itself.
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise Problem(400, "malformed_json", "The body is not valid JSON.") from None
    if not isinstance(value, dict):
        raise Problem(400, "not_an_object", "The body must be a JSON object.")
    return value


def optional_object() -> dict[str, object]:
    """The same for a change, where a body of another content type counts as no change."""
    if request.is_json:
        return required_object()
    raw_body()  # refuses a body over the limit, whatever it is
    return {}


def required_text(body: dict[str, object], field: str) -> str:
    """A string that must be there. Raises Problem 400."""
    value = optional_text(body, field)
    if value is None:
        raise Problem(400, "missing_field", f"The field {field} is missing.")
    return value


def optional_text(body: dict[str, object], field: str) -> str | None:
    """A string, or None where the field is absent; null is no string. Raises Problem 400."""
    if field not in body:
        return None
    value = body[field]
    if not isinstance(value, str):
        raise Problem(400, "not_a_string", f"The field {field} must be a string.")
    if "\0" in value:
        raise Problem(400, "nul_character", f"The field {field} cannot hold the character U+0000.")
    return value
