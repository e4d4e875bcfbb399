"""The headers of answers, as a document describes them."""

from collections.abc import Iterable

from flack_api.http.routes import Route
from flack_api.openapi import Json

_LIMITS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
_TO_COME_AGAIN = {409, 429, 503}
"""409: while the first request with the same `Idempotency-Key` is under way."""
_ANSWERED: dict[str, tuple[str, str]] = {
    "RateLimit-Limit": (
        "integer",
        "How many requests the limit for this one takes in its window. All three are left out where nothing was "
        "counted: before the credentials are known to hold, by an overloaded server, and where limits are off.",
    ),
    "RateLimit-Remaining": ("integer", "How many of them are left."),
    "RateLimit-Reset": ("integer", "In how many seconds the next window begins."),
    "Retry-After": ("integer", "In how many seconds to try again."),
    "Idempotency-Replayed": (
        "string",
        "`true` where this is the kept answer to the first request with this `Idempotency-Key`; left out else.",
    ),
    "Location": ("string", "The path of what was made, or of the task that makes it."),
    "ETag": ("string", "For `If-None-Match`."),
    "Preference-Applied": ("string", "`respond-async`, where you asked for it with `Prefer`."),
}


def described_headers() -> Json:
    """What is the same in every answer: `components/headers`."""
    return {
        name: {"description": description, "schema": {"type": type}}
        for name, (type, description) in _ANSWERED.items()
    }


def of_success(method: str, route: Route) -> Json:
    """The headers of a route's answer where all went well."""
    names = list(_LIMITS)
    if method == "post" and route.keeps_answer:
        names.append("Idempotency-Replayed")
    if route.located:
        names.append("Location")
    if route.etag:
        names.append("ETag")
    if route.deferrable:
        names.append("Preference-Applied")
    return _references(names)


def of_refusal(status: int) -> Json:
    """The headers of a refusal."""
    return _references([*_LIMITS, "Retry-After"] if status in _TO_COME_AGAIN else _LIMITS)


def _references(names: Iterable[str]) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
