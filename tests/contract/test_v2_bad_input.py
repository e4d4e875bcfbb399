"""Whatever a client sends, the answer is a clear 4xx: never a 500, and nothing was changed."""

from collections.abc import Callable
from typing import Any

import pytest
from api_fixtures import PASSWORD, MakeApi, Person
from flask import Flask
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from werkzeug.test import TestResponse

HUGE = 2**63
DEEP = b'{"source":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
JSON = "application/json"


def _send(person: Person, path: str, data: bytes, content_type: str = JSON) -> TestResponse:
    return person.request("POST", path, data=data, content_type=content_type)


def _refused(answer: TestResponse, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    document = dict(answer.json)  # type: ignore[call-overload]
    assert set(document) == {"type", "title", "status", "detail", "code", "errors", "request_id"}
    assert (document["code"], document["status"]) == (code, status)
    return document


@pytest.fixture
def ada(sign_up: Callable[..., Person]) -> Person:
    return sign_up("ada")


@pytest.fixture
def path(ada: Person) -> str:
    """Where ada posts messages."""
    return f"/channels/{ada.make_channel()}/messages"


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 400, "malformed_json"),
        (b"{", 400, "malformed_json"),
        (b'{"source": "a"} trailing', 400, "malformed_json"),
        (b"{'source': 'a'}", 400, "malformed_json"),
        (b'{"source": NaN}', 400, "malformed_json"),
        (b"\xff\xfe", 400, "malformed_json"),
        (b'{"source": "\xff"}', 400, "malformed_json"),
        (b'{"source": "a\x00b"}', 400, "malformed_json"),
        (b'{"source": "a\\u0000b"}', 400, "nul_character"),
        (b'{"source\\u0000": "a"}', 400, "nul_character"),
        (b'{"source": ["\\u0000"]}', 400, "nul_character"),
        (b'{"source": "\\ud800"}', 400, "malformed_json"),
        (b'{"source": "\\udc00\\ud800"}', 400, "malformed_json"),
        (DEEP, 400, "malformed_json"),
        (b'{"source": "' + b"a" * 300_000 + b'"}', 413, "body_too_large"),
        (b"[]", 422, "invalid_fields"),
        (b"null", 422, "invalid_fields"),
        (b'"text"', 422, "invalid_fields"),
        (b"{}", 422, "invalid_fields"),
        (b'{"source": null}', 422, "invalid_fields"),
        (b'{"source": 1}', 422, "invalid_fields"),
        (b'{"source": ["a"]}', 422, "invalid_fields"),
        (b'{"source": {"a": 1}}', 422, "invalid_fields"),
        (b'{"source": ""}', 422, "invalid_fields"),
        (b'{"source": "' + b"a" * 40_001 + b'"}', 422, "invalid_fields"),
        (b'{"source": "a", "nonce": "' + b"n" * 65 + b'"}', 422, "invalid_fields"),
    ],
    ids=lambda value: repr(value)[:40] if isinstance(value, bytes) else None,
)
def test_a_body_that_is_no_message_is_refused(
    ada: Person, path: str, data: bytes, status: int, code: str
) -> None:
    _refused(_send(ada, path, data), status, code)
    assert ada.get(path).json["messages"] == []  # type: ignore[index]


@pytest.mark.parametrize("path", ["/tokens", "/users", "/tokens/revoke"])
@pytest.mark.parametrize(
    "data", [DEEP, b'{"nickname": "\\ud800"}', b'{"nickname": ' + b"9" * 5000 + b"}", b"["]
)
def test_nothing_stumbles_over_a_body_before_the_view_does(make_api: MakeApi, path: str, data: bytes) -> None:
    client = make_api(rate_limits_enabled=True).test_client()
    answer = client.post(f"/api/v2{path}", data=data, content_type=JSON)
    assert answer.status_code in {400, 422}


def test_texts_that_only_look_bad_are_kept(ada: Person, path: str) -> None:
    for source in (
        "a literal \\u0000",
        "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
        "\u200b.",
        "ئ",
    ):
        posted = ada.post(path, {"source": source})
        assert posted.status_code == 201
        assert posted.json["source"] == source  # type: ignore[index]


