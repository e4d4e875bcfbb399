"""Signing in and out: what tokens open, and what becomes of them."""

import base64
import json
from collections.abc import Callable
from time import time
from typing import Any

import jwt
import pytest
from api_fixtures import PASSWORD, SERVICE_KEY, MakeApi, Person, new_person, new_signing_key, sign_in
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from flack_kit.jwt import Signer
from flask import Flask
from servers import wait_until
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse


def _with_token(app: Flask, token: str) -> TestResponse:
    return app.test_client().get("/api/v2/users/me", headers={"Authorization": f"Bearer {token}"})


def _claims(person: Person, **changes: Any) -> dict[str, Any]:
    claims = jwt.decode(person.access_token, options={"verify_signature": False})
    return {**claims, **changes}


def _kid(person: Person) -> str:
    return str(jwt.get_unverified_header(person.access_token)["kid"])


def _refresh(app: Flask, token: str) -> TestResponse:
    return app.test_client().post("/api/v2/tokens", json={"grant": "refresh", "refresh_token": token})


def test_an_access_token_opens_the_api(api: Flask, ada: Person) -> None:
    answer = _with_token(api, ada.access_token)
    assert answer.status_code == 200
    assert answer.json["nickname"] == "ada"  # type: ignore[index]


def test_the_scheme_word_may_be_written_in_any_case(api: Flask, ada: Person) -> None:
    headers = {"Authorization": f"bearer {ada.access_token}"}
    assert api.test_client().get("/api/v2/users/me", headers=headers).status_code == 200


def test_an_expired_token_says_so(make_api: MakeApi) -> None:
    key = new_signing_key()
    app = make_api(signing_keys=key)
    ada = new_person(app, "ada")
    past = int(time()) - 1000
    answer = _with_token(app, Signer(key).sign(_claims(ada, iat=past, exp=past + 600)))
    assert (answer.status_code, answer.json["code"]) == (401, "token_expired")  # type: ignore[index]


def test_a_token_that_was_good_ends_with_its_time(make_api: MakeApi) -> None:
    key = new_signing_key()
    app = make_api(signing_keys=key)
    ada = new_person(app, "ada")
    now = int(time())
    token = Signer(key).sign(_claims(ada, iat=now, exp=now + 2))
    assert _with_token(app, token).status_code == 200
    wait_until(lambda: _with_token(app, token).status_code == 401)
    assert _with_token(app, token).json["code"] == "token_expired"  # type: ignore[index]


@pytest.mark.parametrize(
    "forge",
    [
        lambda token, _kid: token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB"),
        lambda token, _kid: token.rsplit(".", 1)[0] + ".",
        lambda token, _kid: _changed_claim(token, "sub", "1000"),
        lambda token, _kid: _changed_claim(token, "role", "administrator"),
        lambda token, _kid: _unsigned(token, {"alg": "none", "typ": "JWT"}),
        lambda token, kid: _unsigned(token, {"alg": "none", "typ": "JWT", "kid": kid}),
        lambda token, kid: _unsigned(token, {"alg": "EdDSA", "typ": "JWT", "kid": [kid]}),
        lambda token, _kid: token + ".x",
        lambda token, _kid: token.replace(".", ""),
    ],
)
def test_a_forged_token_opens_nothing(api: Flask, sign_up: Callable[..., Person], forge: Any) -> None:
    sign_up("administrator")
    ada = sign_up("ada")
    answer = _with_token(api, forge(ada.access_token, _kid(ada)))
    assert (answer.status_code, answer.json["code"]) == (401, "invalid_token")  # type: ignore[index]


def test_a_token_of_another_key_opens_nothing(api: Flask, ada: Person) -> None:
    other = new_signing_key()
    assert _with_token(api, Signer(other).sign(_claims(ada))).status_code == 401
    # Not even under the name of a key that is ours.
    private = load_pem_private_key(other.encode(), None)
    forged = jwt.encode(_claims(ada), private, "EdDSA", headers={"kid": _kid(ada)})  # type: ignore[arg-type]
    assert _with_token(api, forged).status_code == 401


def test_our_public_key_is_no_secret_to_sign_with(make_api: MakeApi) -> None:
    key = new_signing_key()
    app = make_api(signing_keys=key)
    ada = new_person(app, "ada")
    public = (
        load_pem_private_key(key.encode(), None).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    )
    forged = jwt.encode(_claims(ada), public, "HS256", headers={"kid": _kid(ada)})
    assert _with_token(app, forged).status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "another"},
        {"iss": "another"},
        {"sub": "ada"},
        {"sid": None},
        {"role": "king"},
        {"exp": "soon"},
    ],
)
def test_a_token_with_other_claims_opens_nothing(make_api: MakeApi, change: dict[str, Any]) -> None:
    key = new_signing_key()
    app = make_api(signing_keys=key)
    ada = new_person(app, "ada")
    assert _with_token(app, Signer(key).sign(_claims(ada))).status_code == 200
    assert _with_token(app, Signer(key).sign(_claims(ada, **change))).status_code == 401


def test_keys_rotate_without_signing_anybody_out(make_api: MakeApi) -> None:
    old, new = new_signing_key(), new_signing_key()
    before = make_api(signing_keys=old)
    ada = new_person(before, "ada")
    during = make_api(signing_keys=new + old)
    assert _with_token(during, ada.access_token).status_code == 200
    assert _kid(new_person(during, "ben")) != _kid(ada)
    assert [key["kid"] for key in during.test_client().get("/api/v2/jwks").json["keys"]][1] == _kid(ada)  # type: ignore[index]
    after = make_api(signing_keys=new)
    assert _with_token(after, ada.access_token).status_code == 401


