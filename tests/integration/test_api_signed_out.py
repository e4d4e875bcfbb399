"""After a sign-out the access token opens nothing, in whichever process, whether or not Redis is there."""

from collections.abc import Callable

import people
import pytest
from api_fixtures import PASSWORD, MakeApi, Person, new_person, new_signing_key, sign_in
from flack_api.ended import _KEEP_SECONDS, EndedSessions
from flack_domain import actions
from flack_domain.actions.tokens import SignedIn
from flack_domain.actor import Actor
from flask import Flask
from people import FAST_PASSWORDS
from servers import wait_until
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

BOUND = 5
"""Seconds within which every process refuses the token of an ended session."""


def status(app: Flask, token: str) -> tuple[int, str | None]:
    answer = app.test_client().get("/api/v2/users/me", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code, answer.json["code"] if answer.status_code != 200 else None  # type: ignore[index]


@pytest.fixture(params=["redis is there", "redis is away"])
def processes(request: pytest.FixtureRequest, make_api: MakeApi) -> list[Flask]:
    """Two processes of one installation."""
    key = new_signing_key()
    away = {"redis_url": "redis://127.0.0.1:1/0"} if "away" in request.param else {}
    return [make_api(signing_keys=key, **away) for _ in range(2)]


def test_a_signed_out_token_opens_nothing_in_any_process(processes: list[Flask], make_api: MakeApi) -> None:
    here, there = processes
    ada = new_person(here, "ada")
    other = sign_in(here, "ada")["access_token"]
    assert status(here, ada.access_token)[0] == status(there, ada.access_token)[0] == 200

    assert ada.delete("/tokens/current").status_code == 204
    assert status(here, ada.access_token) == (401, "session_ended")
    wait_until(lambda: status(there, ada.access_token) == (401, "session_ended"), seconds=BOUND)
    assert status(here, other)[0] == status(there, other)[0] == 200


def test_a_process_that_begins_later_knows_of_it_at_its_first_request(make_api: MakeApi) -> None:
    key = new_signing_key()
    ada = new_person(make_api(signing_keys=key), "ada")
    assert status(make_api(signing_keys=key), ada.access_token)[0] == 200
    ada.delete("/tokens/current")
    assert status(make_api(signing_keys=key), ada.access_token) == (401, "session_ended")


def change_password(ada: Person, _admin: Person) -> None:
    changes = {"password": "another password", "current_password": PASSWORD}
    other = sign_in(ada.app, "ada")
    headers = {"Authorization": f"Bearer {other['access_token']}"}
    assert ada.app.test_client().patch("/api/v2/users/me", json=changes, headers=headers).status_code == 200


def revoke(ada: Person, _admin: Person) -> None:
    body = {"refresh_token": ada.refresh_token}
    assert ada.app.test_client().post("/api/v2/tokens/revoke", json=body).status_code == 204


def lock_out(ada: Person, admin: Person) -> None:
    assert admin.patch(f"/users/{ada.id}", {"deactivated": True}).status_code == 200


@pytest.mark.parametrize("end", [change_password, revoke, lock_out])
def test_every_way_that_a_session_ends_takes_its_token_with_it(
    sign_up: Callable[..., Person], end: Callable[[Person, Person], None]
) -> None:
    admin, ada = sign_up("admin"), sign_up("ada")
    assert status(ada.app, ada.access_token)[0] == 200
    end(ada, admin)
    assert status(ada.app, ada.access_token) == (401, "session_ended")
    assert status(ada.app, admin.access_token)[0] == 200


def test_who_is_no_administrator_any_more_acts_as_none(sign_up: Callable[..., Person]) -> None:
    first, second, ada = sign_up("first"), sign_up("second"), sign_up("ada")
    assert first.patch(f"/users/{second.id}", {"role": "administrator"}).status_code == 200
    tokens = sign_in(second.app, "second")
    second = Person(second.app, second.id, "second", tokens["access_token"], tokens["refresh_token"])
    lines = '{"nickname": "ada", "source": "x", "created_at": "2020-01-01T00:00:00Z"}'
    path, options = "/channels/1/imports", {"data": lines, "content_type": "application/jsonl"}

    def does() -> list[int]:
        """What only administrators may."""
        return [
            second.post("/invites").status_code,
            second.get("/invites").status_code,
            second.patch(f"/users/{ada.id}", {"role": "member"}).status_code,
            second.post(path, **options).status_code,
        ]

    assert does() == [201, 200, 200, 202]
    assert first.patch(f"/users/{second.id}", {"role": "member"}).status_code == 200
    assert does() == [403, 403, 403, 403]
    assert second.get("/users/me").json["role"] == "member"  # type: ignore[index]


@pytest.fixture
def asked(api: Flask) -> list[str]:
    """The statements that api sends from now on."""
    asked: list[str] = []

    @event.listens_for(api.extensions["flack_engine"], "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    return asked


def test_who_administrates_is_asked_once_a_request(ada: Person, asked: list[str]) -> None:
    for method in ("GET", "POST"):
        asked.clear()
        assert ada.request(method, "/invites").status_code in (200, 201)
        assert len([statement for statement in asked if "users.role =" in statement]) == 1


def test_no_request_asks_the_database_for_it(api: Flask, ada: Person, asked: list[str]) -> None:
    asked.clear()
    for _ in range(100):
        assert status(api, ada.access_token)[0] == 200
    assert len([statement for statement in asked if "revoked_at" in statement]) < 10
    assert len(asked) >= 100  # what is counted is what is asked


def test_what_is_kept_is_forgotten_when_no_token_can_live_any_more(engine: Engine, session: Session) -> None:
    (ada,) = people.sign_up(session, "ada")

    def enter() -> SignedIn:
        return actions.tokens.sign_in(session, FAST_PASSWORDS, nickname="ada", password=people.PASSWORD)

    seconds = 0.0
    ended = EndedSessions(engine, now=lambda: seconds)
    for _ in range(3):
        signed_in = enter()
        actions.tokens.sign_out(session, Actor(ada.id), session_id=signed_in.session_id)
    alive = enter()
    ended.ask()
    assert len(ended) == 3
    assert alive.session_id not in ended
    seconds = _KEEP_SECONDS - 1
    ended.ask()
    assert len(ended) == 3
    seconds = _KEEP_SECONDS + 1
    ended.ask()
    assert len(ended) == 0
    ended.close()
