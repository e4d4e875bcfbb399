"""Secrets, passwords, tokens and what people write are in no log, error, metric, event or command line.

A whole installation of its own, at its most talkative, with secrets that are recognized wherever they come up. People
sign up, write, fail and sign out; databases go away in the middle of it; then everything that came out is searched.
"""

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2
import psycopg
import pytest
import redis
from flack_local.keys import Keys, load_or_make
from flack_local.stack import Stack
from realtime_support import Person, wait_until


@dataclass
class Canary:
    """The installation, what must not come up, and what was answered."""

    stack: Stack
    http: httpx2.Client
    hidden: dict[str, str] = field(default_factory=dict)
    """What may be nowhere at all: by what it is."""
    said: dict[str, str] = field(default_factory=dict)
    """What people wrote: it may be in the database and in answers to those who may read it."""
    errors: list[str] = field(default_factory=list)
    in_redis: dict[str, str] = field(default_factory=dict)
    """Every key with what it held, before Redis was killed."""

    def ask(self, method: str, path: str, *, token: str = "", **options: Any) -> httpx2.Response:
        headers = {"Origin": self.stack.url, **options.pop("headers", {})}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        answer = self.http.request(method, self.stack.url + path, headers=headers, **options)
        if answer.status_code >= 400:
            self.errors.append(f"{answer.status_code} {answer.headers} {answer.text}")
        return answer

    def hide(self, what: str, value: str) -> str:
        self.hidden[what] = value
        return value

    def say(self, what: str) -> str:
        self.said[what] = f"{what} {secrets.token_hex(12)}"
        return self.said[what]

    def found(self, text: str, *, said: bool = True) -> list[str]:
        """Which of them are in a text."""
        values = {**self.hidden, **(self.said if said else {})}
        return [what for what, value in values.items() if value in text]


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    settings = {"RATE_LIMITS_ENABLED": "false", "LOG_LEVEL": "debug", "LOG_FORMAT": "json"}
    with Stack(settings=settings) as stack, httpx2.Client(timeout=30, trust_env=False) as http:
        canary = Canary(stack, http)
        keys = load_or_make(stack.layout.keys)
        for name in Keys.__annotations__:
            canary.hide(f"the {name} key", getattr(keys, name).strip())
        canary.hide("the signing key's middle", keys.signing.splitlines()[1])
        live(canary)
        yield canary


def live(canary: Canary) -> None:
    """Everything that people and clients do, rightly and wrongly."""
    tokens = people_sign_in(canary)
    people_write(canary, tokens)
    sockets_come(canary, tokens)
    clients_err(canary, tokens)
    canary.in_redis = dump(canary.stack.redis_url)
    databases_fail(canary, tokens)
    assert canary.ask("DELETE", "/api/v2/tokens/current", token=tokens).status_code == 204
    assert canary.ask("GET", "/api/v2/users/me", token=tokens).status_code == 401


def people_sign_in(canary: Canary) -> str:
    """By api, by v1 and by the page. Answers an access token."""
    password = canary.hide("a password", f"password-{secrets.token_hex(12)}")
    wrong = canary.hide("a wrong password", f"wrong-{secrets.token_hex(12)}")
    canary.ask("POST", "/api/v2/users", json={"nickname": "canary", "password": password})
    grant = {"grant": "password", "nickname": "canary", "password": password}
    answer = canary.ask("POST", "/api/v2/tokens", json=grant).json()
    access = canary.hide("an access token", answer["access_token"])
    refresh = canary.hide("a refresh token", answer["refresh_token"])
    newer = canary.ask("POST", "/api/v2/tokens", json={"grant": "refresh", "refresh_token": refresh}).json()
    canary.hide("the next refresh token", newer["refresh_token"])
    canary.ask("POST", "/api/v2/tokens", json={**grant, "password": wrong})
    v1 = canary.ask("POST", "/api/tokens", auth=("canary", password)).json()["token"]
    canary.hide("a v1 token", v1)
    canary.ask("POST", "/api/tokens", auth=("canary", wrong))
    canary.ask("GET", "/api/users?token=" + v1)
    canary.ask("POST", "/session", json={"nickname": "canary", "password": wrong})
    assert (
        canary.ask("POST", "/session", json={"nickname": "canary", "password": password}).status_code == 200
    )
    canary.hide("the session cookie", next(iter(canary.http.cookies.values())))
    canary.hide("the page's token", canary.ask("POST", "/session/token").json()["access_token"])
    return access


