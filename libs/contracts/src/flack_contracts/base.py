"""The base of every model that crosses a process boundary."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer


def utc_text(moment: datetime) -> str:
    """A moment as ISO 8601 in UTC with milliseconds and `Z`: `2026-01-31T09:30:00.000Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


UtcTime = Annotated[datetime, PlainSerializer(utc_text, return_type=str, when_used="json")]


class Contract(BaseModel):
    """A model that another process reads. Unknown fields, from a newer version, are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True, use_attribute_docstrings=True)