@pytest.mark.parametrize(
    "source",
    [" ", "\t\n\r ", "\u00a0\u3000", "\u200b\u200d\u2060\ufeff", "\u202e\u00ad", "\u3164\u2800"],
    ids=ascii,
)
def test_a_message_with_nothing_to_see_is_neither_posted_nor_edited_in(
    ada: Person, path: str, source: str
) -> None:
    message = ada.post(path, {"source": "words"}).json
    assert message is not None
    for answer in (
        ada.post(path, {"source": source}),
        ada.patch(f"{path}/{message['id']}", {"source": source}),
    ):
        document = _refused(answer, 422, "invalid_fields")
        assert document["errors"] == [
            {"field": "source", "message": "A message needs something to see: this is only blanks."}
        ]
    assert [kept["source"] for kept in ada.get(path).json["messages"]] == ["words"]  # type: ignore[index]


def test_unknown_fields_are_refused_by_name(ada: Person, path: str) -> None:
    document = _refused(ada.post(path, {"source": "a", "colour": "red"}), 422, "invalid_fields")
    assert document["errors"] == [{"field": "colour", "message": "Unknown field."}]


@pytest.mark.parametrize(
    ("grant", "field", "message"),
    [
        ({}, "grant", "This field is required."),
        ({"grant": "magic"}, "grant", "This must be one of 'password', 'refresh'."),
        ({"grant": "password", "nickname": "ada"}, "password", "This field is required."),
        ({"grant": "refresh", "refresh_token": ""}, "refresh_token", "This must not be empty."),
    ],
)
def test_a_grant_is_refused_by_the_name_of_its_field(
    api: Flask, grant: dict[str, str], field: str, message: str
) -> None:
    document = _refused(api.test_client().post("/api/v2/tokens", json=grant), 422, "invalid_fields")
    assert document["errors"] == [{"field": field, "message": message}]


@pytest.mark.parametrize("path", ["/api/v2/nowhere", "/elsewhere"])
def test_an_unknown_address_is_said_to_be_none(api: Flask, path: str) -> None:
    assert _refused(api.test_client().get(path), 404, "not_found")["detail"] == "No such address."


def test_a_wrong_method_is_refused_in_plain_words(api: Flask) -> None:
    document = _refused(api.test_client().delete("/api/v2/state"), 405, "method_not_allowed")
    assert document["detail"] == "This address does not take that method; see Allow."


def test_values_are_not_repeated(ada: Person, path: str) -> None:
    answer = ada.post(path, {"source": ["a secret"]})
    assert answer.status_code == 422
    assert "a secret" not in answer.text


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "text/json"])
def test_a_body_that_does_not_say_json_is_refused(ada: Person, path: str, content_type: str) -> None:
    _refused(_send(ada, path, b'{"source": "a"}', content_type), 415, "unsupported_media_type")


def test_a_body_of_the_largest_message_is_taken(ada: Person, path: str) -> None:
    assert ada.post(path, {"source": "é" * 40_000}).status_code == 201


@pytest.mark.parametrize("id", [0, -1, HUGE, 10**30, "abc", "1.0", "%00", "٣", "1%20", "0x1", "9" * 5000])
def test_what_is_no_id_is_not_found(ada: Person, id: object) -> None:
    for path in (f"/channels/{id}", f"/users/{id}", f"/channels/{id}/messages"):
        assert ada.get(path).status_code == 404


@pytest.mark.parametrize("id", [HUGE - 1, 999_999])
def test_unknown_ids_are_not_found(ada: Person, path: str, id: int) -> None:
    _refused(ada.get(f"/channels/{id}"), 404, "not_found")
    _refused(ada.get(f"{path}/{id}"), 404, "not_found")
    _refused(ada.get(f"/users/{id}"), 404, "not_found")
    _refused(ada.post(f"/channels/{id}/messages", {"source": "a"}), 404, "not_found")


@pytest.mark.parametrize("id", ["x", "00000000-0000-0000-0000-000000000000", "1", "%00"])
def test_unknown_tasks_are_not_found(ada: Person, id: str) -> None:
    assert ada.get(f"/tasks/{id}").status_code == 404
    assert ada.get(f"/tasks/{id}/download").status_code == 404


@pytest.mark.parametrize("user_id", [0, -1, HUGE, 10**30, "1", 1.5, None, True, [1]])
def test_ids_in_bodies_are_checked(ada: Person, user_id: object) -> None:
    _refused(ada.post("/channels/direct", {"user_ids": [user_id]}), 422, "invalid_fields")


