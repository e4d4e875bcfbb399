"""The OpenAPI 3.1 document of one API version, made from the URL map and the views' declarations."""

import re
from collections.abc import Iterator
from typing import Any

from flask import Flask
from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema
from werkzeug.routing import Rule

from flack_api.http.auth import ADMINISTRATOR, USER
from flack_api.http.ids import MAX_ID
from flack_api.http.lines import JSON_LINES
from flack_api.http.routes import Route, route_of
from flack_api.openapi import Json
from flack_api.openapi.headers import described_headers, of_refusal, of_success

PARAMETERS: dict[str | None, Json] = {
    None: {"type": "string"},
    "int": {"type": "integer", "minimum": 1, "maximum": MAX_ID},
    "uuid": {"type": "string", "format": "uuid"},
}
REFERENCE = "#/components/schemas/{model}"
REFUSALS = {
    400: "What was sent cannot be read: the body is not JSON, or the `Idempotency-Key` not in order.",
    401: "The credentials are missing or hold no more.",
    403: "You may not do this.",
    404: "It does not exist, or you may not see it: the answer is the same.",
    409: "It does not fit with how things stand, or the first request with this `Idempotency-Key` is under way.",
    413: "The body is too large.",
    415: "The body is not of the media type that is asked for.",
    422: "A field is unknown or not valid (`errors` names it), or the `Idempotency-Key` was used for another request.",
    429: "Too many requests: wait for `Retry-After` seconds.",
    503: "Overloaded, or the database is away; nothing was changed: try again after `Retry-After` seconds.",
}
"""Every status with which a route may refuse. A 500, which nobody expects, has the same form."""
_RETRIED = (
    "A retry with the same key and body gets the first answer again. Keys are kept for a day: what comes "
    "later is a request like any other."
)
_DONE_AGAIN = "Has no effect: the answer holds secrets, which are not kept, so a retry is carried out again."


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str
    message: str


class ProblemDocument(BaseModel):
    """Why a request was refused (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(description="For programs; does not change.")
    errors: list[FieldProblem]
    request_id: str | None


def openapi_document(app: Flask, *, prefix: str, title: str, version: str, description: str) -> Json:
    """Describe every route of `app` below `prefix`."""
    operations = list(_operations(app, prefix))
    schemas, references = _schemas([route for _rule, _method, route, _view in operations])
    paths: Json = {}
    for rule, method, route, view in operations:
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        paths.setdefault(path, {})[method] = _operation(rule, method, route, view, references)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "description": description, "license": {"name": "MIT"}},
        "servers": [{"url": "/"}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": schemas,
            "headers": described_headers(),
            "responses": {_refusal(status): _problem(status, references) for status in REFUSALS},
            "securitySchemes": {
                "accessToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            },
        },
    }


def _operations(app: Flask, prefix: str) -> Iterator[tuple[Rule, str, Route, Any]]:
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith(prefix + "/"):
            continue
        view = app.view_functions[rule.endpoint]
        if not route_of(view).described:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method.lower(), route_of(view), view


def _schemas(routes: list[Route]) -> tuple[Json, dict[Any, Json]]:
    """The shared schemas, and where to find each model's: bodies as they are read, answers as they are written."""
    wanted: list[tuple[type[BaseModel], Any]] = [(ProblemDocument, "serialization")]
    for route in routes:
        wanted += [(model, "validation") for model in (route.body,) if model]
        wanted += [(model, "serialization") for model in (route.answer,) if model]
    references, definitions = models_json_schema(list(dict.fromkeys(wanted)), ref_template=REFERENCE)
    return definitions.get("$defs", {}), dict(references)


def _operation(rule: Rule, method: str, route: Route, view: Any, references: dict[Any, Json]) -> Json:
    summary, _, rest = (view.__doc__ or "").strip().partition("\n")
    operation: Json = {
        "operationId": view.__name__,
        "tags": [rule.endpoint.split(".")[-2]],
        "summary": summary.rstrip("."),
        "parameters": list(_parameters(rule, method, route)),
        "responses": _responses(rule, method, route, references),
    }
    if rest.strip():
        operation["description"] = re.sub(r"\n\s+", "\n", rest.strip())
    if route.auth in {USER, ADMINISTRATOR}:
        operation["security"] = [{"accessToken": []}]
    if route.body:
        content = {route.body_type: {"schema": references[(route.body, "validation")]}}
        operation["requestBody"] = {"required": not route.body_optional, "content": content}
        if route.body_type == JSON_LINES:
            operation["requestBody"]["description"] = "JSON Lines: each line is one of these."
    return operation


def _parameters(rule: Rule, method: str, route: Route) -> Iterator[Json]:
    for name in sorted(rule.arguments):
        kind = re.search(rf"<(?:(\w+):)?{name}>", rule.rule)
        schema = PARAMETERS[kind[1] if kind else None]
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    if route.query:
        described = route.query.model_json_schema()
        for name, schema in described.get("properties", {}).items():
            required = name in described.get("required", [])
            parameter: Json = {"name": name, "in": "query", "required": required, "schema": schema}
            if "description" in schema:
                parameter["description"] = schema.pop("description")
            if "examples" in schema:
                parameter["example"] = schema.pop("examples")[0]
            yield parameter
    if method == "post":
        told = _RETRIED if route.keeps_answer else _DONE_AGAIN
        yield _header("Idempotency-Key", told, 255)
    if route.etag:
        yield _header("If-None-Match", "The ETag of what you have; 304 if nothing changed.")
    if route.deferrable:
        yield _header(
            "Prefer",
            "`respond-async` is acknowledged with `Preference-Applied`; the answer is 202 either way.",
        )


def _header(name: str, description: str, length: int = 1000) -> Json:
    schema = {"type": "string", "minLength": 1, "maxLength": length}
    return {"name": name, "in": "header", "required": False, "description": description, "schema": schema}


def _responses(rule: Rule, method: str, route: Route, references: dict[Any, Json]) -> Json:
    done: Json = {"description": "Done", "headers": of_success(method, route)}
    if route.answer:
        done["content"] = {route.content_type: {"schema": references[(route.answer, "serialization")]}}
    elif route.status != 204:
        done["content"] = {route.content_type: {}}
    responses = {str(route.status): done}
    for status in sorted(route.also):
        responses[str(status)] = done
    if route.etag:
        responses["304"] = {"description": "Not changed", "headers": done["headers"]}
    for status in sorted(_refusals(rule, method, route)):
        responses[str(status)] = {"$ref": f"#/components/responses/{_refusal(status)}"}
    return responses


def _refusals(rule: Rule, method: str, route: Route) -> set[int]:
    statuses = {429, 503, *route.refusals}
    if route.auth in {USER, ADMINISTRATOR}:
        statuses.add(401)
    if route.auth == ADMINISTRATOR:
        statuses.add(403)
    if rule.arguments:
        statuses.add(404)
    if route.query:
        statuses.add(422)
    if route.body:
        statuses |= {400, 413, 415, 422}
    if method == "post" and route.keeps_answer:  # `Idempotency-Key`
        statuses |= {400, 409, 422}
    return statuses


def _refusal(status: int) -> str:
    return f"Refused{status}"


def _problem(status: int, references: dict[Any, Json]) -> Json:
    reference = references[(ProblemDocument, "serialization")]
    return {
        "description": REFUSALS[status],
        "headers": of_refusal(status),
        "content": {"application/problem+json": {"schema": reference}},
    }
