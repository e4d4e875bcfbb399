"""Who may call what: every route of v2 and `/internal` × everybody, and a new route without a row here fails."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from api_fixtures import (
    PASSWORD,
    SERVICE_KEY,
    MakeApi,
    Person,
    described_path,
    described_statuses,
    new_person,
    sign_in,
)
from flask import Flask

ROLES = ("anonymous", "stranger", "member", "owner", "administrator")
"""`administrator` is no member of the private channel that every path with a channel names."""

TABLE: dict[str, tuple[int, int, int, int, int]] = {
    # route: anonymous, stranger, member, owner, administrator
    "GET /api/v2/installation": (200, 200, 200, 200, 200),
    "GET /api/v2/openapi.json": (200, 200, 200, 200, 200),
    "GET /api/v2/docs": (200, 200, 200, 200, 200),
    "GET /api/v2/docs/<asset>": (200, 200, 200, 200, 200),
    "GET /api/v2/jwks": (200, 200, 200, 200, 200),
    "POST /api/v2/users": (201, 201, 201, 201, 201),
    "POST /api/v2/tokens": (200, 200, 200, 200, 200),
    "POST /api/v2/tokens/revoke": (204, 204, 204, 204, 204),
    "DELETE /api/v2/tokens/current": (401, 204, 204, 204, 204),
    "GET /api/v2/users": (401, 200, 200, 200, 200),
    "GET /api/v2/users/<int:user_id>": (401, 200, 200, 200, 200),
    "PATCH /api/v2/users/<int:user_id>": (401, 403, 403, 403, 200),
    "GET /api/v2/users/me": (401, 200, 200, 200, 200),
    "PATCH /api/v2/users/me": (401, 200, 200, 200, 200),
    "GET /api/v2/users/me/preferences": (401, 200, 200, 200, 200),
    "PATCH /api/v2/users/me/preferences": (401, 200, 200, 200, 200),
    "GET /api/v2/state": (401, 200, 200, 200, 200),
    "GET /api/v2/sync": (401, 200, 200, 200, 200),
    "GET /api/v2/channels": (401, 200, 200, 200, 200),
    "POST /api/v2/channels": (401, 201, 201, 201, 201),
    "POST /api/v2/channels/direct": (401, 201, 201, 201, 201),
    "GET /api/v2/channels/<int:channel_id>": (401, 404, 200, 200, 404),
    "PATCH /api/v2/channels/<int:channel_id>": (401, 404, 403, 200, 404),
    "POST /api/v2/channels/<int:channel_id>/archive": (401, 404, 403, 200, 404),
    "POST /api/v2/channels/<int:channel_id>/unarchive": (401, 404, 403, 200, 404),
    "GET /api/v2/channels/<int:channel_id>/members": (401, 404, 200, 200, 404),
    "POST /api/v2/channels/<int:channel_id>/members": (401, 404, 201, 201, 404),
    "DELETE /api/v2/channels/<int:channel_id>/members/me": (401, 404, 204, 409, 404),
    "DELETE /api/v2/channels/<int:channel_id>/members/<int:user_id>": (401, 404, 403, 204, 404),
    "PATCH /api/v2/channels/<int:channel_id>/members/<int:user_id>": (401, 404, 403, 200, 404),
    "GET /api/v2/channels/<int:channel_id>/messages": (401, 404, 200, 200, 404),
    "POST /api/v2/channels/<int:channel_id>/messages": (401, 404, 201, 201, 404),
    "GET /api/v2/channels/<int:channel_id>/messages/<int:message_id>": (401, 404, 200, 200, 404),
    # The message is the member's own: its words are theirs alone, taking it away is the owner's right too.
    "PATCH /api/v2/channels/<int:channel_id>/messages/<int:message_id>": (401, 404, 200, 403, 404),
    "DELETE /api/v2/channels/<int:channel_id>/messages/<int:message_id>": (401, 404, 200, 200, 404),
    "PUT /api/v2/channels/<int:channel_id>/read-position": (401, 404, 200, 200, 404),
    "POST /api/v2/channels/<int:channel_id>/imports": (401, 403, 403, 403, 404),
    "POST /api/v2/exports": (401, 202, 202, 202, 202),
    # The task is the member's.
    "GET /api/v2/tasks/<uuid:task_id>": (401, 404, 200, 404, 404),
    "DELETE /api/v2/tasks/<uuid:task_id>": (401, 404, 200, 404, 404),
    "GET /api/v2/tasks/<uuid:task_id>/download": (401, 404, 404, 404, 404),
    "POST /api/v2/invites": (401, 403, 403, 403, 201),
    "GET /api/v2/invites": (401, 403, 403, 403, 200),
    "DELETE /api/v2/invites/<int:invite_id>": (401, 403, 403, 403, 204),
    # The service key, not a person's token, opens these.
    "GET /internal/memberships": (401, 401, 401, 401, 401),
    "GET /internal/sessions/<int:session_id>": (401, 401, 401, 401, 401),
    "GET /internal/sessions/ended": (401, 401, 401, 401, 401),
    "POST /internal/v1/events": (401, 401, 401, 401, 401),
    "POST /internal/v1/offline": (401, 401, 401, 401, 401),
}
_numbers = itertools.count(1)


class World:
    """A private channel with an owner and a member, a stranger, an administrator; made anew for each request."""

    def __init__(self, app: Flask, sign_up: Callable[..., Person]) -> None:
        self.app = app
        self.people: dict[str, Person] = {
            role: sign_up(role) for role in ("administrator", "stranger", "member", "owner")
        }

    def call(self, route: str, role: str) -> int:
        """The status that this role gets."""
        method, rule = route.split(" ")
        path = self._fill(rule)
        headers = {}
        if role != "anonymous":
            token = self.people[role].access_token
            if route.endswith("/tokens/current"):  # this one ends with the call
                token = sign_in(self.app, role)["access_token"]
            headers["Authorization"] = f"Bearer {token}"
        body = self._body(route)
        if route.endswith("/imports"):
            headers["Content-Type"] = "application/jsonl"
        answer = self.app.test_client().open(path, method=method, json=body, headers=headers)
        return answer.status_code

    def _fill(self, rule: str) -> str:
        people, owner, member = self.people, self.people["owner"], self.people["member"]
        path = rule
        if "<int:channel_id>" in rule:
            channel = owner.make_channel("private")
            owner.post(f"/channels/{channel}/members", {"user_id": member.id})
            message = member.say(channel)
            path = path.replace("<int:channel_id>", str(channel))
            path = path.replace("<int:message_id>", str(message["id"]))
            if rule.endswith("/members/<int:user_id>"):
                extra = self._newcomer()
                owner.post(f"/channels/{channel}/members", {"user_id": extra})
                path = path.replace("<int:user_id>", str(extra))
        if "<uuid:task_id>" in rule:
            task = member.post("/exports").json
            path = path.replace("<uuid:task_id>", task["id"])  # type: ignore[index]
        if "<int:invite_id>" in rule:
            invite = people["administrator"].post("/invites").json
            path = path.replace("<int:invite_id>", str(invite["id"]))  # type: ignore[index]
        path = path.replace("<int:user_id>", str(people["stranger"].id)).replace("<int:session_id>", "1")
        return path.replace("<asset>", "start.js") + ("?since=" if rule.endswith("/sync") else "")

    def _newcomer(self) -> int:
        if not hasattr(self, "_extra"):
            new = {"nickname": "newcomer", "password": PASSWORD}
            made = self.app.test_client().post("/api/v2/users", json=new)
            self._extra = int(made.json["id"])  # type: ignore[index]
        return self._extra

    def _body(self, route: str) -> Any:
        number = next(_numbers)
        return {
            "POST /api/v2/users": {"nickname": f"new{number}", "password": PASSWORD},
            "POST /api/v2/tokens": {"grant": "password", "nickname": "stranger", "password": PASSWORD},
            "POST /api/v2/tokens/revoke": {"refresh_token": "frt_unknown"},
            "PATCH /api/v2/users/<int:user_id>": {"role": "member"},
            "PATCH /api/v2/users/me": {"display_name": f"Name {number}"},
            "PATCH /api/v2/users/me/preferences": {"theme": "dark"},
            "POST /api/v2/channels": {"name": f"made {number}", "kind": "public"},
            "POST /api/v2/channels/direct": {"user_ids": [self._newcomer()]},
            "PATCH /api/v2/channels/<int:channel_id>": {"name": f"renamed {number}"},
            "POST /api/v2/channels/<int:channel_id>/members": {"user_id": self._newcomer()},
            "PATCH /api/v2/channels/<int:channel_id>/members/<int:user_id>": {"role": "owner"},
            "POST /api/v2/channels/<int:channel_id>/messages": {"source": "hello"},
            "POST /api/v2/channels/<int:channel_id>/imports": {
                "nickname": "owner",
                "source": "long ago",
                "created_at": "2020-01-01T00:00:00Z",
            },
            "PATCH /api/v2/channels/<int:channel_id>/messages/<int:message_id>": {"source": "changed"},
            "PUT /api/v2/channels/<int:channel_id>/read-position": {"position": 1},
        }.get(route)


def _routes(app: Flask) -> list[str]:
    return sorted(
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith(("/api/v2/", "/internal/"))
    )


def test_every_route_has_a_row(api: Flask) -> None:
    assert set(_routes(api)) == set(TABLE)


def test_every_answer_of_the_table_stands_in_the_document(api: Flask) -> None:
    listed = described_statuses(api)
    described = {route: listed.get(described_path(route), set()) for route in TABLE}
    assert sum(map(bool, described.values())) > 35
    unlisted = {route: set(TABLE[route]) - statuses for route, statuses in described.items() if statuses}
    assert {route: statuses for route, statuses in unlisted.items() if statuses} == {}


@pytest.mark.timeout(120)
def test_everybody_gets_what_the_table_says(make_api: MakeApi) -> None:
    app = make_api(exports_per_user=1000)  # each row's task is an export of the same person's
    world = World(app, lambda name: new_person(app, name))
    found = {route: tuple(world.call(route, role) for role in ROLES) for route in TABLE}
    wrong = {
        f"{role}: {route}": (found[route][i], TABLE[route][i])
        for route in TABLE
        for i, role in enumerate(ROLES)
        if found[route][i] != TABLE[route][i]
    }
    assert wrong == {}, "(found, wanted)"


def test_the_service_key_opens_internal_routes(api: Flask, sign_up: Callable[..., Person]) -> None:
    ada = sign_up()
    headers = {"X-Flack-Service-Key": SERVICE_KEY}
    path = f"/internal/memberships?users={ada.id},999999"
    answer = api.test_client().get(path, headers=headers)
    assert answer.status_code == 200 and answer.json is not None
    assert [person["user_id"] for person in answer.json["people"]] == [ada.id]
    headers["X-Flack-Service-Key"] = SERVICE_KEY[:-1]
    assert api.test_client().get(path, headers=headers).status_code == 401