@pytest.mark.parametrize("user_ids", [[], list(range(10, 18)), {}, "12"])
def test_direct_channels_take_one_to_seven_others(ada: Person, user_ids: object) -> None:
    _refused(ada.post("/channels/direct", {"user_ids": user_ids}), 422, "invalid_fields")


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=201", "limit=x", "limit=", f"limit={10**30}", "before=-1", f"before={HUGE}", "after=1.5",
        "before=1&after=2", "around=1&before=2", "limit=1&limit=2", "before=%00", "colour=red", "around=%ff",
        "before=" + "9" * 5000,
    ],
)  # fmt: skip
def test_bad_queries_are_refused(ada: Person, path: str, query: str) -> None:
    _refused(ada.get(f"{path}?{query}"), 422, "invalid_fields")


@pytest.mark.parametrize(
    "query",
    [
        "", "since=x", "since=channel:7", "since=channel:7@", "since=channel:7@-1", "since=channel:0@1",
        "since=room:7@1", "since=channel:7@1;user:3@1", f"since=channel:7@{10**30}", "since=%00",
    ],
)  # fmt: skip
def test_bad_sync_positions_are_refused(ada: Person, query: str) -> None:
    _refused(ada.get(f"/sync?{query}"), 422, "invalid_fields")


def test_streams_that_are_not_ones_own_are_not_recovered(ada: Person, sign_up: Callable[..., Person]) -> None:
    ben = sign_up("ben")
    hidden = ben.make_channel("private")
    streams = [f"channel:{hidden}", f"user:{ben.id}", "channel:999999", f"channel:{10**18}"]
    answer = ada.get("/sync?since=" + ",".join(f"{stream}@0" for stream in streams))
    assert answer.json == {
        "streams": [{"stream": s, "recovered": False, "seq": None, "events": []} for s in streams]
    }


@pytest.mark.parametrize("ids", ["", ",", "1,,2", "0", "x", "1;2", str(HUGE), ",".join("1" * 201)])
def test_bad_lists_of_ids_are_refused(ada: Person, ids: str) -> None:
    _refused(ada.get(f"/users?ids={ids}"), 422, "invalid_fields")


@pytest.mark.parametrize("nickname", ["", "a" * 33, "<b>", "a\nb", "a\x00b", "\ud800", 5, None, ["a"]])
def test_bad_nicknames_are_refused(api: Flask, nickname: object) -> None:
    answer = api.test_client().post("/api/v2/users", json={"nickname": nickname, "password": PASSWORD})
    assert 400 <= answer.status_code < 500
    assert answer.status_code in {400, 422}


@pytest.mark.parametrize("password", ["", "short", "p" * 1025, 12345678, None])
def test_bad_passwords_are_refused(api: Flask, password: object) -> None:
    answer = api.test_client().post("/api/v2/users", json={"nickname": "ada", "password": password})
    assert answer.status_code == 422


def test_a_taken_nickname_is_a_conflict(ada: Person, api: Flask) -> None:
    answer = api.test_client().post("/api/v2/users", json={"nickname": "ada", "password": PASSWORD})
    document = _refused(answer, 409, "nickname_taken")
    assert document["errors"][0]["field"] == "nickname"


def test_markup_in_names_is_text_and_in_messages_is_harmless(ada: Person, path: str) -> None:
    made = ada.post("/channels", {"name": "<img src=x onerror=alert(1)>", "kind": "public"})
    assert made.json["name"] == "<img src=x onerror=alert(1)>"  # type: ignore[index]
    for source in (
        "<script>alert(1)</script>", '<img src=x onerror="alert(1)">', "[x](javascript:alert(1))",
        "[x](&#106;avascript:alert(1))", "[x](data:text/html,<script>alert(1)</script>)",
        '<a href="x" onclick="y">z</a>',
    ):  # fmt: skip
        html = ada.post(path, {"source": source}).json["html"]  # type: ignore[index]
        for node in HTMLParser(html).css("body *"):
            assert node.tag in {"p", "a", "em", "strong", "code"}, html
            assert set(node.attributes) <= {"href", "rel", "title", "target"}, html
            assert (node.attributes.get("href") or "http").startswith(("http", "mailto")), html


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer x", "Bearer x.y.z", "Bearer " + "x" * 5000]
)
def test_bad_authorization_is_refused(api: Flask, header: str) -> None:
    answer = api.test_client().get("/api/v2/state", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("key", ["", "k" * 256, "ключ".encode().decode("latin-1")])
def test_bad_idempotency_keys_are_refused(ada: Person, path: str, key: str) -> None:
    answer = ada.post(path, {"source": "a"}, headers={"Idempotency-Key": key})
    _refused(answer, 400, "invalid_idempotency_key")