def test_the_key_set_holds_no_private_part(api: Flask) -> None:
    keys = api.test_client().get("/api/v2/jwks").json["keys"]  # type: ignore[index]
    assert [set(key) for key in keys] == [{"kty", "crv", "use", "alg", "kid", "x"}]


@pytest.mark.parametrize("nickname", ["ada", "nobody", "ada\ud800", "a" * 90])
def test_wrong_credentials_are_refused_alike(api: Flask, ada: Person, nickname: str) -> None:
    grant = {"grant": "password", "nickname": nickname, "password": "wrong password"}
    answer = api.test_client().post("/api/v2/tokens", data=json.dumps(grant), content_type="application/json")
    assert answer.status_code == (400 if "\ud800" in nickname else 401)


@pytest.mark.parametrize(
    "grant",
    [
        {}, {"grant": "magic"}, {"grant": "password"}, {"grant": "refresh"}, {"grant": "refresh", "refresh_token": 5},
        {"grant": "password", "nickname": "ada", "password": PASSWORD, "refresh_token": "x"},
    ],
)  # fmt: skip
def test_a_grant_that_is_none_is_refused(api: Flask, ada: Person, grant: dict[str, Any]) -> None:
    assert api.test_client().post("/api/v2/tokens", json=grant).status_code == 422


def test_refreshing_exchanges_the_token(api: Flask, ada: Person) -> None:
    answer = _refresh(api, ada.refresh_token)
    assert answer.status_code == 200
    assert answer.json["refresh_token"] != ada.refresh_token  # type: ignore[index]
    assert _with_token(api, answer.json["access_token"]).status_code == 200  # type: ignore[index]


def test_two_tabs_may_refresh_at_once(api: Flask, ada: Person) -> None:
    first, second = _refresh(api, ada.refresh_token), _refresh(api, ada.refresh_token)
    assert (first.status_code, second.status_code) == (200, 200)
    assert _refresh(api, first.json["refresh_token"]).status_code == 200  # type: ignore[index]
    assert _refresh(api, second.json["refresh_token"]).status_code == 200  # type: ignore[index]


def test_a_replayed_refresh_token_ends_the_whole_session(api: Flask, ada: Person, engine: Engine) -> None:
    newer = _refresh(api, ada.refresh_token).json["refresh_token"]  # type: ignore[index]
    with engine.begin() as connection:
        connection.execute(text("update refresh_tokens set rotated_at = rotated_at - interval '1 minute'"))
    replayed = _refresh(api, ada.refresh_token)
    assert (replayed.status_code, replayed.json["code"]) == (401, "refresh_token_reused")  # type: ignore[index]
    assert _refresh(api, newer).status_code == 401


@pytest.mark.parametrize("token", ["frt_unknown", "x", "frt_" + "é" * 20])
def test_an_unknown_refresh_token_is_refused(api: Flask, token: str) -> None:
    assert _refresh(api, token).status_code == 401


def test_signing_out_ends_the_session(api: Flask, ada: Person) -> None:
    headers = {"X-Flack-Service-Key": SERVICE_KEY}
    path = f"/internal/sessions/{_claims(ada)['sid']}"
    assert api.test_client().get(path, headers=headers).status_code == 200
    assert ada.delete("/tokens/current").status_code == 204
    assert _refresh(api, ada.refresh_token).status_code == 401
    assert api.test_client().get(path, headers=headers).status_code == 404


def test_a_session_ends_by_its_refresh_token_alone(api: Flask, ada: Person) -> None:
    body = {"refresh_token": ada.refresh_token}
    assert api.test_client().post("/api/v2/tokens/revoke", json=body).status_code == 204
    assert api.test_client().post("/api/v2/tokens/revoke", json=body).status_code == 204
    assert _refresh(api, ada.refresh_token).status_code == 401


def test_a_new_password_needs_the_old_one_and_ends_other_sessions(api: Flask, ada: Person) -> None:
    other = sign_in(api, "ada")
    assert ada.patch("/users/me", {"password": "another password"}).status_code == 401
    changes = {"password": "another password", "current_password": PASSWORD}
    assert ada.patch("/users/me", changes).status_code == 200
    assert _refresh(api, other["refresh_token"]).status_code == 401
    assert _refresh(api, ada.refresh_token).status_code == 200
    assert sign_in(api, "ada", "another password")


def test_sign_up_may_be_closed_or_by_invitation(make_api: MakeApi) -> None:
    key = new_signing_key()
    admin = new_person(make_api(signing_keys=key), "admin")
    new = {"nickname": "ben", "password": PASSWORD}
    closed = make_api(signing_keys=key, signup="closed").test_client()
    assert closed.post("/api/v2/users", json=new).json["code"] == "signup_closed"  # type: ignore[index]
    by_invite = make_api(signing_keys=key, signup="invite").test_client()
    refused = by_invite.post("/api/v2/users", json=new)
    assert (refused.status_code, refused.json["code"]) == (403, "invite_invalid")  # type: ignore[index]
    invite = admin.post("/invites").json["invite"]  # type: ignore[index]
    assert by_invite.post("/api/v2/users", json={**new, "invite": invite}).status_code == 201
    again = {"nickname": "cleo", "password": PASSWORD, "invite": invite}
    assert by_invite.post("/api/v2/users", json=again).status_code == 403


def _unsigned(token: str, header: dict[str, Any]) -> str:
    _header, payload, _signature = token.split(".")
    return f"{_encoded(header)}.{payload}."


def _changed_claim(token: str, name: str, value: Any) -> str:
    header, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return f"{header}.{_encoded({**claims, name: value})}.{signature}"


def _encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
