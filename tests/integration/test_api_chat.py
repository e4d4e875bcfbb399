"""v2 as a client uses it: people, channels, messages, what is read, what is missed."""

from typing import Any

import orjson
import pytest
from api_fixtures import Person
from flack_contracts.chat import Preview
from flack_contracts.tasks import EXPORT_RUN
from flack_domain import actions, queries
from flack_domain.actor import Actor
from flask import Flask
from sqlalchemy.orm import Session


def _json(answer: Any, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    return dict(answer.json)


def test_the_first_person_is_the_administrator(ada: Person, ben: Person) -> None:
    assert _json(ada.get("/users/me"))["role"] == "administrator"
    assert _json(ben.get("/users/me"))["role"] == "member"


def test_people_are_found_by_name_and_by_id(ada: Person, ben: Person) -> None:
    assert [user["id"] for user in _json(ada.get("/users?q=be"))["users"]] == [ben.id]
    assert [user["id"] for user in _json(ada.get(f"/users?ids={ben.id},{ada.id},999"))["users"]] == [
        ada.id,
        ben.id,
    ]


def test_a_channel_from_its_making_to_its_archiving(ada: Person, ben: Person) -> None:
    made = _json(ada.post("/channels", {"name": "plans", "kind": "public", "topic": "what next"}), 201)
    path = f"/channels/{made['id']}"
    browsed = _json(ben.get("/channels?q=PLAN"))["channels"]
    assert [(channel["name"], channel["joined"], channel["member_count"]) for channel in browsed] == [
        ("plans", False, 1)
    ]
    assert ben.post(f"{path}/messages", {"source": "hi"}).status_code == 403
    joined = _json(ben.post(f"{path}/members"), 201)
    assert (joined["role"], joined["member_count"]) == ("member", 2)
    assert _json(ada.patch(path, {"name": "big plans"}))["name"] == "big plans"
    assert _json(ada.post(f"{path}/archive"))["archived_at"] is not None
    assert ben.post(f"{path}/messages", {"source": "hi"}).status_code == 409
    assert _json(ada.post(f"{path}/unarchive"))["archived_at"] is None
    assert ben.delete(f"{path}/members/me").status_code == 204
    assert ben.post(f"{path}/messages", {"source": "hi"}).status_code == 403


def test_public_channels_are_paged_by_name(ada: Person) -> None:
    for name in ("c", "a", "d", "b"):
        ada.make_channel(name=f"page {name}")
    first = _json(ada.get("/channels?q=page&limit=3"))
    second = _json(ada.get(f"/channels?q=page&limit=3&before={first['next']}"))
    names = [channel["name"] for page in (first, second) for channel in page["channels"]]
    assert names == ["page a", "page b", "page c", "page d"]
    assert second["next"] is None


def test_the_same_people_have_one_direct_channel(ada: Person, ben: Person) -> None:
    first = _json(ada.post("/channels/direct", {"user_ids": [ben.id]}), 201)
    again = _json(ben.post("/channels/direct", {"user_ids": [ada.id]}), 200)
    assert first["id"] == again["id"]
    assert sorted(first["member_ids"]) == sorted([ada.id, ben.id])


def test_messages_are_paged_in_both_directions(ada: Person) -> None:
    channel = ada.make_channel()
    path = f"/channels/{channel}/messages"
    for number in range(1, 8):
        ada.say(channel, f"message {number}")

    def page(query: str) -> tuple[list[int], bool, bool]:
        found = _json(ada.get(f"{path}?{query}"))
        return [message["position"] for message in found["messages"]], found["has_before"], found["has_after"]

    assert page("limit=3") == ([5, 6, 7], True, False)
    assert page("before=5&limit=3") == ([2, 3, 4], True, True)
    assert page("before=2&limit=3") == ([1], False, True)
    assert page("after=0&limit=3") == ([1, 2, 3], False, True)
    assert page("after=6") == ([7], True, False)
    assert page("around=4&limit=3") == ([3, 4, 5], True, True)
    assert page("after=7") == ([], True, False)


def test_a_page_from_rows_is_the_page_from_models(ada: Person, session: Session) -> None:
    channel = ada.make_channel()
    ids = [
        ada.say(channel, f"*{number}* “ü” 😀 \u2028 http://example.com/{number}")["id"] for number in range(6)
    ]
    ada.delete(f"/channels/{channel}/messages/{ids[1]}")
    ada.patch(f"/channels/{channel}/messages/{ids[2]}", {"source": "edited"})
    preview = Preview(url="http://example.com/0", title="An “example”")
    assert actions.previews.attach(session, ids[0], revision=0, previews=[preview]) is not None
    ranges: list[dict[str, int]] = [
        {},
        {"limit": 2},
        {"before": 4},
        {"before": 1},
        {"after": 3, "limit": 2},
        {"after": 6},
    ]
    for asked in [*ranges, {"around": 3, "limit": 3}, {"around": 99}, {"before": 2**53}, {"after": 2**53}]:
        models = queries.messages.page(session, Actor(ada.id), channel, **asked)
        rows = queries.message_pages.page(session, Actor(ada.id), channel, **asked)
        assert orjson.loads(rows) == orjson.loads(models.model_dump_json()), asked


def test_pages_of_long_messages_are_short_and_leave_none_out(ada: Person) -> None:
    channel = ada.make_channel()
    path = f"/channels/{channel}/messages"
    for _ in range(20):
        ada.say(channel, "&" * 40_000)
    ada.say(channel, "short")

    def page(query: str) -> tuple[list[int], bool, bool]:
        answer = ada.get(f"{path}?limit=200{query}")
        assert len(answer.data) < 1.1 * queries.message_pages.MAX_BYTES
        found = _json(answer)
        return [message["position"] for message in found["messages"]], found["has_before"], found["has_after"]

    newest, has_before, has_after = page("")
    assert newest == list(range(newest[0], 22)) and len(newest) > 2
    assert (has_before, has_after) == (True, False)
    back = newest
    while has_before:
        older, has_before, has_after = page(f"&before={back[0]}")
        assert older and has_after
        back = older + back
    assert back == list(range(1, 22))
    forth, has_before, has_after = page("&after=0")
    assert not has_before
    while has_after:
        newer, has_before, has_after = page(f"&after={forth[-1]}")
        assert newer and has_before
        forth += newer
    assert forth == back
    beside, *more = page("&around=10")
    assert beside == list(range(beside[0], beside[-1] + 1)) and more == [True, True]
    assert 10 - beside[0] in (beside[-1] - 10, beside[-1] - 9)


def test_a_message_that_is_longer_than_a_page_is_one(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    channel = ada.make_channel()
    for _ in range(4):
        ada.say(channel, "more than fits")
    monkeypatch.setattr(queries.message_pages, "MAX_BYTES", 10)
    for query, position in {"": 4, "before=4": 3, "after=1": 2, "around=2": 2}.items():
        found = _json(ada.get(f"/channels/{channel}/messages?{query}"))
        assert [message["position"] for message in found["messages"]] == [position], query
        assert (found["has_before"], found["has_after"]) == (True, position < 4), query


def test_a_message_from_its_posting_to_its_end(ada: Person) -> None:
    channel = ada.make_channel()
    posted = _json(ada.post(f"/channels/{channel}/messages", {"source": "*hi*", "nonce": "n1"}), 201)
    path = f"/channels/{channel}/messages/{posted['id']}"
    assert (posted["nonce"], posted["position"]) == ("n1", 1)
    assert "<em>hi</em>" in posted["html"]
    assert _json(ada.get(path)) == posted
    edited = _json(ada.patch(path, {"source": "**ho**"}))
    assert edited["edited_at"] is not None and "<strong>" in edited["html"]
    deleted = _json(ada.delete(path))
    assert (deleted["source"], deleted["html"], deleted["previews"]) == ("", "", [])
    assert _json(ada.get(f"/channels/{channel}/messages"))["messages"] == [deleted]
    assert ada.patch(path, {"source": "again"}).status_code == 409


def test_reading_never_goes_backwards(ada: Person, ben: Person) -> None:
    channel = ada.make_channel()
    ben.post(f"/channels/{channel}/members")
    for _ in range(3):
        ada.say(channel)
    path = f"/channels/{channel}/read-position"

    def read(position: int) -> tuple[int, int]:
        moved = _json(ben.request("PUT", path, json={"position": position}))
        return moved["position"], moved["unread"]

    assert read(2) == (2, 1)
    assert read(1) == (2, 1)
    assert read(99) == (3, 0)


def test_preferences_keep_what_is_not_named(ada: Person) -> None:
    ada.patch("/users/me/preferences", {"theme": "dark"})
    changed = _json(ada.patch("/users/me/preferences", {"muted_channel_ids": [1]}))
    assert (changed["theme"], changed["muted_channel_ids"]) == ("dark", [1])
    assert _json(ada.get("/users/me/preferences")) == changed
    assert ada.patch("/users/me/preferences", {"theme": "pink"}).status_code == 422


def test_state_and_sync_leave_no_gap(ada: Person, ben: Person) -> None:
    channel = ada.make_channel()
    ben.post(f"/channels/{channel}/members")
    state = _json(ben.get("/state"))
    assert [c["name"] for c in state["channels"]].count("general") == 1
    since = ",".join(f"{stream}@{seq}" for stream, seq in state["streams"].items())
    quiet = _json(ben.get(f"/sync?since={since}"))
    assert all(stream["recovered"] and stream["events"] == [] for stream in quiet["streams"])
    posted = ada.say(channel, "missed?")
    ben.patch("/users/me/preferences", {"theme": "light"})
    news = {stream["stream"]: stream for stream in _json(ben.get(f"/sync?since={since}"))["streams"]}
    [event] = news[f"channel:{channel}"]["events"]
    assert (event["type"], event["payload"]["message"]) == ("message.posted", posted)
    assert [event["type"] for event in news[f"user:{ben.id}"]["events"]] == ["preferences.changed"]
    now = _json(ben.get("/state"))["streams"]
    assert {name: stream["seq"] for name, stream in news.items()} == now


@pytest.mark.parametrize("path", ["/state", "/users/me", "/channels/{}", "/channels/{}/messages"])
def test_what_has_not_changed_is_not_sent_again(ada: Person, path: str) -> None:
    channel = ada.make_channel()
    path = path.format(channel)
    first = ada.get(path)
    again = ada.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    ada.say(channel)
    ada.patch("/users/me", {"display_name": "Ada L."})
    assert ada.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_an_export_is_made_later_and_downloaded(ada: Person, ben: Person, session: Session) -> None:
    ada.say(ada.make_channel(), "keep this")
    answer = ada.post("/exports", headers={"Prefer": "respond-async"})
    task = _json(answer, 202)
    path = answer.headers["Location"].removeprefix("/api/v2")
    assert answer.headers["Preference-Applied"] == "respond-async"
    assert (task["state"], path) == ("queued", f"/tasks/{task['id']}")
    assert ada.get(f"{path}/download").status_code == 404
    # What the worker does when it gets EXPORT_RUN.
    assert EXPORT_RUN == "flack.exports.run"
    actions.exports.build(session, task["id"])
    assert _json(ada.get(path))["state"] == "done"
    download = ada.get(f"{path}/download")
    assert download.content_type == "application/jsonl"
    assert b"keep this" in download.data
    assert ben.get(path).status_code == 404
    assert ben.get(f"{path}/download").status_code == 404


def test_an_administrator_locks_somebody_out(api: Flask, ada: Person, ben: Person) -> None:
    assert _json(ada.patch(f"/users/{ben.id}", {"deactivated": True}))["deactivated_at"] is not None
    refresh = {"grant": "refresh", "refresh_token": ben.refresh_token}
    assert api.test_client().post("/api/v2/tokens", json=refresh).status_code == 401
    assert _json(ada.patch(f"/users/{ben.id}", {"deactivated": False}))["deactivated_at"] is None
