"""flack-v1 section 2: tokens, Basic logins, and what an authentication does by itself."""

from __future__ import annotations

import base64
import time

import pytest
import requests

from .client import V1, Account, unique

BEARER = 'Bearer realm="Authentication Required"'


def assert_unauthorized(answer: requests.Response) -> None:
    assert answer.status_code == 401
    assert answer.json() == {"error": "authentication required"}
    assert answer.headers["WWW-Authenticate"] == BEARER
    assert answer.headers["Content-Type"].startswith("application/json")


def basic(pair: bytes) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(pair).decode()}


@pytest.fixture(scope="module")
def message_id(api: V1, ann: Account) -> int:
    return int(api.say(ann, "about authentication")["id"])


class TestTokens:
    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
    def test_the_scheme_word_is_case_insensitive(self, v1: V1, ann: Account, scheme: str) -> None:
        headers = {"Authorization": f"{scheme} {ann.token}"}
        assert v1.put(f"/users/{ann.id}", json={}, headers=headers).status_code == 204

    @pytest.mark.parametrize(
        "header",
        [None, "Bearer", "Bearer ", "Bearer unknown", "Bearer null", "Bearer é", "Token x", "garbage"],
    )
    def test_required_routes_refuse_a_missing_empty_or_unknown_token(
        self, v1: V1, ann: Account, message_id: int, header: str | None
    ) -> None:
        headers = {} if header is None else {"Authorization": header.encode()}
        for method, path in [
            ("PUT", f"/users/{ann.id}"),
            ("DELETE", "/tokens"),
            ("POST", "/messages"),
            ("PUT", f"/messages/{message_id}"),
        ]:
            assert_unauthorized(v1.call(method, path, json={"source": "x"}, headers=headers))

    @pytest.mark.parametrize(
        "header", [None, "Basic YTpi", "Bearer", "Bearer ", "Digest x", "Token abc", "garbage"]
    )
    def test_optional_routes_take_these_for_anonymous(
        self, v1: V1, ann: Account, message_id: int, header: str | None
    ) -> None:
        headers = {} if header is None else {"Authorization": header}
        for path in ("/users", f"/users/{ann.id}", "/messages", f"/messages/{message_id}"):
            assert v1.get(path, headers=headers).status_code == 200

    def test_optional_routes_refuse_an_unknown_or_revoked_token(
        self, v1: V1, ann: Account, message_id: int
    ) -> None:
        revoked = v1.register()
        assert v1.delete("/tokens", revoked.token).status_code == 204
        for path in ("/users", f"/users/{ann.id}", "/messages", f"/messages/{message_id}"):
            for token in ("unknown", "null", "0", "'", "é".encode().decode("latin-1"), revoked.token):
                assert_unauthorized(v1.get(path, token))

    def test_a_token_is_an_opaque_string(self, v1: V1, ann: Account) -> None:
        assert isinstance(ann.token, str)
        assert len(ann.token) >= 32

    def test_delete_ends_all_logins_of_that_user(self, v1: V1, ann: Account) -> None:
        account = v1.register()
        again = v1.login(account.nickname, account.password).json()["token"]
        assert v1.get("/users", account.token).status_code == 200
        gone = v1.delete("/tokens", again)
        assert gone.status_code == 204
        assert gone.content == b""
        assert_unauthorized(v1.get("/users", account.token))
        assert_unauthorized(v1.get("/users", again))
        assert_unauthorized(v1.delete("/tokens", again))
        assert v1.get("/users", ann.token).status_code == 200

    def test_delete_does_not_set_the_user_offline(self, v1: V1) -> None:
        account = v1.register()
        v1.delete("/tokens", account.token)
        assert v1.user(account.id)["online"] is True

    def test_a_new_login_works_after_delete(self, v1: V1) -> None:
        account = v1.register()
        v1.delete("/tokens", account.token)
        token = v1.login(account.nickname, account.password).json()["token"]
        assert v1.get("/users", token).status_code == 200
        assert_unauthorized(v1.get("/users", account.token))


