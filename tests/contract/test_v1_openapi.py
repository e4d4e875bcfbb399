"""v1's OpenAPI document is true: valid, complete, and what it says is what the service does."""

import re
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

EXAMPLES = 20
"""Requests for each operation; each is made of the document, right or wrong."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
]


@pytest.fixture
def v1_api(make_api: Any) -> Flask:
    app = make_api(v1_anonymous_read=True)
    assert isinstance(app, Flask)
    return app


@pytest.fixture
def document(v1_api: Flask) -> dict[str, Any]:
    answer = v1_api.test_client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    return dict(answer.json)  # type: ignore[call-overload]


def test_every_route_is_described(v1_api: Flask, document: dict[str, Any]) -> None:
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in v1_api.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/v1/") and "documentation" not in rule.endpoint
    }
    described = {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert described == routes
    assert len(described) == 12


def test_it_is_openapi_3_1_with_schemas_that_hold(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    references = set(re.findall(r"#/components/schemas/([^']+)", str(document)))
    assert references <= set(document["components"]["schemas"])


def test_it_has_a_page_of_its_own(v1_api: Flask) -> None:
    client = v1_api.test_client()
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    assert 'data-document="/api/v1/openapi.json"' in page.text
    for link in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert client.get(f"/api/v1/{link}").status_code == 200, link


@pytest.mark.timeout(300)
def test_the_service_does_what_the_document_says(v1_api: Flask) -> None:
    """Each operation with requests made from the document: never a 500, never an answer that is not described."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", v1_api)
    tested = set()
    for found in schema.get_all_operations():
        operation = found.ok()
        right, wrong = (operation.as_strategy(generation_mode=mode) for mode in GenerationMode)
        _run(right | wrong, _token_of(v1_api, "ada"))
        tested.add(operation.label)
    assert len(tested) == 12


def _run(requests: Any, token: str) -> None:
    @settings(max_examples=EXAMPLES, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(case=requests)
    def run(case: schemathesis.Case) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)

    run()


def _token_of(app: Flask, nickname: str) -> str:
    client = app.test_client()
    client.post("/api/users", json={"nickname": nickname, "password": "p"})
    answer = client.post("/api/tokens", auth=(nickname, "p"))
    if answer.status_code == 401:  # schemathesis changed the name or the password
        return _token_of(app, nickname + "x")
    return str(answer.json["token"])  # type: ignore[index]
