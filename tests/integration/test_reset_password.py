"""`flack reset-password`: an operator gives somebody who forgot theirs a new password."""

import subprocess
from collections.abc import Callable

import pytest
from api_fixtures import PASSWORD, Person, sign_in
from argon2 import extract_parameters
from flack_contracts.control import SessionEnded, V1TokensEnded, read_control
from flack_contracts.streams import CONTROL_CHANNEL
from flask import Flask
from servers import wait_until
from sqlalchemy import Engine, text
from worker_processes import command, listening

Reset = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def reset(database_url: str, redis_url: str) -> Reset:
    """Runs the command as a worker's pod would."""

    def run(
        *arguments: str, input: bytes | None = None, redis: str = redis_url
    ) -> "subprocess.CompletedProcess[bytes]":
        settings = {"FLACK_DATABASE_URL": database_url, "FLACK_REDIS_URL": redis}
        return command("reset-password", *arguments, input=input, **settings)

    return run


def answers(app: Flask, nickname: str, password: str) -> int:
    """The status of signing in."""
    grant = {"grant": "password", "nickname": nickname, "password": password}
    return app.test_client().post("/api/v2/tokens", json=grant).status_code


def v1_status(app: Flask, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return app.test_client().post("/api/messages", json={"source": "hi"}, headers=headers).status_code


def test_a_password_is_made_and_all_that_the_old_one_opened_ends(
    api: Flask, ada: Person, ben: Person, reset: Reset, redis_url: str
) -> None:
    other = sign_in(api, "ben")
    token = api.test_client().post("/api/tokens", auth=("ben", PASSWORD)).json["token"]  # type: ignore[index]
    assert v1_status(api, token) == 202

    with listening(redis_url, CONTROL_CHANNEL) as told:
        done = reset("ben")
        assert (done.returncode, done.stderr) == (0, b"")
        wait_until(lambda: len(told.heard) == 3, seconds=5)

    made = done.stdout.decode().removesuffix("\n")
    assert len(made) == 16
    assert (answers(api, "ben", PASSWORD), answers(api, "ben", made)) == (401, 200)
    refresh = {"grant": "refresh", "refresh_token": other["refresh_token"]}
    assert api.test_client().post("/api/v2/tokens", json=refresh).status_code == 401
    wait_until(lambda: ben.get("/users/me").status_code == 401, seconds=5)
    assert v1_status(api, token) == 401
    assert ada.get("/users/me").status_code == 200
    # What realtime closes sockets by.
    controls = [read_control(data) for data in told.heard]
    assert controls[0] == V1TokensEnded(user_id=ben.id)
    sessions = [control.session_id for control in controls if isinstance(control, SessionEnded)]
    assert len(set(sessions)) == 2
    assert all(control.user_id == ben.id for control in controls if isinstance(control, SessionEnded))


def test_a_password_is_read_and_not_shown(api: Flask, ada: Person, reset: Reset) -> None:
    done = reset("ada", "-", input=b" a new one \n")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert (answers(api, "ada", PASSWORD), answers(api, "ada", " a new one ")) == (401, 200)


def test_without_redis_it_is_done_and_says_that_sockets_were_not_told(
    api: Flask, ada: Person, reset: Reset
) -> None:
    done = reset("ada", "-", input=b"a new one", redis="redis://127.0.0.1:1/0")
    assert done.returncode == 0
    assert b"publish_failed" in done.stderr and b"Traceback" not in done.stderr
    assert answers(api, "ada", "a new one") == 200
    wait_until(lambda: ada.get("/users/me").status_code == 401, seconds=5)


@pytest.mark.parametrize(
    ("nickname", "given", "said"),
    [
        ("nobody", b"a new one", "Nobody has the nickname nobody."),
        ("Ada", b"a new one", "Nobody has the nickname Ada."),
        ("a\nb", b"a new one", "A nickname has no “<”, “>” or control characters."),
        ("ada", b"seven77", "A password has 8 to 1024 characters."),
        ("ada", b"", "A password has 8 to 1024 characters."),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence_and_changes_nothing(
    api: Flask, ada: Person, reset: Reset, nickname: str, given: bytes, said: str
) -> None:
    done = reset(nickname, "-", input=given)
    assert (done.returncode, done.stdout, done.stderr.decode()) == (1, b"", f"flack: {said}\n")
    assert answers(api, "ada", PASSWORD) == 200
    assert ada.get("/users/me").status_code == 200


def test_who_is_locked_out_stays_so_and_it_is_said(
    api: Flask, ada: Person, ben: Person, reset: Reset
) -> None:
    assert ada.patch(f"/users/{ben.id}", {"deactivated": True}).status_code == 200
    done = reset("ben", "-", input=b"a new one")
    assert done.returncode == 0
    assert done.stderr == b"flack: they are locked out until an administrator lets them in again.\n"
    assert answers(api, "ben", "a new one") == 401
    assert ada.patch(f"/users/{ben.id}", {"deactivated": False}).status_code == 200
    assert answers(api, "ben", "a new one") == 200


def test_a_password_costs_as_much_to_check_as_those_that_api_makes(
    api: Flask, ada: Person, reset: Reset, engine: Engine
) -> None:
    signed_up = {"nickname": "ben", "password": "a new one"}
    assert api.test_client().post("/api/v2/users", json=signed_up).status_code == 201
    assert reset("ada").returncode == 0
    with engine.connect() as connection:
        hashes = connection.scalars(text("select password_hash from users")).all()
    assert len(hashes) == 2
    assert extract_parameters(hashes[0]) == extract_parameters(hashes[1])
