"""The words of a refusal are our own, whatever a client sent and whichever library noticed it."""

import json
import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import pytest
from api_fixtures import SERVICE_KEY, new_signing_key
from flack_api.app import create_app
from flack_api.http.routes import route_of
from flack_api.settings import ApiSettings
from flack_kit.refusals import NOT_VALID, fields_at_fault, words_of
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from werkzeug import exceptions

THEIRS = re.compile(
    r"Input should|should have|should be|Value error|Field required|Extra inputs|Unable to|[{}]"
)
VALUES: list[Any] = [
    None, True, "", "x", "x" * 50_000, "\ud800", 0, -1, 1.5, 10**30, [], ["x"], [0] * 2000, {}, {"a": 1},
    "2026-01-31", "2026-13-01", "2026-01-31T09:30:00", "nonsense", " ", "9" * 5000,
]  # fmt: skip


def _even(value: int) -> int:
    if value % 2:
        raise ValueError("This must be even.")
    return value


class Order(BaseModel):
    """A body."""

    model_config = ConfigDict(extra="forbid", strict=True)

    size: Literal["small", "large"]
    number: Annotated[int, Field(ge=2, le=8), AfterValidator(_even)] = 2
    names: Annotated[list[Annotated[str, Field(max_length=5)]], Field(min_length=1)]


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"names": ["a"]}, "size", "This field is required."),
        ({"size": "huge", "names": ["a"]}, "size", "This must be 'small' or 'large'."),
        ({"size": "small", "names": ["a"], "colour": 1}, "colour", "Unknown field."),
        ({"size": "small", "names": ["a"], "number": "2"}, "number", "This must be a whole number."),
        ({"size": "small", "names": ["a"], "number": 1}, "number", "This must be at least 2."),
        ({"size": "small", "names": ["a"], "number": 3}, "number", "This must be even."),
        ({"size": "small", "names": ["a", "too long"]}, "names.1", "This takes at most 5 characters."),
        ({"size": "small", "names": []}, "names", "This must not be empty."),
        ([], "", "This must be an object."),
    ],
)
def test_a_field_at_fault_is_named_in_plain_words(body: object, field: str, words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Order.model_validate(body)
    assert fields_at_fault(refused.value) == [{"field": field, "message": words}]


def _models() -> Iterator[type[BaseModel]]:
    app = create_app(
        ApiSettings(
            signing_keys=new_signing_key(),
            database_url="postgresql+psycopg://nobody@127.0.0.1:1/nothing",
            redis_url="redis://127.0.0.1:1/0",
            service_key=SERVICE_KEY,
        )
    )
    for view in app.view_functions.values():
        route = route_of(view)
        yield from (model for model in (route.body, route.query) if model is not None)


def _names(model: type[BaseModel]) -> list[str]:
    schema = model.model_json_schema()
    return sorted(
        {name for part in (schema, *schema.get("$defs", {}).values()) for name in part.get("properties", {})}
    )


def test_no_field_of_the_api_is_refused_in_a_librarys_words() -> None:
    """Every field of every body and query with values of every kind, one at a time and beside the right grant."""
    said = set()
    for model in _models():
        for start in ({}, {"grant": "password"}, {"grant": "refresh"}):
            for body in [*VALUES, *({**start, name: value} for name in _names(model) for value in VALUES)]:
                for read in (
                    model.model_validate,
                    lambda body, model=model: model.model_validate_json(json.dumps(body)),
                ):
                    try:
                        read(body)
                    except ValidationError as error:
                        said |= {item["message"] for item in fields_at_fault(error)}
    assert len(said) > 20
    assert {words for words in said if THEIRS.search(words) or words == NOT_VALID} == set()


def test_a_request_that_no_view_answers_is_refused_in_plain_words() -> None:
    for status, error in exceptions.default_exceptions.items():
        words = words_of(error())
        assert words != error.description and words.endswith("."), status
    assert words_of(exceptions.NotFound()) == "No such address."
    assert words_of(exceptions.Forbidden("Not from here.")) == "Not from here."
