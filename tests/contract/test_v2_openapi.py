"""v2's OpenAPI document is true: valid, complete, and what it says is what the service does."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from api_fixtures import described_path, new_person
from flack_contracts.streams import parse_since
from flack_domain.actions.cleanup import IDEMPOTENCY_DAYS
from flask import Flask
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)


@schemathesis.serializer("application/jsonl")
def _one_line(_context: schemathesis.SerializationContext, value: Any) -> bytes:
    return json.dumps(value).encode()


EXAMPLES = 12
"""Requests for each operation; each is made of the document, right and wrong."""


@pytest.fixture
def document(api: Flask) -> dict[str, Any]:
    answer = api.test_client().get("/api/v2/openapi.json")
    assert answer.status_code == 200
    return dict(answer.json)  # type: ignore[call-overload]


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in document["paths"].values():
        yield from methods.values()


def test_every_route_is_described(api: Flask, document: dict[str, Any]) -> None:
    routes = {
        (described_path(rule.rule), method.lower())
        for rule in api.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/v2/") and not rule.endpoint.startswith("v2.documentation.")
    }
    described = {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert described == routes
    assert len(described) > 35


def test_it_is_openapi_3_1_with_schemas_that_hold(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    references = set(re.findall(r"#/components/schemas/([^']+)", str(document)))
    assert references <= set(document["components"]["schemas"])


def test_every_operation_says_what_it_does_and_who_may(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for operation in _operations(document)]
    assert len(ids) == len(set(ids))
    assert all(len(operation["summary"]) > 5 for operation in _operations(document))
    guarded = [operation for operation in _operations(document) if "security" in operation]
    assert len(guarded) > 30
    assert all(operation["security"] == [{"accessToken": []}] for operation in guarded)


def test_every_operation_lists_the_refusals_that_follow_from_its_form(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            listed = {int(status) for status in operation["responses"]}
            expected = {429, 503}
            expected |= {401} if "security" in operation else set()
            expected |= {404} if "{" in path else set()
            expected |= {400, 413, 415, 422} if "requestBody" in operation else set()
            expected |= (
                {422} if any(parameter["in"] == "query" for parameter in operation["parameters"]) else set()
            )
            assert expected <= listed, (method, path)
            assert any(status < 400 for status in listed)


def test_every_refusal_is_a_problem_and_says_when_to_come_again(document: dict[str, Any]) -> None:
    named = set(re.findall(r"#/components/responses/(\w+)", str(document)))
    responses = document["components"]["responses"]
    assert named == set(responses) and len(named) >= 10
    for name, response in responses.items():
        assert list(response["content"]) == ["application/problem+json"]
        assert ("Retry-After" in response["headers"]) == name.endswith(("409", "429", "503"))


def test_every_query_parameter_and_the_nonce_are_described(document: dict[str, Any]) -> None:
    described = {
        (operation["operationId"], parameter["name"]): parameter.get("description", "")
        for operation in _operations(document)
        for parameter in operation["parameters"]
        if parameter["in"] == "query"
    }
    assert len(described) > 10
    assert [names for names, description in described.items() if len(description) < 20] == []
    assert "Only one of" in described["list_messages", "before"]
    assert all("without it" in described["list_messages", name] for name in ("before", "after"))
    assert "`next`" in described["browse_channels", "before"]
    assert "`next`" in described["list_members", "after"]
    new_message = document["components"]["schemas"]["NewMessage"]["properties"]
    assert "comes back" in new_message["nonce"]["description"]


def test_every_answer_names_its_headers(document: dict[str, Any]) -> None:
    limits = {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"}
    responses = document["components"]["responses"]
    assert all(limits <= set(response["headers"]) for response in responses.values())
    for methods in document["paths"].values():
        for method, operation in methods.items():
            named = _headers_of_success(operation)
            assert limits <= named
            keeps = "gets the first answer again" in str(operation["parameters"])
            assert ("Idempotency-Replayed" in named) == (method == "post" and keeps)
    located = {
        operation["operationId"]
        for operation in _operations(document)
        if "Location" in _headers_of_success(operation)
    }
    assert located == {"sign_up", "create_channel", "post_message", "request_export", "request_import"}
    used = set(re.findall(r"#/components/headers/([\w-]+)", str(document)))
    assert used == set(document["components"]["headers"])


def _headers_of_success(operation: dict[str, Any]) -> set[str]:
    return {
        name
        for status, response in operation["responses"].items()
        if status < "300"
        for name in response["headers"]
    }


def test_sync_says_how_positions_are_written(document: dict[str, Any]) -> None:
    (since,) = (
        parameter
        for parameter in document["paths"]["/api/v2/sync"]["get"]["parameters"]
        if parameter["name"] == "since"
    )
    assert since["required"] and "STREAM@SEQ" in since["description"]
    assert parse_since(since["example"]) == {"channel:7": 112, "user:3": 41}
    assert re.search(since["schema"]["pattern"], since["example"])
    assert not re.search(since["schema"]["pattern"], "room:7@1")


def test_every_post_offers_an_idempotency_key_and_slow_ones_prefer(document: dict[str, Any]) -> None:
    assert IDEMPOTENCY_DAYS == 1  # the descriptions say "a day"
    for path, methods in document["paths"].items():
        if "post" in methods:
            names = {parameter["name"]: parameter for parameter in methods["post"]["parameters"]}
            is_secret = path.endswith(("/tokens", "/invites"))
            assert ("carried out again" in names["Idempotency-Key"]["description"]) == is_secret
            assert ("kept for a day" in names["Idempotency-Key"]["description"]) != is_secret
            assert ("Prefer" in names) == path.endswith(("/exports", "/imports"))


def test_the_page_loads_nothing_from_elsewhere(api: Flask) -> None:
    client = api.test_client()
    page = client.get("/api/v2/docs")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    for link in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        answer = client.get(f"/api/v2/{link}")
        assert answer.status_code == 200, link
        assert answer.headers["Content-Security-Policy"] == policy
    assert not re.search(r"<script>|style=|https?://", page.text)


def test_assets_come_packed_to_those_who_can_unpack(api: Flask) -> None:
    client, path = api.test_client(), "/api/v2/docs/swagger-ui.css"
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    plain = client.get(path)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(plain.data) / 4
    again = client.get(path, headers={"If-None-Match": plain.headers["ETag"]})
    assert again.status_code == 304


def test_an_unknown_asset_is_not_found(api: Flask) -> None:
    for name in ("nothing.js", "..%2fstart.js", "LICENSE"):
        assert api.test_client().get(f"/api/v2/docs/{name}").status_code == 404


@schemathesis.check
def headers_that_come_are_described(
    _context: schemathesis.CheckContext, answer: schemathesis.Response, case: schemathesis.Case
) -> None:
    """Those that a client can act on. Answers of the server itself (405) have none of them."""
    responses = case.operation.schema.raw_schema["components"]["responses"]
    response = case.operation.definition.raw["responses"].get(str(answer.status_code), {})
    response = responses.get(response.get("$ref", "").rpartition("/")[2], response)
    come = {name.lower() for name in answer.headers}
    known = case.operation.schema.raw_schema["components"]["headers"]
    described = {name.lower() for name in response.get("headers", {})}
    assert {name.lower() for name in known} & come <= described, answer.status_code


@pytest.mark.timeout(300)
def test_the_service_does_what_the_document_says(api: Flask) -> None:
    """Each operation with requests made from the document: never a 500, never an answer that is not described."""
    ada = new_person(api, "ada")
    ada.say(ada.make_channel())
    schema = schemathesis.openapi.from_wsgi("/api/v2/openapi.json", api)
    headers = {"Authorization": f"Bearer {ada.access_token}"}
    checks = [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_schema_conformance,
        unsupported_method,
        headers_that_come_are_described,
    ]
    tested = set()
    for found in schema.get_all_operations():
        operation = found.ok()
        right, wrong = (operation.as_strategy(generation_mode=mode) for mode in GenerationMode)

        @settings(
            max_examples=EXAMPLES, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
        )
        @given(case=right | wrong)
        def run(case: schemathesis.Case) -> None:
            case.call_and_validate(headers=headers, checks=checks)

        run()
        tested.add(operation.label)
    assert len(tested) > 35