def people_write(canary: Canary, token: str) -> None:
    """Messages, edits, names; a link that leads nowhere; an export."""
    text, edited = canary.say("a message"), canary.say("an edit")
    answer = canary.ask(
        "POST",
        "/api/v2/channels/1/messages",
        token=token,
        json={"source": f"{text} http://10.0.0.1/{text.split()[-1]}"},
    )
    path = f"/api/v2/channels/1/messages/{answer.json()['id']}"
    assert canary.ask("PATCH", path, token=token, json={"source": edited}).status_code == 200
    assert canary.ask("DELETE", path, token=token).status_code == 200
    canary.ask(
        "POST",
        "/api/v1/messages",
        token=canary.hidden["a v1 token"],
        json={"source": canary.say("a v1 message")},
    )
    canary.ask(
        "POST",
        "/api/v2/channels",
        token=token,
        json={"name": canary.say("a channel name"), "kind": "private"},
    )
    invite = canary.ask("POST", "/api/v2/invites", token=token).json()
    canary.hide("an invite", invite["invite"])
    export = canary.ask("POST", "/api/v2/exports", token=token).json()["id"]
    wait_until(lambda: canary.ask("GET", f"/api/v2/tasks/{export}", token=token).json()["state"] == "done")


def sockets_come(canary: Canary, token: str) -> None:
    """With a good token, with a bad one, and v1's."""
    bad = canary.hide("a bad token", f"eyJ.{secrets.token_hex(16)}.x")
    sockets = [Person(canary.stack.url, token), Person(canary.stack.url, bad), Person(canary.stack.url)]
    try:
        sockets[0].wait("ready")
        sockets[0].call("authenticate", {"token": bad})
        sockets[0].call(canary.say("an event name").replace(" ", "-"), canary.say("an event"))
        sockets[0].call("typing", {"channel_id": canary.say("no channel")})
        wait_until(lambda: sockets[1].refusal)
        wait_until(lambda: sockets[2].connects)
        arguments = ({"source": canary.say("a bot's message")}, canary.hidden["a v1 token"])
        sockets[2].sio.call("post_message", arguments, timeout=30)
        sockets[2].sio.call("post_message", ({"source": "x"}, bad), timeout=30)
        canary.ask("GET", f"/socket.io/?EIO=4&transport=polling&token={bad}")
    finally:
        for socket in sockets:
            socket.close()


def clients_err(canary: Canary, token: str) -> None:
    """Bodies, queries and headers that are wrong and hold what is nobody's business."""
    text = canary.say("a message that was refused")
    messages = "/api/v2/channels/1/messages"
    for body in ({"source": text * 2000}, {"source": text, "extra": text}, {"source": [text]}, [text], text):
        assert canary.ask("POST", messages, token=token, json=body).status_code in (400, 413, 422)
    canary.ask(
        "POST",
        messages,
        token=token,
        content=f'{{"source": "{text}'.encode(),
        headers={"Content-Type": "application/json"},
    )
    password = canary.hide("a password of a refused sign-up", f"pw-{secrets.token_hex(12)}")
    for body in (
        {"nickname": "canary", "password": password},
        {"nickname": "", "password": password},
        {"password": [password]},
    ):
        assert canary.ask("POST", "/api/v2/users", json=body).status_code in (400, 409, 422)
        canary.ask("POST", "/session/sign-up", json=body)
        canary.ask("POST", "/api/users", json=body)
    canary.ask(
        "PATCH", "/api/v2/users/me", token=token, json={"password": password, "current_password": password}
    )
    unknown = canary.hide("an unknown refresh token", f"frt_{secrets.token_hex(16)}")
    canary.ask("POST", "/api/v2/tokens", json={"grant": "refresh", "refresh_token": unknown})
    canary.ask("GET", "/internal/memberships?users=1", headers={"X-Flack-Service-Key": unknown})
    canary.ask("GET", "/api/v2/users/me", token=unknown)


