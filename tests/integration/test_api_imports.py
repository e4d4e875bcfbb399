"""`POST /channels/{id}/imports`: JSON Lines in, a task out, and a clear refusal of everything else."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from api_fixtures import Person
from flack_domain import actions
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

LINE: dict[str, Any] = {"nickname": "ada", "source": "hello", "created_at": "2020-01-31T09:30:00Z"}


def upload(person: Person, channel_id: int, body: bytes, **headers: str) -> TestResponse:
    headers = {"Content-Type": "application/jsonl", **{k.replace("_", "-"): v for k, v in headers.items()}}
    return person.request("POST", f"/channels/{channel_id}/imports", data=body, headers=headers)


def lines(*changes: dict[str, Any]) -> bytes:
    return b"\n".join(orjson.dumps({**LINE, **change}) for change in changes)


def test_an_upload_becomes_a_task_that_tells_its_progress(ada: Person, session: Session) -> None:
    channel = ada.make_channel()
    body = lines({"nonce": "1"}, {"created_at": "2020-01-31T11:00:00+01:00", "source": "later"}) + b"\n\n"
    answer = upload(ada, channel, body, Prefer="respond-async")
    assert answer.status_code == 202 and answer.json is not None
    task = answer.json
    assert answer.headers["Location"] == f"/api/v2/tasks/{task['id']}"
    assert answer.headers["Preference-Applied"] == "respond-async"
    assert "Preference-Applied" not in upload(ada, ada.make_channel(), body).headers
    assert (task["kind"], task["state"], task["progress"], task["total"]) == ("import", "queued", 0, 2)
    actions.imports.run(session, task["id"])
    done = ada.get(f"/tasks/{task['id']}").json
    assert done is not None and (done["state"], done["progress"]) == ("done", 2)
    assert done["result"] == {"imported": 2, "skipped": 0}
    page = ada.get(f"/channels/{channel}/messages").json
    assert page is not None
    assert [(message["created_at"], message["source"], message["nonce"]) for message in page["messages"]] == [
        ("2020-01-31T09:30:00.000Z", "hello", "1"),
        ("2020-01-31T10:00:00.000Z", "later", None),
    ]
    assert ada.get(f"/tasks/{task['id']}/download").status_code == 404


def test_a_retry_with_the_same_key_is_the_same_task(ada: Person) -> None:
    channel = ada.make_channel()
    first = upload(ada, channel, lines({}), Idempotency_Key="piece-1")
    again = upload(ada, channel, lines({}), Idempotency_Key="piece-1")
    assert first.json is not None and again.json is not None
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json["id"] == again.json["id"] and again.headers["Idempotency-Replayed"] == "true"
    other = upload(ada, channel, lines({"source": "other"}), Idempotency_Key="piece-1")
    assert other.status_code == 422


def test_a_second_import_waits_for_the_first(ada: Person) -> None:
    channel = ada.make_channel()
    assert upload(ada, channel, lines({})).status_code == 202
    refused = upload(ada, channel, lines({}))
    assert refused.status_code == 409 and refused.json is not None
    assert refused.json["code"] == "import_under_way"


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"", 422, None),
        (b"\n \n", 422, None),
        (b"{", 422, "line 1"),
        (b"[]", 422, "line 1"),
        (lines({}) + b"\nnull", 422, "line 2"),
        (b"\xff\xfe", 422, "line 1"),
        (b"[" * 100_000, 422, "line 1"),
        (lines({"surprise": 1}), 422, "line 1.surprise"),
        (lines({"source": 7}), 422, "line 1.source"),
        (lines({"source": ""}), 422, "line 1.source"),
        (lines({"source": "x" * 40_001}), 422, "line 1.source"),
        (lines({"source": "x\0"}), 422, "line 1.source"),
        (b'{"nickname":"ada","source":"\\ud800","created_at":"2020-01-01T00:00:00Z"}', 422, "line 1"),
        (lines({"nickname": "nobody"}), 422, "line 1.nickname"),
        (lines({"created_at": "2020-01-31T09:30:00"}), 422, "line 1.created_at"),
        (lines({"created_at": "soon"}), 422, "line 1.created_at"),
        (lines({"created_at": "9999-12-31T23:59:59Z"}), 422, "line 1.created_at"),
        (lines({}, {"created_at": "2019-01-01T00:00:00Z"}), 422, "line 2.created_at"),
        (lines({"nonce": "n" * 65}), 422, "line 1.nonce"),
    ],
)
def test_a_bad_line_is_named(ada: Person, body: bytes, status: int, field: str | None) -> None:
    answer = upload(ada, ada.make_channel(), body)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json"), answer.text
    assert answer.json is not None
    assert [error["field"] for error in answer.json["errors"]][:1] == ([field] if field else [])


def test_many_bad_lines_are_told_in_a_short_answer(ada: Person) -> None:
    answer = upload(ada, ada.make_channel(), b"{}\n" * 10_000)
    assert answer.status_code == 422 and answer.json is not None
    assert len(answer.json["errors"]) == 20


def test_another_media_type_and_an_archived_channel_are_refused(ada: Person) -> None:
    channel = ada.make_channel()
    assert ada.post(f"/channels/{channel}/imports", LINE).status_code == 415
    assert upload(ada, channel, lines({}), Content_Type="application/x-ndjson").status_code == 202
    archived = ada.make_channel()
    ada.post(f"/channels/{archived}/archive")
    assert upload(ada, archived, lines({})).status_code == 409


def test_an_upload_may_be_large_but_not_from_everybody(
    ada: Person, sign_up: Callable[..., Person], api: Flask
) -> None:
    ben, channel = sign_up("ben"), ada.make_channel()
    megabyte = lines(*[{"source": "x" * 1000}] * 1000)
    assert upload(ada, channel, megabyte).status_code == 202
    assert upload(ada, ada.make_channel(), megabyte * 16).status_code == 413
    assert upload(ben, channel, megabyte).status_code == 403
    posted = ada.request(
        "POST", f"/channels/{channel}/messages", data=megabyte, headers={"Content-Type": "application/json"}
    )
    assert posted.status_code == 413


def test_a_members_import_is_refused_as_is_one_into_what_the_administrator_does_not_see(
    ada: Person, sign_up: Callable[..., Person]
) -> None:
    ben = sign_up("ben")
    own, hidden = ben.make_channel(), ben.make_channel("private")
    refused = upload(ben, own, lines({}))
    assert refused.status_code == 403
    unseen, unknown = upload(ada, hidden, lines({})), upload(ada, hidden + 1000, lines({}))
    assert unseen.status_code == unknown.status_code == 404
