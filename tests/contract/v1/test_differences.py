"""flack-v1 section 9: what v1 does otherwise than the original did."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime

import pytest
import requests

from .client import V1, Account, eventually, unique

JSON = {"Content-Type": "application/json"}


def assert_deprecated(answer: requests.Response) -> None:
    since = answer.headers["Deprecation"]
    assert since.startswith("@")
    sunset = parsedate_to_datetime(answer.headers["Sunset"]).timestamp()
    assert int(since[1:]) <= sunset
    link = answer.headers["Link"]
    assert "/api/v2" in link.partition(">")[0]
    assert 'rel="successor-version"' in link


class TestDeprecation:
    def test_every_kind_of_answer_says_it(self, v1: V1, ann: Account, bea: Account) -> None:
        accepted = v1.post("/messages", ann.token, json={"source": "x"})
        for answer in [
            accepted,
            v1.finish(accepted),
            v1.get("/users"),
            v1.call("HEAD", "/users"),
            v1.call("OPTIONS", "/users"),
            v1.get(f"/users/{ann.id}"),
            v1.get("/users/999999999"),
            v1.get("/messages"),
            v1.post("/users", json={}),
            v1.post("/users", json={"nickname": unique(), "password": "p"}),
            v1.login(ann.nickname, ann.password),
            v1.login(ann.nickname, "wrong"),
            v1.put(f"/users/{ann.id}", ann.token, json={}),
            v1.put(f"/users/{bea.id}", ann.token, json={}),
            v1.put(f"/users/{bea.id}", json={}),
            v1.delete("/users"),
            v1.get("/" + v1.stats_path),
            v1.get("/" + v1.status_path + "unknown"),
            v1.post("/messages", ann.token, data=b"x" * 300_000, headers=JSON),
        ]:
            assert_deprecated(answer)

    def test_v2_does_not(self, api: V1) -> None:
        answer = api.call("GET", "//api/v2/installation")
        assert answer.status_code == 200
        assert "Deprecation" not in answer.headers


class TestNoServerErrors:
    @pytest.mark.parametrize(
        "path", ["/api/none", "/api/v1/none", "/tasks", "/tasks/none", "/stats/none", "/api", "/api/v1"]
    )
    def test_unknown_paths_are_json_404(self, api: V1, path: str) -> None:
        answer = api.call("GET", "/" + path)
        assert answer.status_code == 404
        assert isinstance(answer.json()["error"], str)

    @pytest.mark.parametrize(
        "body",
        [
            b"\x00", b"\xff\xfe", b'"\\ud800"', b'{"nickname": "\\ud800", "password": "p"}',
            b'{"nickname": "a\\u0000", "password": "p"}', b'{"nickname": "a", "password": "\\udc00"}',
            b"[" * 100_000, b'{"a":' * 20_000, b'{"nickname": NaN, "password": Infinity}', b'{"nickname": 1e999}',
            b'{"\\ud800": 1}', b'{"nickname": ' + b"9" * 5000 + b"}", b"\xef\xbb\xbf{}", b'{"a": 1} x',
        ],
    )  # fmt: skip
    def test_malformed_bodies_are_400(self, v1: V1, ann: Account, body: bytes) -> None:
        assert v1.post("/users", data=body, headers=JSON).status_code == 400
        assert v1.put(f"/users/{ann.id}", ann.token, data=body, headers=JSON).status_code in (400, 204)
        sent = v1.post("/messages", ann.token, data=body, headers=JSON)
        assert v1.finish(sent).status_code == 400

    def test_a_nul_in_a_password_at_login_is_401(self, v1: V1, ann: Account) -> None:
        assert v1.login(ann.nickname, "a\0b").status_code == 401
        assert v1.login(ann.nickname + "\0", "a").status_code == 401

    @pytest.mark.parametrize("token", ["null", "None", "a" * 6000, "'; --", "%00", "á"])
    def test_odd_tokens_are_401(self, v1: V1, token: str) -> None:
        answer = v1.get("/users", headers={"Authorization": b"Bearer " + token.encode()})
        assert answer.status_code == 401

    def test_bodies_over_256_kib_are_refused(self, v1: V1, ann: Account) -> None:
        body = b'{"nickname": "a", "password": "' + b"x" * 262_144 + b'"}'
        for answer in (
            v1.post("/users", data=body, headers=JSON),
            v1.put(f"/users/{ann.id}", ann.token, data=body, headers=JSON),
            v1.post("/messages", ann.token, data=iter([body[:1000], body[1000:]]), headers=JSON),
        ):
            assert answer.status_code in (400, 413)
            assert isinstance(answer.json()["error"], str)

    def test_a_body_of_200_kib_is_read(self, v1: V1) -> None:
        filler = "x" * 200_000
        made = v1.post("/users", json={"nickname": unique(), "password": "p", "filler": filler})
        assert made.status_code == 201


class TestStoredXss:
    @pytest.mark.parametrize("nickname", ["<b>x</b>", "a>b", "a<b", "a\u0007b", "a\nb", "a\u009fb"])
    def test_nicknames_may_hold_no_markup(self, v1: V1, ann: Account, nickname: str) -> None:
        assert v1.post("/users", json={"nickname": nickname, "password": "p"}).status_code == 400
        assert v1.put(f"/users/{ann.id}", ann.token, json={"nickname": nickname}).status_code == 400

    def test_no_script_link_through_an_entity(self, v1: V1, ann: Account) -> None:
        assert v1.say(ann, "[x](&#106;avascript:alert(1))")["html"] == "<a>x</a>"


class TestTokensAreKeptHashed:
    def test_a_login_may_answer_a_new_token_but_all_end_together(self, v1: V1) -> None:
        account = v1.register()
        other = v1.login(account.nickname, account.password).json()["token"]
        assert v1.get("/users", account.token).status_code == v1.get("/users", other).status_code == 200
        assert v1.put(f"/users/{account.id}", other, json={"password": "p2"}).status_code == 204
        assert v1.get("/users", account.token).status_code == v1.get("/users", other).status_code == 401


def test_last_seen_moves_with_calls_at_least_every_10_seconds(v1: V1) -> None:
    account = v1.register()
    first = v1.user(account.id)["last_seen_at"]
    eventually(lambda: v1.user(account.id, account.token)["last_seen_at"] > first, "last_seen_at moves")
    assert abs(v1.user(account.id)["last_seen_at"] - time.time()) < 12
