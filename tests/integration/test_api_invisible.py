"""What may not be seen is answered as what does not exist: the same bytes, after the same statements.

The same statements and not the same milliseconds, which no test could tell apart from noise: a stranger who measures
meets the same work.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from api_fixtures import PASSWORD, Person, sign_in
from flask import Flask
from sqlalchemy import event

UNKNOWN = 1_000_000
V2 = "/api/v2"
BODIES: dict[str, Any] = {
    "PATCH /channels/<int:channel_id>": {"name": "renamed"},
    "POST /channels/<int:channel_id>/members": {"user_id": 1},
    "PATCH /channels/<int:channel_id>/members/<int:user_id>": {"role": "owner"},
    "POST /channels/<int:channel_id>/messages": {"source": "hello"},
    "PATCH /channels/<int:channel_id>/messages/<int:message_id>": {"source": "changed"},
    "PUT /channels/<int:channel_id>/read-position": {"position": 1},
    "POST /channels/<int:channel_id>/imports": {
        "nickname": "ada",
        "source": "long ago",
        "created_at": "2020-01-01T00:00:00Z",
    },
}
OF_THE_REQUEST = {"X-Request-ID", "Date", "RateLimit-Reset", "RateLimit-Remaining"}


@dataclass(frozen=True)
class Answered:
    """All that an asker can tell one answer from another by."""

    status: int
    headers: dict[str, str]
    body: str
    statements: tuple[str, ...]


class Asker:
    """Somebody who sees none of it, and what they are answered."""

    def __init__(self, app: Flask, token: str) -> None:
        self.app, self.token = app, token

    def ask(self, method: str, path: str, json: Any = None, **headers: str) -> Answered:
        """Ask; the request's own id is taken out of the answer."""
        given = {"Authorization": f"Bearer {self.token}", **headers}
        with recorded(self.app) as statements:
            answer = self.app.test_client().open(path, method=method, json=json, headers=given)
        kept = {name: value for name, value in answer.headers if name not in OF_THE_REQUEST}
        body = answer.text.replace(answer.headers["X-Request-ID"], "")
        return Answered(answer.status_code, kept, body, tuple(statements))


@contextmanager
def recorded(app: Flask) -> Iterator[list[str]]:
    """The statements that requests of this thread send meanwhile, with the ends of transactions."""
    statements: list[str] = []
    engine, asker = app.extensions["flack_engine"], threading.get_ident()

    def keep(statement: str) -> None:
        if threading.get_ident() == asker:  # others mark events as published
            statements.append(statement)

    hooks = {
        "before_cursor_execute": lambda _connection, _cursor, statement, *_rest: keep(statement),
        "begin": lambda _connection: keep("begin"),
        "commit": lambda _connection: keep("commit"),
        "rollback": lambda _connection: keep("rollback"),
    }
    for name, hook in hooks.items():
        event.listen(engine, name, hook)
    yield statements
    for name, hook in hooks.items():
        event.remove(engine, name, hook)


def routes(app: Flask) -> list[str]:
    """Every route of v2 that names a channel."""
    return sorted(
        f"{method} {rule.rule.removeprefix(V2)}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith(V2) and "<int:channel_id>" in rule.rule
    )


@pytest.mark.parametrize("header", [{}, {"Idempotency-Key": "the-same"}], ids=["once", "with a key"])
def test_an_invisible_channel_is_answered_as_one_that_does_not_exist(
    api: Flask, ada: Person, ben: Person, header: dict[str, str]
) -> None:
    hidden = ben.make_channel("private")
    message = ben.say(hidden)["id"]
    ben.post(f"/channels/{hidden}/members", {"user_id": ben.id})
    asker = Asker(api, ada.access_token)
    found, never = {}, {}
    for route in routes(api):
        method, rule = route.split(" ")
        headers = header if method == "POST" else {}
        if route.endswith("/imports"):
            headers = {**headers, "Content-Type": "application/jsonl"}
        path = V2 + rule.replace("<int:message_id>", str(message)).replace("<int:user_id>", str(ben.id))
        for answers, channel in ((found, hidden), (never, hidden + UNKNOWN)):
            filled = path.replace("<int:channel_id>", str(channel))
            answers[route] = asker.ask(method, filled, BODIES.get(route), **headers)
    assert len(found) >= 15
    assert {route: answered.status for route, answered in found.items()} == dict.fromkeys(found, 404)
    assert all(answered.statements for answered in found.values())
    for route in found:
        assert found[route] == never[route], route


