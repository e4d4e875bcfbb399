"""Who may call what of v1: every route × everybody, with and without reading by strangers; a new route needs a row."""

import base64
import itertools
from dataclasses import dataclass

import pytest
from api_fixtures import PASSWORD, MakeApi, new_person, new_signing_key, sign_in
from flask import Flask

WHO = ("stranger", "stranger, reading", "somebody", "author", "signed out", "with a v2 token")
"""`stranger, reading` is where the installation lets strangers read. `author` wrote the message and is the user."""

_PUBLIC, _READ, _WRITE = (200,) * 6, (401, 200, 200, 200, 401, 401), (401, 401, 204, 204, 401, 401)
TABLE: dict[str, tuple[int, ...]] = {
    "POST /users": (201,) * 6,
    "POST /tokens": _PUBLIC,
    "DELETE /tokens": _WRITE,
    "GET /users": _READ,
    "GET /users/<int:user_id>": _READ,
    "PUT /users/<int:user_id>": (401, 401, 403, 204, 401, 401),
    "GET /messages": _READ,
    "GET /messages/<int:message_id>": _READ,
    # Posting and editing answer 202 and a job; this is what the job answers.
    "POST /messages": (401, 401, 201, 201, 401, 401),
    "PUT /messages/<int:message_id>": (401, 401, 403, 204, 401, 401),
    # The id of a job is the secret that opens it.
    "GET /tasks/status/<job>": (204,) * 6,
    "GET /stats": _PUBLIC,
}
PAGES = {"GET /api/v1/docs", "GET /api/v1/docs/<asset>", "GET /api/v1/openapi.json"}
"""For everybody, and only once."""

_names = itertools.count(1)


@dataclass
class World:
    """v1 of an installation that strangers may not read, and the same one where they may."""

    closed: Flask
    reading: Flask

    def __post_init__(self) -> None:
        self.people = {name: new_person(self.closed, name) for name in ("author", "somebody", "gone")}
        author = self.token("author")
        made = self.ask("POST", "/api/messages", author, {"source": "hello"})
        self.message_id = self.ask("GET", made.headers["Location"], author).get_json(force=True)["id"]

    def ask(self, method, path, token, json=None, app=None, basic=None):  # type: ignore[no-untyped-def]
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if basic:
            headers = {"Authorization": "Basic " + base64.b64encode(basic.encode()).decode()}
        path = path.removeprefix("http://localhost")
        return (app or self.closed).test_client().open(path, method=method, headers=headers, json=json)

    def token(self, name: str) -> str:
        answer = self.ask("POST", "/api/tokens", None, basic=f"{name}:{PASSWORD}")
        return str(answer.get_json(force=True)["token"])

    def token_of(self, who: str) -> str | None:
        """A token made anew, since one of the routes ends them."""
        if who.startswith("stranger"):
            return None
        if who == "with a v2 token":
            return str(sign_in(self.closed, "somebody")["access_token"])
        token = self.token("gone" if who == "signed out" else who)
        if who == "signed out":
            assert self.ask("DELETE", "/api/tokens", token).status_code == 204
        return token

    def call(self, route: str, mount: str, who: str) -> int:
        """What becomes of it: the job's answer where one is begun."""
        method, rule = route.split(" ")
        app = self.reading if who == "stranger, reading" else self.closed
        if rule == "/stats" or rule.startswith("/tasks"):
            mount = mount if mount.endswith("v1") else ""  # the original had these two at the root
        author, token = self.token("author"), self.token_of(who)
        path = mount + rule.replace("<int:message_id>", str(self.message_id))
        path = path.replace("<int:user_id>", str(self.people["author"].id))
        if "<job>" in path:
            path = self.ask("PUT", f"/api/messages/{self.message_id}", author, {"source": "x"}).headers[
                "Location"
            ]
        body = {"POST /users": {"nickname": f"new{next(_names)}", "password": PASSWORD}}.get(route)
        if "messages" in route and method != "GET":
            body = {"source": "new"}
        if route == "PUT /users/<int:user_id>":
            body = {"nickname": "author"}
        basic = f"somebody:{PASSWORD}" if route == "POST /tokens" else None
        answer = self.ask(method, path, token, body, app, basic)
        if answer.status_code == 202:
            answer = self.ask("GET", answer.headers["Location"], None)
        return int(answer.status_code)


@pytest.fixture
def world(make_api: MakeApi) -> World:
    key = new_signing_key()
    return World(make_api(signing_keys=key), make_api(signing_keys=key, v1_anonymous_read=True))


def test_every_route_of_v1_has_a_row(api: Flask) -> None:
    found = {
        f"{method} {rule.rule}"
        for rule in api.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not rule.rule.startswith(("/api/v2/", "/internal/"))
    }
    at_the_root = {route for route in TABLE if "/tasks" in route or "/stats" in route}
    original = {route if route in at_the_root else route.replace(" /", " /api/") for route in TABLE}
    assert found == original | {route.replace(" /", " /api/v1/") for route in TABLE} | PAGES


@pytest.mark.parametrize("mount", ["/api", "/api/v1"])
def test_everybody_gets_what_the_table_says(world: World, mount: str) -> None:
    found = {route: tuple(world.call(route, mount, who) for who in WHO) for route in TABLE}
    wrong = {
        f"{who}: {route}": (found[route][number], TABLE[route][number])
        for route in TABLE
        for number, who in enumerate(WHO)
        if found[route][number] != TABLE[route][number]
    }
    assert wrong == {}, "(found, wanted)"


def test_a_v1_token_opens_nothing_of_v2(world: World) -> None:
    for path in ("/api/v2/users/me", "/api/v2/state", "/api/v2/exports"):
        method = "POST" if path.endswith("exports") else "GET"
        assert world.ask(method, path, world.token("somebody")).status_code == 401