def databases_fail(canary: Canary, token: str) -> None:
    """What services say while PostgreSQL, then Valkey are away, and people go on."""
    text = canary.say("a message in an outage")
    password = canary.hidden["a password"]
    for name in ("postgres", "redis"):
        canary.stack.kill(name)
        canary.ask("POST", "/api/v2/channels/1/messages", token=token, json={"source": text})
        canary.ask(
            "POST", "/api/v2/tokens", json={"grant": "password", "nickname": "canary", "password": password}
        )
        canary.ask("POST", "/session", json={"nickname": "canary", "password": password})
        canary.stack.start(name)
    wait_until(lambda: canary.ask("GET", "/api/v2/users/me", token=token).status_code == 200)


def test_every_secret_would_be_found(canary: Canary) -> None:
    assert len(canary.hidden) > 15 and len(canary.said) > 8
    for what, value in {**canary.hidden, **canary.said}.items():
        assert len(value) >= 12, what
        assert what in canary.found(f"…{value}…")
    assert canary.found("nothing") == []


def test_no_log_holds_a_secret_or_what_people_wrote(canary: Canary) -> None:
    logs = {path.name: path.read_text(errors="replace") for path in canary.stack.layout.logs.iterdir()}
    assert {
        "api.log",
        "realtime.log",
        "web.log",
        "worker.log",
        "beat.log",
        "postgres.log",
        "redis.log",
    } <= set(logs)
    assert "debug" in logs["api.log"]  # they say all they have to say
    assert {name: canary.found(text) for name, text in logs.items() if canary.found(text)} == {}


def test_no_error_holds_a_secret_or_what_people_wrote(canary: Canary) -> None:
    assert len(canary.errors) > 20
    assert {f"{status}" for status in (400, 401, 422, 503)} <= {error[:3] for error in canary.errors}
    assert {error[:200]: canary.found(error) for error in canary.errors if canary.found(error)} == {}


def test_no_metric_holds_any(canary: Canary) -> None:
    for name in ("api", "web", "realtime", "worker", "beat"):
        text = httpx2.get(canary.stack.metrics_url(name) + "/metrics", timeout=30).text
        assert "flack_" in text
        assert canary.found(text) == [], name


def test_the_database_holds_no_password_and_no_token(canary: Canary) -> None:
    url = canary.stack.database_url.replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        tables = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        rows = {
            name: str(connection.execute(f"select t::text from {name} t").fetchall())  # type: ignore[arg-type]
            for (name,) in tables
        }
    assert canary.said["a v1 message"] in rows["messages"]  # and what is there is found
    # An event holds what people wrote, never a secret; a stored answer to a repeated request neither.
    assert {
        name: canary.found(text, said=False) for name, text in rows.items() if canary.found(text, said=False)
    } == {}


def test_redis_holds_none(canary: Canary) -> None:
    assert [key for key in canary.in_redis if key.startswith("flack:")]
    assert {key: canary.found(text) for key, text in canary.in_redis.items() if canary.found(text)} == {}


def dump(url: str) -> dict[str, str]:
    """Every key of Redis with what it holds."""
    with redis.Redis.from_url(url, decode_responses=True, encoding="latin-1") as client:
        read: dict[str, Callable[[str], object]] = {
            "string": client.get,
            "hash": client.hgetall,
            "set": client.smembers,
            "zset": lambda key: client.zrange(key, 0, -1),
            "list": lambda key: client.lrange(key, 0, -1),
        }
        return {key: f"{key} {read[client.type(key)](key)}" for key in client.scan_iter()}


def test_no_command_line_shows_one(canary: Canary) -> None:
    for name, child in canary.stack.children.items():
        assert canary.found(json.dumps(child.spec.command)) == [], name
