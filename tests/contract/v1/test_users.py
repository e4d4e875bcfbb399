"""flack-v1 section 3: registration, changes, lists."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from .client import V1, Account, eventually, unique

NOT_JSON = ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "text/json"]
JSON_TYPES = ["application/json", "application/json; charset=utf-8", "application/vnd.api+json"]


def ids(v1: V1, **query: Any) -> list[int]:
    answer = v1.get("/users", params=query)
    assert answer.status_code == 200, answer.text
    return [user["id"] for user in answer.json()["users"]]


class TestRegistration:
    def test_answers_201_location_and_the_user(self, v1: V1) -> None:
        nickname = unique()
        made = v1.post("/users", json={"nickname": nickname, "password": "p"})
        assert made.status_code == 201
        user = made.json()
        assert user["nickname"] == nickname
        assert user["online"] is False
        assert user["last_seen_at"] == user["created_at"] == user["updated_at"]
        assert v1.call("GET", made.headers["Location"].removeprefix(v1.url + v1.mount)).json() == user

    @pytest.mark.parametrize("content_type", JSON_TYPES)
    def test_takes_any_json_content_type(self, v1: V1, content_type: str) -> None:
        body = f'{{"nickname": "{unique()}", "password": "p"}}'
        made = v1.post("/users", data=body, headers={"Content-Type": content_type})
        assert made.status_code == 201

    @pytest.mark.parametrize("content_type", [*NOT_JSON, None])
    def test_refuses_other_content_types(self, v1: V1, content_type: str | None) -> None:
        body = f'{{"nickname": "{unique()}", "password": "p"}}'.encode()
        headers = {} if content_type is None else {"Content-Type": content_type}
        assert v1.post("/users", data=body, headers=headers).status_code == 400

    @pytest.mark.parametrize(
        "body",
        [
            "", "{", "nonsense", '{"nickname": "a"}', '{"password": "p"}', "{}", "[]", '"x"', "null", "5", "true",
            '{"nickname": null, "password": "p"}', '{"nickname": 5, "password": "p"}',
            '{"nickname": ["a"], "password": "p"}', '{"nickname": "a", "password": 5}',
            '{"nickname": "a", "password": null}', '{"nickname": "a", "password": ""}',
            '{"nickname": "", "password": "p"}', '{"nickname": true, "password": {}}',
        ],
    )  # fmt: skip
    def test_refuses_bodies_without_two_strings(self, v1: V1, body: str) -> None:
        answer = v1.post("/users", data=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400
        assert isinstance(answer.json()["error"], str)

    def test_nicknames_are_1_to_32_characters_of_any_script_as_sent(self, v1: V1) -> None:
        tail = unique("")[-11:]
        for nickname in (tail, "x" * 21 + tail, "雪" * 21 + tail, f" {tail} ", f"😀{tail}"):
            made = v1.post("/users", json={"nickname": nickname, "password": "p"})
            assert made.status_code == 201, nickname
            assert made.json()["nickname"] == nickname
        for nickname in ("x" * 22 + tail, "😀" * 33):
            assert v1.post("/users", json={"nickname": nickname, "password": "p"}).status_code == 400

    @pytest.mark.parametrize("wrong", ["<", ">", "<b>", "\x01", "\n", "\t", "\x7f", "\x00", "\x85"])
    def test_markup_and_control_characters_are_refused(self, v1: V1, wrong: str) -> None:
        assert v1.post("/users", json={"nickname": unique() + wrong, "password": "p"}).status_code == 400

    def test_a_taken_nickname_is_400_by_exact_comparison(self, v1: V1, ann: Account) -> None:
        assert v1.post("/users", json={"nickname": ann.nickname, "password": "p"}).status_code == 400
        assert v1.post("/users", json={"nickname": unique("Bob"), "password": "p"}).status_code == 201
        name = unique("Bob")
        assert v1.post("/users", json={"nickname": name, "password": "p"}).status_code == 201
        assert v1.post("/users", json={"nickname": name.lower(), "password": "p"}).status_code == 201
        assert v1.login(name, "p").status_code == 200

    def test_a_nickname_taken_in_a_race_is_400(self, v1: V1) -> None:
        nickname = unique()
        body = {"nickname": nickname, "password": "p"}
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _: V1(v1.url, v1.mount).post("/users", json=body), range(4)))
        assert sorted(answer.status_code for answer in answers) == [201, 400, 400, 400]

    def test_extra_fields_are_ignored(self, v1: V1) -> None:
        body = {"nickname": unique(), "password": "p", "id": 1, "online": True, "token": "t", "created_at": 5}
        user = v1.post("/users", json=body).json()
        assert user["id"] != 1
        assert user["online"] is False
        assert abs(user["created_at"] - time.time()) < 60
        assert v1.get("/users", "t").status_code == 401

    @pytest.mark.parametrize("password", ["abc", "x", " ", "雪", "p" * 500])
    def test_any_password_that_is_not_empty_is_accepted(self, v1: V1, password: str) -> None:
        nickname = unique()
        assert v1.post("/users", json={"nickname": nickname, "password": password}).status_code == 201
        assert v1.login(nickname, password).status_code == 200

    def test_an_authorization_header_is_not_looked_at(self, v1: V1) -> None:
        for header in ("Bearer wrong", "Basic !!!", "x"):
            body = {"nickname": unique(), "password": "p"}
            assert v1.post("/users", json=body, headers={"Authorization": header}).status_code == 201


class TestChange:
    def test_a_new_nickname_keeps_the_token_and_changes_the_login(self, v1: V1) -> None:
        account, name = v1.register(), unique("new")
        before = v1.user(account.id)
        answer = v1.put(f"/users/{account.id}", account.token, json={"nickname": name})
        assert answer.status_code == 204
        assert answer.content == b""
        after = v1.user(account.id, account.token)
        assert after["nickname"] == name
        assert after["created_at"] == before["created_at"]
        assert after["updated_at"] >= before["updated_at"]
        assert v1.login(name, account.password).status_code == 200
        assert v1.login(account.nickname, account.password).status_code == 401

    def test_a_new_password_revokes_the_token(self, v1: V1) -> None:
        account = v1.register()
        other = v1.login(account.nickname, account.password).json()["token"]
        assert v1.put(f"/users/{account.id}", account.token, json={"password": "new"}).status_code == 204
        assert v1.get("/users", account.token).status_code == 401
        assert v1.get("/users", other).status_code == 401
        assert v1.login(account.nickname, account.password).status_code == 401
        assert v1.login(account.nickname, "new").status_code == 200

    def test_the_same_password_again_revokes_the_token_too(self, v1: V1) -> None:
        account = v1.register()
        answer = v1.put(f"/users/{account.id}", account.token, json={"password": account.password})
        assert answer.status_code == 204
        assert v1.get("/users", account.token).status_code == 401
        assert v1.login(account.nickname, account.password).status_code == 200

    def test_both_at_once(self, v1: V1) -> None:
        account, name = v1.register(), unique("both")
        body = {"nickname": name, "password": "new"}
        assert v1.put(f"/users/{account.id}", account.token, json=body).status_code == 204
        assert v1.login(name, "new").status_code == 200

    def test_ones_own_current_nickname_again_is_204(self, v1: V1, ann: Account) -> None:
        assert v1.put(f"/users/{ann.id}", ann.token, json={"nickname": ann.nickname}).status_code == 204

    @pytest.mark.parametrize("options", [
        {"json": {}}, {}, {"data": b"{", "headers": {"Content-Type": "text/plain"}},
        {"data": b'{"nickname": "elsewhere"}', "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
        {"json": {"colour": "red", "online": False, "id": 1}},
    ])  # fmt: skip
    def test_nothing_to_change_is_204_without_change(
        self, v1: V1, ann: Account, options: dict[str, Any]
    ) -> None:
        assert v1.put(f"/users/{ann.id}", ann.token, **options).status_code == 204
        assert v1.user(ann.id)["nickname"] == ann.nickname
        assert v1.get("/users", ann.token).status_code == 200

    @pytest.mark.parametrize(
        "body",
        [
            b"", b"{", b"x", b"[]", b"5", b"null", b'"x"', b'{"nickname": 5}', b'{"nickname": null}',
            b'{"nickname": ""}', b'{"nickname": "<b>"}', b'{"nickname": "a\\u0007"}', b'{"password": ""}',
            b'{"password": null}', b'{"password": 5}', b'{"nickname": "a\\u0000"}', b'{"nickname": "\\ud800"}',
            b'{"nickname": "' + b"x" * 33 + b'"}', b'{"password": "a\\u0000b"}', b"\xff",
        ],
    )  # fmt: skip
    def test_a_wrong_body_is_400_and_changes_nothing(self, v1: V1, ann: Account, body: bytes) -> None:
        answer = v1.put(
            f"/users/{ann.id}", ann.token, data=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 400
        assert v1.user(ann.id, ann.token)["nickname"] == ann.nickname

    def test_one_wrong_field_refuses_the_whole_change(self, v1: V1) -> None:
        account = v1.register()
        body = {"nickname": unique("no"), "password": ""}
        assert v1.put(f"/users/{account.id}", account.token, json=body).status_code == 400
        assert v1.user(account.id, account.token)["nickname"] == account.nickname

    def test_a_taken_nickname_is_400(self, v1: V1, ann: Account) -> None:
        account = v1.register()
        body = {"nickname": ann.nickname, "password": "changed"}
        assert v1.put(f"/users/{account.id}", account.token, json=body).status_code == 400
        assert v1.user(account.id, account.token)["nickname"] == account.nickname
        assert v1.login(account.nickname, account.password).status_code == 200

    def test_unknown_is_404_before_403_and_both_before_the_body(
        self, v1: V1, ann: Account, bea: Account
    ) -> None:
        broken = {"data": b"{", "headers": {"Content-Type": "application/json"}}
        assert v1.put("/users/999999999", ann.token, **broken).status_code == 404
        assert v1.put(f"/users/{bea.id}", ann.token, **broken).status_code == 403
        assert v1.put(f"/users/{bea.id}", ann.token, json={"nickname": unique()}).status_code == 403
        assert v1.put(f"/users/{bea.id}", json={}).status_code == 401
        assert v1.user(bea.id)["nickname"] == bea.nickname
        for answer in (v1.put("/users/999999999", ann.token), v1.put(f"/users/{bea.id}", ann.token)):
            assert isinstance(answer.json()["error"], str)


class TestList:
    def test_online_filters(self, v1: V1, ann: Account) -> None:
        off = v1.post("/users", json={"nickname": unique(), "password": "p"}).json()["id"]
        v1.put(f"/users/{ann.id}", ann.token, json={})
        for query in ({}, {"online": ""}):
            assert {ann.id, off} <= set(ids(v1, **query))
        offline = ids(v1, online="0")
        assert off in offline
        assert ann.id not in offline
        for value in ("1", "2", "true", "false", "no", "00", "x", "é"):
            online = ids(v1, online=value)
            assert ann.id in online
            assert off not in online

    def test_updated_since_is_strictly_greater(self, v1: V1) -> None:
        user = v1.post("/users", json={"nickname": unique(), "password": "p"}).json()
        at = user["updated_at"]
        assert user["id"] in ids(v1, updated_since=at - 1)
        assert user["id"] not in ids(v1, updated_since=at)
        assert user["id"] not in ids(v1, updated_since=at + 1)
        for everything in ("", "0", "-1", "-99999999999"):
            assert user["id"] in ids(v1, updated_since=everything)
        for future in (str(at + 10**6), str(10**12), str(10**30)):
            assert ids(v1, updated_since=future) == []

    @pytest.mark.parametrize(
        "wrong", ["x", "1.5", "1e3", "١", "0x1", "1 2", "null", "+", "-", "%00", "1" * 1500]
    )
    def test_a_wrong_updated_since_is_400(self, v1: V1, wrong: str) -> None:
        for path in ("/users", "/messages"):
            answer = v1.get(path, params={"updated_since": wrong})
            assert answer.status_code == 400
            assert isinstance(answer.json()["error"], str)

    def test_the_filters_combine(self, v1: V1) -> None:
        account = v1.register()
        at = v1.user(account.id)["updated_at"]
        assert account.id in ids(v1, online="1", updated_since=at - 1)
        assert account.id not in ids(v1, online="0", updated_since=at - 1)
        assert account.id not in ids(v1, online="1", updated_since=at)

    def test_the_order_is_updated_at_then_nickname(self, v1: V1) -> None:
        for _ in range(3):
            v1.post("/users", json={"nickname": unique(), "password": "p"})
        listed = v1.get("/users").json()["users"]
        assert listed == sorted(listed, key=lambda user: (user["updated_at"], user["nickname"]))

    def test_a_change_moves_a_user_to_the_end(self, v1: V1) -> None:
        account = v1.register()
        v1.post("/users", json={"nickname": unique(), "password": "p"})
        before = v1.user(account.id)["updated_at"]
        eventually(lambda: time.time() >= before + 1, "the next second has begun")
        assert (
            v1.put(f"/users/{account.id}", account.token, json={"nickname": unique("z")}).status_code == 204
        )
        assert v1.user(account.id)["updated_at"] > before
        assert account.id in ids(v1, updated_since=before)
