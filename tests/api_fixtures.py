"""The api service for tests: in process, on this test's own database and Valkey."""

import itertools
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flack_api.app import create_app
from flack_api.settings import ApiSettings
from flack_domain import actions
from flack_domain.passwords import Passwords
from flack_kit.logging import configure_logging
from flask import Flask, Response, request
from werkzeug.test import TestResponse

SERVICE_KEY = "the-service-key-of-tests"
PASSWORD = "correct horse battery"
_CHEAP = Passwords(time_cost=1, memory_kib=8, parallelism=1)
_names = itertools.count(1)
_described: dict[str, set[int]] = {}

# As in production: structlog's own way to print an exception shows every variable and takes a minute for it.
configure_logging("api", level="info", log_format="json", stream=sys.__stderr__)

MakeApi = Callable[..., Flask]


def new_signing_key() -> str:
    """An Ed25519 private key as settings hold it."""
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@dataclass(frozen=True)
class Person:
    """Somebody signed in, and the requests that they make. Paths are below `/api/v2`."""

    app: Flask
    id: int
    nickname: str
    access_token: str
    refresh_token: str

    def request(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.access_token}", **options.pop("headers", {})}
        return self.app.test_client().open("/api/v2" + path, method=method, headers=headers, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.request("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self.request("POST", path, json=json, **options)

    def patch(self, path: str, json: Any) -> TestResponse:
        return self.request("PATCH", path, json=json)

    def delete(self, path: str) -> TestResponse:
        return self.request("DELETE", path)

    def make_channel(self, kind: str = "public", name: str | None = None) -> int:
        """The id of a new channel of theirs."""
        name = name or f"channel {next(_names)}"
        made = self.post("/channels", {"name": name, "kind": kind})
        assert made.status_code == 201, made.text
        return int(made.json["id"])  # type: ignore[index]

    def say(self, channel_id: int, source: str = "hello") -> dict[str, Any]:
        """A message posted to a channel."""
        posted = self.post(f"/channels/{channel_id}/messages", {"source": source})
        assert posted.status_code == 201, posted.text
        return dict(posted.json)  # type: ignore[call-overload]


@pytest.fixture
def make_api(database_url: str, redis_url: str) -> Iterator[MakeApi]:
    """Makes the application, with settings changed as asked."""
    made: list[Flask] = []
    defaults: dict[str, Any] = {
        "database_url": database_url,
        "redis_url": redis_url,
        "service_key": SERVICE_KEY,
        "signing_keys": new_signing_key(),
        "rate_limits_enabled": False,
        "trusted_proxies": 0,
        "database_pool_size": 4,
    }

    answered: set[tuple[str, int]] = set()

    def note(response: Response) -> Response:
        if request.url_rule is not None and request.url_rule.rule.startswith("/api/v2/"):
            answered.add((f"{request.method} {described_path(request.url_rule.rule)}", response.status_code))
        return response

    def make(**changes: Any) -> Flask:
        app = create_app(ApiSettings(**{**defaults, **changes}))
        app.after_request(note)
        made.append(app)
        return app

    yield make
    listed = described_statuses(made[0]) if answered else {}
    undescribed = {
        (operation, status)
        for operation, status in answered
        if status not in {500, *listed.get(operation, {status})}
    }
    for app in made:
        app.extensions["flack_services"].close()
    assert undescribed == set(), "answers that the OpenAPI document does not list"


def described_path(rule: str) -> str:
    """A rule as the OpenAPI document writes its path."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)


def described_statuses(app: Flask) -> dict[str, set[int]]:
    """The statuses that v2's OpenAPI document lists, by `GET /api/v2/…`. The same for every application: read once."""
    if not _described:
        paths = app.test_client().get("/api/v2/openapi.json").json["paths"]  # type: ignore[index]
        for path, methods in paths.items():
            for method, operation in methods.items():
                _described[f"{method.upper()} {path}"] = {int(status) for status in operation["responses"]}
    return _described


@pytest.fixture
def api(make_api: MakeApi) -> Flask:
    """The application with the settings of tests."""
    return make_api()


@pytest.fixture
def sign_up(api: Flask) -> Callable[..., Person]:
    """Signs somebody up and in."""

    def make(nickname: str | None = None, app: Flask | None = None) -> Person:
        return new_person(app or api, nickname)

    return make


@pytest.fixture
def ada(sign_up: Callable[..., Person]) -> Person:
    """The first, who administrates."""
    return sign_up("ada")


@pytest.fixture
def ben(ada: Person, sign_up: Callable[..., Person]) -> Person:
    """Somebody else, who came after Ada."""
    return sign_up("ben")


def new_person(app: Flask, nickname: str | None = None) -> Person:
    """Somebody who signed up and in. Their password is hashed at the least cost: argon2 has tests of its own."""
    name = nickname or f"person{next(_names)}"
    with app.extensions["flack_sessions"]() as session:
        actions.users.sign_up(session, _CHEAP, nickname=name, password=PASSWORD)
    tokens = sign_in(app, name)
    return Person(app, tokens["user"]["id"], name, tokens["access_token"], tokens["refresh_token"])


def sign_in(app: Flask, nickname: str, password: str = PASSWORD) -> dict[str, Any]:
    """The answer to signing in."""
    grant = {"grant": "password", "nickname": nickname, "password": password}
    answer = app.test_client().post("/api/v2/tokens", json=grant)
    assert answer.status_code == 200, answer.text
    return dict(answer.json)  # type: ignore[call-overload]