class TestLogin:
    def test_answers_a_token_and_nothing_else(self, v1: V1, ann: Account) -> None:
        answer = v1.login(ann.nickname, ann.password)
        assert answer.status_code == 200
        assert set(answer.json()) == {"token"}

    def test_repeated_logins_do_not_invalidate_each_other(self, v1: V1) -> None:
        account = v1.register()
        tokens = {account.token} | {
            v1.login(account.nickname, account.password).json()["token"] for _ in range(3)
        }
        assert all(v1.put(f"/users/{account.id}", t, json={}).status_code == 204 for t in tokens)

    def test_credentials_are_utf8_and_split_at_the_first_colon(self, v1: V1) -> None:
        account = v1.register(unique("ü雪"), "pä:ss:雪")
        assert v1.login(account.nickname, "pä:ss:雪").status_code == 200
        assert_unauthorized(v1.login(account.nickname, "pä"))

    def test_a_nickname_with_a_colon_can_never_log_in(self, v1: V1) -> None:
        nickname = unique("a:b")
        assert v1.post("/users", json={"nickname": nickname, "password": "p"}).status_code == 201
        assert_unauthorized(v1.login(nickname, "p"))

    def test_wrong_credentials(self, v1: V1, ann: Account) -> None:
        assert v1.login(ann.nickname, ann.password).status_code == 200
        assert_unauthorized(v1.login(unique("nobody"), ann.password))
        assert_unauthorized(v1.login(ann.nickname, "wrong"))
        assert_unauthorized(v1.login(ann.nickname.upper(), ann.password))
        assert_unauthorized(v1.login("", ann.password))
        assert_unauthorized(v1.login(ann.nickname, ""))
        assert_unauthorized(v1.login("", ""))

    @pytest.mark.parametrize(
        "header",
        [
            None, "", "Basic", "Basic ", "Basic !!!", "Basic YWJj", "Basic YQ", "Basic Og==", "Basic /////w==",
            "Basic AAAA", "Basic AGE6AGI=", "Basic " + "A" * 4000, "Basic a:b", "garbage", "Basic 6Q==",
        ],
    )  # fmt: skip
    def test_no_or_garbled_credentials(self, v1: V1, header: str | None) -> None:
        assert_unauthorized(v1.post("/tokens", headers={} if header is None else {"Authorization": header}))

    def test_a_bearer_header(self, v1: V1, ann: Account) -> None:
        assert_unauthorized(v1.post("/tokens", ann.token))

    @pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'{"nickname": 5}', b"\xff\x00"])
    def test_the_body_is_not_read(self, v1: V1, ann: Account, body: bytes) -> None:
        pair = f"{ann.nickname}:{ann.password}".encode()
        headers = {**basic(pair), "Content-Type": "application/json"}
        assert v1.post("/tokens", data=body, headers=headers).status_code == 200


class TestSideEffect:
    def test_login_sets_the_user_online_before_it_answers(self, v1: V1) -> None:
        nickname = unique()
        made = v1.post("/users", json={"nickname": nickname, "password": "p"}).json()
        assert made["online"] is False
        assert v1.user(made["id"])["online"] is False
        assert v1.login(nickname, "p").status_code == 200
        seen = v1.user(made["id"])
        assert seen["online"] is True
        assert seen["last_seen_at"] >= made["last_seen_at"]
        assert seen["updated_at"] >= seen["last_seen_at"]

    def test_the_caller_finds_itself_online_in_the_answer(self, v1: V1) -> None:
        account = v1.register()
        listed = v1.get("/users", account.token, params={"online": "1"}).json()["users"]
        mine = next(user for user in listed if user["id"] == account.id)
        assert mine["online"] is True
        assert abs(mine["last_seen_at"] - time.time()) < 60

    def test_a_refused_login_changes_nothing(self, v1: V1) -> None:
        nickname = unique()
        made = v1.post("/users", json={"nickname": nickname, "password": "p"}).json()
        assert_unauthorized(v1.login(nickname, "wrong"))
        assert v1.user(made["id"]) == made
        assert v1.login(nickname, "p").status_code == 200
        assert v1.user(made["id"]) != made
