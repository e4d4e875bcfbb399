"""What v1's bodies look like, as JSON Schema. Written by hand: the contract is frozen."""

from typing import Any

from flack_api.http.ids import MAX_ID

Json = dict[str, Any]

SECONDS: Json = {"type": "integer", "description": "Unix seconds (UTC)."}
ID: Json = {"type": "integer", "minimum": 1, "maximum": MAX_ID}
TEXT: Json = {"type": "string", "pattern": r"^[^\u0000]*$"}
PASSWORD: Json = {"type": "string", "minLength": 1, "maxLength": 1024, "pattern": r"^[^\u0000]+$"}
NICKNAME: Json = {
    "type": "string",
    "minLength": 1,
    "maxLength": 32,
    "pattern": r"^[^<>\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+$",
    "description": "Unique, case-sensitive, kept as sent. No `<`, `>` or control characters.",
}


def _exactly(properties: Json) -> Json:
    """An answer's object: these keys, none left out, none added."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _taken(properties: Json, *, required: bool) -> Json:
    """A request's object: other fields are ignored."""
    return {"type": "object", "properties": properties, "required": list(properties) if required else []}


def _links(*names: str) -> Json:
    return _exactly({name: {"type": "string"} for name in names})


USER = _exactly(
    {
        "id": ID,
        "nickname": NICKNAME,
        "created_at": SECONDS,
        "updated_at": {**SECONDS, "description": "Last change of anything stored. Unix seconds."},
        "last_seen_at": {**SECONDS, "description": "Last authenticated call or event. Unix seconds."},
        "online": {"type": "boolean"},
        "_links": _links("self", "messages", "tokens"),
    }
)
MESSAGE = _exactly(
    {
        "id": ID,
        "created_at": SECONDS,
        "updated_at": {**SECONDS, "description": "Last edit, or when links were expanded. Unix seconds."},
        "source": {"type": "string", "description": "Markdown as sent."},
        "html": {"type": "string", "description": "What to show: sanitized, safe to insert."},
        "user_id": ID,
        "_links": _links("self", "user"),
    }
)
SCHEMAS: Json = {
    "User": USER,
    "Message": MESSAGE,
    "Users": _exactly({"users": {"type": "array", "items": {"$ref": "#/components/schemas/User"}}}),
    "Messages": _exactly({"messages": {"type": "array", "items": {"$ref": "#/components/schemas/Message"}}}),
    "Token": _exactly({"token": {"type": "string"}}),
    "Statistics": _exactly({"requests_per_second": {"type": "number", "minimum": 0}}),
    "Error": {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]},
    "NewUser": _taken({"nickname": NICKNAME, "password": PASSWORD}, required=True),
    "UserChanges": _taken({"nickname": NICKNAME, "password": PASSWORD}, required=False),
    "NewMessage": _taken({"source": {**TEXT, "maxLength": 40_000}}, required=True),
    "MessageChanges": _taken({"source": {**TEXT, "maxLength": 40_000}}, required=False),
}
