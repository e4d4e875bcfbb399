"""v1's OpenAPI 3.1 document, written by hand: the contract is frozen."""

from typing import Any

from flack_api.v1.mounts import VERSIONED
from flack_api.v1.schemas import ID, SCHEMAS, Json

DESCRIPTION = """The API of the original Flack: frozen, deprecated, served as it always was. New programs use v2.

The same is served at `/api` (with `/tasks/status/<id>` and `/stats` beside it): one set of data, and paths in an
answer start with the mount that was asked. Every answer carries `Deprecation`, `Sunset` and `Link` headers.
"""
_TOKEN: list[Json] = [{"token": []}]
_OPTIONAL_TOKEN: list[Json] = [{}, {"token": []}]
_SINCE: Json = {
    "name": "updated_since",
    "in": "query",
    "description": "Only what changed after this moment: Unix seconds, strictly greater.",
    "schema": {"anyOf": [{"type": "integer"}, {"type": "string", "maxLength": 0}]},
}
_ONLINE: Json = {
    "name": "online",
    "in": "query",
    "description": "`0`: who is offline; empty: all; anything else: who is online.",
    "schema": {"type": "string"},
}


def document() -> Json:
    """The document."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Flack API v1 (deprecated)", "version": "1", "description": DESCRIPTION},
        "servers": [{"url": "/"}],
        "paths": {VERSIONED + path: operations for path, operations in _paths().items()},
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "From POST /tokens; never expires.",
                },
                "login": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "Nickname and password in UTF-8.",
                },
            },
        },
    }


def _paths() -> Json:
    user_id, message_id = _id("user_id"), _id("message_id")
    job = {"name": "job", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
    return {
        "/users": {
            "post": _operation("createUser", "Register", {201: "User"}, body="NewUser", location=True),
            "get": _operation(
                "listUsers",
                "Everybody, or some; by last change, then nickname",
                {200: "Users"},
                parameters=[_ONLINE, _SINCE],
                security=_OPTIONAL_TOKEN,
            ),
        },
        "/users/{user_id}": {
            "get": _operation(
                "readUser", "One person", {200: "User"}, parameters=[user_id], security=_OPTIONAL_TOKEN
            ),
            "put": _operation(
                "changeUser",
                "Change one's own nickname or password; a password ends all tokens",
                {204: None},
                parameters=[user_id],
                security=_TOKEN,
                body="UserChanges",
            ),
        },
        "/tokens": {
            "post": _operation("createToken", "Log in", {200: "Token"}, security=[{"login": []}]),
            "delete": _operation("deleteTokens", "Log out everywhere", {204: None}, security=_TOKEN),
        },
        "/messages": {
            "post": _operation(
                "createMessage",
                "Post a message: a job",
                {202: None},
                security=_TOKEN,
                body="NewMessage",
                location=True,
            ),
            "get": _operation(
                "listMessages",
                "Messages of the last 24 hours; by last change, then id",
                {200: "Messages"},
                parameters=[_SINCE],
                security=_OPTIONAL_TOKEN,
            ),
        },
        "/messages/{message_id}": {
            "get": _operation(
                "readMessage",
                "One message",
                {200: "Message"},
                parameters=[message_id],
                security=_OPTIONAL_TOKEN,
            ),
            "put": _operation(
                "changeMessage",
                "Edit one's own message: a job",
                {202: None},
                parameters=[message_id],
                security=_TOKEN,
                body="MessageChanges",
                location=True,
            ),
        },
        "/tasks/status/{job}": {
            "get": _operation(
                "readStatus",
                "202 while the job runs, then its own answer",
                {201: "Message", 202: None, 204: None},
                parameters=[job],
            )
        },
        "/stats": {"get": _operation("readStatistics", "How busy the installation is", {200: "Statistics"})},
    }


def _operation(
    name: str,
    summary: str,
    answers: dict[int, str | None],
    *,
    parameters: list[Json] | None = None,
    security: list[Json] | None = None,
    body: str | None = None,
    location: bool = False,
) -> Json:
    operation: Json = {
        "operationId": name,
        "summary": summary,
        "deprecated": True,
        "parameters": parameters or [],
        "responses": {str(status): _answer(schema, location=location) for status, schema in answers.items()},
        "security": security or [],
    }
    operation["responses"]["default"] = {"description": "Refused", "content": _json("Error")}
    if body:
        operation["requestBody"] = {"required": body.startswith("New"), "content": _json(body)}
    return operation


def _answer(schema: str | None, *, location: bool) -> Json:
    answer: Json = {"description": "Done" if schema else "No content"}
    if schema:
        answer["content"] = _json(schema)
    if location:
        answer["headers"] = {"Location": {"schema": {"type": "string", "format": "uri"}, "required": True}}
    return answer


def _json(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _id(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": ID}
