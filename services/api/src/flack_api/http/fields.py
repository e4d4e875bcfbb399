"""Types of fields that several bodies and queries share."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from flack_api.http.ids import MAX_ID

Id = Annotated[int, Field(ge=1, le=MAX_ID)]
"""An id, as the database can hold it."""

Position = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""A place in a channel; 0 is before the first message. Bounded to what JavaScript counts exactly."""


def _split(value: Any) -> Any:
    return value.split(",") if isinstance(value, str) else value


Ids = Annotated[
    list[Id],
    BeforeValidator(_split),
    WithJsonSchema({"type": "string", "pattern": "^[1-9][0-9]{0,17}(,[1-9][0-9]{0,17}){0,199}$"}),
]
"""Ids in a query string, separated by commas."""
