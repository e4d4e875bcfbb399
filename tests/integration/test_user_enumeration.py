"""Nobody learns from an answer, or from the work behind it, whether somebody has an account."""

import base64
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from api_fixtures import PASSWORD, MakeApi, Person, new_person, new_signing_key
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import event
from werkzeug.test import TestResponse

Ask = Callable[[Flask, str], TestResponse]
UNKNOWN = ["nobody", "Ada", "ada ", "a" * 100, "o'neil", "*"]


@dataclass
class Work:
    """What an answer cost: the password checks with their parameters, and the statements."""

    checks: list[str] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)

    def done(self) -> tuple[list[str], list[str]]:
        """What was done since the last time."""
        done = (self.checks[:], [" ".join(statement.split()) for statement in self.statements])
        self.checks.clear(), self.statements.clear()
        return done


@pytest.fixture
def work(api: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    work = Work()
    verify = PasswordHasher.verify

    def counted(hasher: PasswordHasher, hash: str, password: Any) -> bool:
        work.checks.append(hash.rsplit("$", 2)[0])  # `$argon2id$v=19$m=…,t=…,p=…`, without salt and hash
        return bool(verify(hasher, hash, password))

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    engine = api.extensions["flack_engine"]

    @event.listens_for(engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if threading.current_thread() is threading.main_thread():  # of requests, not of what marks events
            work.statements.append(statement)

    yield work
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def ada(api: Flask) -> str:
    """Somebody who signed up through api, so that their password is stored as in production."""
    body = {"nickname": "ada", "password": PASSWORD}
    assert api.test_client().post("/api/v2/users", json=body).status_code == 201
    return "ada"


def sign_in(app: Flask, nickname: str) -> TestResponse:
    grant = {"grant": "password", "nickname": nickname, "password": "a wrong password"}
    return app.test_client().post("/api/v2/tokens", json=grant)


def sign_in_v1(app: Flask, nickname: str) -> TestResponse:
    pair = base64.b64encode(f"{nickname}:a wrong password".encode()).decode()
    return app.test_client().post("/api/tokens", headers={"Authorization": f"Basic {pair}"})


def answered(answer: TestResponse) -> tuple[int, Any, list[str]]:
    """An answer without what is new in each."""
    body = answer.get_json(force=True, silent=True)
    if isinstance(body, dict):
        body.pop("request_id", None)
    return answer.status_code, body, sorted(name for name, _ in answer.headers)


@pytest.mark.parametrize("ask", [sign_in, sign_in_v1])
@pytest.mark.parametrize("nickname", UNKNOWN)
def test_an_unknown_name_and_a_wrong_password_are_one(
    api: Flask, ada: str, work: Work, ask: Ask, nickname: str
) -> None:
    ask(api, "warm-up")  # the hash that nobody has is made once
    work.done()
    wrong, wrong_work = answered(ask(api, ada)), work.done()
    unknown, unknown_work = answered(ask(api, nickname)), work.done()
    assert unknown == wrong and wrong[0] == 401
    assert len(wrong_work[0]) == 1 and unknown_work[0] == wrong_work[0], "the same argon2 parameters, once"
    assert unknown_work[1] == wrong_work[1]


def test_who_is_locked_out_is_unknown(sign_up: Callable[..., Person], work: Work) -> None:
    admin, ben = sign_up("admin"), sign_up("ben")
    assert admin.patch(f"/users/{ben.id}", {"deactivated": True}).status_code == 200
    work.done()
    assert answered(sign_in(admin.app, "ben")) == answered(sign_in(admin.app, "nobody"))
    grant = {"grant": "password", "nickname": "ben", "password": PASSWORD}
    assert answered(admin.app.test_client().post("/api/v2/tokens", json=grant)) == answered(
        sign_in(admin.app, "x")
    )


@pytest.mark.parametrize(("signup", "code"), [("invite", "invite_invalid"), ("closed", "signup_closed")])
@pytest.mark.parametrize("path", ["/api/v2/users", "/api/users"])
def test_where_strangers_may_not_sign_up_they_learn_no_names(
    make_api: MakeApi, signup: str, code: str, path: str
) -> None:
    key = new_signing_key()
    new_person(make_api(signing_keys=key), "ada")
    app = make_api(signing_keys=key, signup=signup)
    taken, free = (
        app.test_client().post(path, json={"nickname": name, "password": PASSWORD})
        for name in ("ada", "nobody")
    )
    assert answered(taken) == answered(free)
    assert code in taken.text or path == "/api/users"
    assert taken.status_code == (403 if "v2" in path else 400)


def test_an_unknown_and_an_ended_refresh_token_are_one(sign_up: Callable[..., Person]) -> None:
    ada = sign_up("ada")
    ada.delete("/tokens/current")
    ended, unknown = (
        ada.app.test_client().post("/api/v2/tokens", json={"grant": "refresh", "refresh_token": token})
        for token in (ada.refresh_token, "frt_unknown")
    )
    assert answered(ended) == answered(unknown)
    assert ended.status_code == 401
