"""flack-v1 section 1: mounts, formats, headers, routes, objects."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from .client import V1, Account, unique
from .conftest import Installation

USER_KEYS = {"id", "nickname", "created_at", "updated_at", "last_seen_at", "online", "_links"}
MESSAGE_KEYS = {"id", "created_at", "updated_at", "source", "html", "user_id", "_links"}
ROUTES = [
    ("/users", {"GET", "POST"}),
    ("/users/{user}", {"GET", "PUT"}),
    ("/tokens", {"POST", "DELETE"}),
    ("/messages", {"GET", "POST"}),
    ("/messages/{message}", {"GET", "PUT"}),
]


@pytest.fixture(scope="module")
def message(api: V1, ann: Account) -> dict[str, Any]:
    return api.say(ann, "about mounts")


class TestTwoMountsOneSetOfData:
    def test_what_is_created_through_one_is_seen_through_the_other(
        self, installation: Installation, ann: Account
    ) -> None:
        old, new = V1(installation.url, "/api"), V1(installation.url, "/api/v1")
        for here, there in ((old, new), (new, old)):
            user = here.register()
            assert there.user(user.id)["nickname"] == user.nickname
            said = here.say(ann, "both")
            assert there.get(f"/messages/{said['id']}").json()["source"] == "both"
            assert there.get("/users", user.token).status_code == 200

    def test_a_job_id_works_at_both_status_paths(self, installation: Installation, ann: Account) -> None:
        old, new = V1(installation.url, "/api"), V1(installation.url, "/api/v1")
        accepted = old.post("/messages", ann.token, json={"source": "job"})
        assert accepted.status_code == 202
        done = old.finish(accepted)
        job = accepted.headers["Location"].rsplit("/", 1)[1]
        for v1 in (old, new):
            status = v1.get("/" + v1.status_path + job)
            assert status.status_code == 201
            assert status.json()["id"] == done.json()["id"]
            assert status.json()["_links"]["self"] == f"{v1.mount}/messages/{done.json()['id']}"
            assert status.headers["Location"] == f"{v1.url}{v1.mount}/messages/{done.json()['id']}"


class TestPathsInAnswers:
    def test_links_start_with_the_mount(self, v1: V1, ann: Account, message: dict[str, Any]) -> None:
        assert v1.user(ann.id)["_links"] == {
            "self": f"{v1.mount}/users/{ann.id}",
            "messages": f"{v1.mount}/messages?user_id={ann.id}",
            "tokens": f"{v1.mount}/tokens",
        }
        assert v1.get(f"/messages/{message['id']}").json()["_links"] == {
            "self": f"{v1.mount}/messages/{message['id']}",
            "user": f"{v1.mount}/users/{ann.id}",
        }
        assert all(user["_links"]["self"].startswith(f"{v1.mount}/users/") for user in users(v1))
        assert all(m["_links"]["self"].startswith(f"{v1.mount}/messages/") for m in v1.messages())

    def test_location_is_an_absolute_url_with_the_requests_host_and_port(self, v1: V1, ann: Account) -> None:
        made = v1.post("/users", json={"nickname": unique(), "password": "p"})
        assert made.headers["Location"] == f"{v1.url}{v1.mount}/users/{made.json()['id']}"
        accepted = v1.post("/messages", ann.token, json={"source": "x"})
        assert accepted.headers["Location"].startswith(f"{v1.url}{v1.status_path}")
        done = v1.finish(accepted)
        assert done.headers["Location"] == f"{v1.url}{v1.mount}/messages/{done.json()['id']}"

    def test_location_follows_host_and_forwarded_proto(self, installation: Installation, v1: V1) -> None:
        direct = V1(installation.api or installation.url, v1.mount)
        scheme = "https" if installation.api else "http"  # an ingress sets this header itself
        made = direct.post(
            "/users",
            json={"nickname": unique(), "password": "p"},
            headers={"Host": "chat.example:8443", "X-Forwarded-Proto": scheme},
        )
        path = f"{v1.mount}/users/{made.json()['id']}"
        assert made.headers["Location"] == f"{scheme}://chat.example:8443{path}"


class TestFormats:
    def test_bodies_are_json(self, v1: V1, ann: Account, message: dict[str, Any]) -> None:
        paths = ["/users", f"/users/{ann.id}", "/messages", f"/messages/{message['id']}", "/users/0"]
        for path in [*paths, "/" + v1.stats_path]:
            answer = v1.get(path)
            assert answer.headers["Content-Type"].split(";")[0] == "application/json", path
            assert isinstance(answer.json(), dict)

    def test_text_of_any_script_survives(self, v1: V1) -> None:
        account = v1.register(unique("Ünï-雪-🦊"))
        assert v1.user(account.id)["nickname"] == account.nickname
        assert v1.say(account, "héllo 雪 🦊")["source"] == "héllo 雪 🦊"

    def test_a_user_has_exactly_these_fields(self, v1: V1, ann: Account) -> None:
        for user in (v1.user(ann.id), users(v1)[0]):
            assert set(user) == USER_KEYS
            assert all(type(user[key]) is int for key in ("id", "created_at", "updated_at", "last_seen_at"))
            assert type(user["online"]) is bool
            assert type(user["nickname"]) is str

    def test_a_message_has_exactly_these_fields(self, v1: V1, message: dict[str, Any]) -> None:
        listed = next(m for m in v1.messages() if m["id"] == message["id"])
        for shown in (message, listed, v1.get(f"/messages/{message['id']}").json()):
            assert set(shown) == MESSAGE_KEYS
            assert all(type(shown[key]) is int for key in ("id", "created_at", "updated_at", "user_id"))
            assert type(shown["source"]) is type(shown["html"]) is str

    def test_times_are_unix_seconds(self, v1: V1, message: dict[str, Any]) -> None:
        assert abs(message["created_at"] - time.time()) < 3600
        account = v1.register()
        assert abs(v1.user(account.id)["created_at"] - time.time()) < 60

    def test_lists_have_one_key_and_no_pagination(self, v1: V1) -> None:
        assert set(v1.get("/users").json()) == {"users"}
        assert set(v1.get("/messages").json()) == {"messages"}

    def test_no_etag_and_no_cors_headers(self, v1: V1, ann: Account) -> None:
        for path in ("/users", "/messages", f"/users/{ann.id}", "/" + v1.stats_path):
            answer = v1.get(path, headers={"Origin": "https://elsewhere.example"})
            assert "ETag" not in answer.headers
            assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


class TestMethods:
    @pytest.mark.parametrize("path", ["/users/", "/messages/", "/tokens/", "/users/1/"])
    def test_a_trailing_slash_is_404(self, v1: V1, path: str) -> None:
        assert v1.get(path).status_code == 404

    @pytest.mark.parametrize("path", ["/users", "/users/{user}", "/messages", "/messages/{message}"])
    def test_get_routes_answer_head(self, v1: V1, ann: Account, message: dict[str, Any], path: str) -> None:
        head = v1.call("HEAD", path.format(user=ann.id, message=message["id"]))
        assert head.status_code == 200
        assert head.content == b""
        assert head.headers["Content-Type"].startswith("application/json")

    @pytest.mark.parametrize(("path", "methods"), ROUTES)
    def test_options_is_200_with_allow(
        self, v1: V1, ann: Account, message: dict[str, Any], path: str, methods: set[str]
    ) -> None:
        answer = v1.call("OPTIONS", path.format(user=ann.id, message=message["id"]))
        assert answer.status_code == 200
        assert allowed(answer.headers["Allow"]) == methods

    @pytest.mark.parametrize(("path", "methods"), ROUTES)
    def test_other_methods_are_405_with_allow(
        self, v1: V1, ann: Account, message: dict[str, Any], path: str, methods: set[str]
    ) -> None:
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - methods:
            answer = v1.call(method, path.format(user=ann.id, message=message["id"]), ann.token)
            assert answer.status_code == 405, method
            assert allowed(answer.headers["Allow"]) == methods
            assert isinstance(answer.json()["error"], str)

    def test_status_and_statistics_answer_head_options_and_405(self, v1: V1, ann: Account) -> None:
        accepted = v1.post("/messages", ann.token, json={"source": "x"})
        assert accepted.status_code == 202
        v1.finish(accepted)
        status = "/" + v1.status_path + accepted.headers["Location"].rsplit("/", 1)[1]
        for path in (status, "/" + v1.stats_path):
            assert v1.call("HEAD", path).status_code in (200, 201)
            assert allowed(v1.call("OPTIONS", path).headers["Allow"]) == {"GET"}
            assert v1.post(path).status_code == 405

    def test_unknown_query_parameters_and_body_fields_are_ignored(self, v1: V1) -> None:
        assert v1.get("/users", params={"colour": "red", "page": "x"}).status_code == 200
        assert v1.get("/messages", params={"channel": "x", "limit": "-1"}).status_code == 200
        made = v1.post("/users", json={"nickname": unique(), "password": "p", "colour": ["red"], "role": 1})
        assert made.status_code == 201
        assert set(made.json()) == USER_KEYS


@pytest.mark.parametrize(
    "wrong", ["abc", "0", "-1", "1.5", "%00", "9" * 18, "9" * 40, "1e3", "1%20", "9223372036854775808"]
)
@pytest.mark.parametrize("kind", ["users", "messages"])
def test_an_id_that_is_no_known_positive_integer_is_404(v1: V1, ann: Account, kind: str, wrong: str) -> None:
    for answer in (
        v1.get(f"/{kind}/{wrong}", ann.token),
        v1.get(f"/{kind}/{wrong}"),
    ):
        assert answer.status_code == 404
        assert isinstance(answer.json()["error"], str)
    answer = v1.finish(v1.put(f"/{kind}/{wrong}", ann.token, json={}))
    assert answer.status_code == 404


def test_there_is_no_delete_of_users_or_messages(v1: V1, ann: Account, message: dict[str, Any]) -> None:
    assert v1.delete(f"/users/{ann.id}", ann.token).status_code == 405
    assert v1.delete(f"/messages/{message['id']}", ann.token).status_code == 405


def users(v1: V1, **query: str) -> list[dict[str, Any]]:
    listed = v1.get("/users", params=query).json()["users"]
    assert isinstance(listed, list)
    return listed


def allowed(header: str) -> set[str]:
    return set(re.split(r",\s*", header)) - {"HEAD", "OPTIONS"}