def test_a_message_of_an_invisible_channel_is_answered_as_one_that_does_not_exist(
    api: Flask, ada: Person, ben: Person
) -> None:
    hidden, shared = ben.make_channel("private"), ben.make_channel("public")
    ada.post(f"/channels/{shared}/members", {"user_id": ada.id})
    message = ben.say(hidden)["id"]
    asker = Asker(api, ada.access_token)
    path = f"{V2}/channels/{shared}/messages/"
    assert ada.get(f"/channels/{shared}/messages/{ben.say(shared)['id']}").status_code == 200
    for method, body in (("GET", None), ("PATCH", {"source": "changed"}), ("DELETE", None)):
        found = asker.ask(method, f"{path}{message}", body)
        assert found == asker.ask(method, f"{path}{message + UNKNOWN}", body), method
        assert found.status == 404


def test_the_stream_of_an_invisible_channel_is_answered_as_one_that_does_not_exist(
    api: Flask, ada: Person, ben: Person
) -> None:
    hidden = ben.make_channel("private")
    ben.say(hidden)
    asker = Asker(api, ada.access_token)
    found = asker.ask("GET", f"{V2}/sync?since=channel:{hidden}@0")
    never = asker.ask("GET", f"{V2}/sync?since=channel:{hidden + UNKNOWN}@0")
    assert (found.status, found.statements) == (200, never.statements)
    assert found.body.replace(str(hidden), "?") == never.body.replace(str(hidden + UNKNOWN), "?")
    assert '"seq":null' in found.body


def test_the_task_of_somebody_else_is_answered_as_one_that_does_not_exist(
    api: Flask, ada: Person, ben: Person
) -> None:
    task = ben.post("/exports").json["id"]  # type: ignore[index]
    never = "00000000-0000-4000-8000-000000000000"
    asker = Asker(api, ada.access_token)
    for method, rest in (("GET", ""), ("DELETE", ""), ("GET", "/download")):
        found = asker.ask(method, f"{V2}/tasks/{task}{rest}")
        assert found == asker.ask(method, f"{V2}/tasks/{never}{rest}"), (method, rest)
        assert found.status == 404


@pytest.mark.parametrize("mount", ["/api", "/api/v1"])
def test_v1_answers_a_message_of_another_channel_as_one_that_does_not_exist(
    api: Flask, ada: Person, ben: Person, mount: str
) -> None:
    message = ben.say(ben.make_channel("private"))["id"]
    login = api.test_client().post(f"{mount}/tokens", auth=("ada", PASSWORD))
    asker = Asker(api, login.json["token"])  # type: ignore[index]
    asker.ask("GET", f"{mount}/messages")  # from now on online, which is written once
    path = f"{mount}/messages/"
    found = asker.ask("GET", f"{path}{message}")
    assert found == asker.ask("GET", f"{path}{message + UNKNOWN}")
    assert found.status == 404

    statuses = []
    for id in (message, message + UNKNOWN):
        job = asker.ask("PUT", f"{path}{id}", {"source": "changed"})
        assert job.status == 202
        done = asker.ask("GET", job.headers["Location"].removeprefix("http://localhost"))
        statuses.append((job.statements, done))
    assert statuses[0] == statuses[1]
    assert statuses[0][1].status == 404


def test_signing_in_asks_the_same_of_a_name_that_nobody_has(api: Flask, ada: Person) -> None:
    sign_in(api, "ada")
    asker = Asker(api, ada.access_token)
    grants = [
        {"grant": "password", "nickname": name, "password": "not the password"} for name in ("ada", "nobody")
    ]
    found, never = (asker.ask("POST", f"{V2}/tokens", grant) for grant in grants)
    assert found == never
    assert found.status == 401
