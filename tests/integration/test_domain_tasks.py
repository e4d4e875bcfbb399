"""Deferred requests, exports, clean-up, and v1's presence."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import orjson
import people
import pytest
from flack_contracts.tasks import Task
from flack_domain import actions, clock, errors, queries, shapes
from flack_domain.actor import Actor
from flack_domain.transaction import Transaction, action
from people import FAST_PASSWORDS, PASSWORD
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session


@action
def create(tx: Transaction, actor: Actor, *, kind: str, arguments: dict[str, Any] | None = None) -> Task:
    return shapes.task(actions.tasks.queued(tx, actor, kind=kind, arguments=arguments or {}))


def age(session: Session, table: str, column: str, by: timedelta) -> None:
    session.execute(text(f"update {table} set {column} = {column} - :by"), {"by": by})
    session.commit()


def test_a_task_goes_from_queued_to_done(session: Session) -> None:
    ann, bob = people.sign_up(session, "ann", "bob")
    task = create(session, ann, kind="thing", arguments={"n": 1})
    assert (task.state, task.progress, task.total) == ("queued", 0, None)
    with pytest.raises(errors.NotFound):
        queries.tasks.get(session, bob, task.id)
    work = actions.tasks.start(session, task.id)
    assert work is not None and (work.kind, work.user_id, work.arguments) == ("thing", ann.id, {"n": 1})
    assert actions.tasks.finish(session, work, result={"status": 201})
    done = queries.tasks.get(session, ann, task.id)
    assert (done.state, done.result) == ("done", {"status": 201})
    assert done.finished_at is not None
    assert actions.tasks.start(session, task.id) is None
    actions.tasks.fail(session, task.id, error="too late")
    assert queries.tasks.get(session, ann, task.id) == done


def test_a_cancelled_task_is_told_to_stop(session: Session) -> None:
    ann, bob = people.sign_up(session, "ann", "bob")
    task = create(session, ann, kind="thing")
    work = actions.tasks.start(session, task.id)
    assert work is not None
    with pytest.raises(errors.NotFound):
        actions.tasks.cancel(session, bob, task.id)
    assert actions.tasks.cancel(session, ann, task.id).state == "cancelled"
    assert not actions.tasks.finish(session, work)
    assert queries.tasks.get(session, ann, task.id).state == "cancelled"


def test_a_task_whose_worker_dies_is_tried_five_times(session: Session) -> None:
    (ann,) = people.sign_up(session, "ann")
    task = create(session, ann, kind="thing")
    for _ in range(5):
        assert actions.tasks.start(session, task.id) is not None
        assert actions.tasks.start(session, task.id) is None  # somebody works on it
        age(session, "tasks", "updated_at", actions.tasks.BUSY)
    assert actions.tasks.start(session, task.id) is None
    assert queries.tasks.get(session, ann, task.id).state == "failed"


def test_the_sweep_gives_a_stalled_task_out_once(session: Session) -> None:
    (ann,) = people.sign_up(session, "ann")
    task = create(session, ann, kind="thing")
    assert actions.tasks.stalled(session) == []
    age(session, "tasks", "updated_at", timedelta(seconds=31))
    assert [(found.id, found.kind) for found in actions.tasks.stalled(session)] == [(task.id, "thing")]
    assert actions.tasks.stalled(session) == []
    actions.tasks.start(session, task.id)
    age(session, "tasks", "updated_at", timedelta(seconds=31))
    assert actions.tasks.stalled(session) == []
    age(session, "tasks", "updated_at", timedelta(hours=2))
    assert len(actions.tasks.stalled(session)) == 1


@pytest.mark.parametrize("unknown", ["", "x", "\0", "00000000-0000-0000-0000-000000000000", "1" * 32, "é"])
def test_unknown_task_ids(session: Session, unknown: str) -> None:
    assert queries.tasks.answer(session, unknown) is None
    assert actions.tasks.start(session, unknown) is None
    with pytest.raises(errors.NotFound):
        queries.tasks.get(session, Actor(1), unknown)
    with pytest.raises(errors.NotFound):
        queries.exports.chunks(session, Actor(1), unknown)


def test_an_export_holds_all_that_one_wrote_also_after_an_interruption(session: Session) -> None:
    ann, bob = people.sign_up(session, "ann", "bob")
    channel_id = people.private_channel(session, ann, bob)
    for _ in range(3):
        people.post(session, ann, channel_id, "mine", "mine\ntoo", "…")
        people.post(session, bob, channel_id, "not hers")
    task = actions.exports.request(session, ann, most=3)
    session.execute(
        text("insert into export_chunks (task_id, number, body) values (:id, 0, 'half of a first try')"),
        {"id": task.id},
    )
    session.commit()
    assert actions.exports.build(session, task.id, page=4)
    assert not actions.exports.build(session, task.id)
    done = queries.tasks.get(session, ann, task.id)
    assert (done.state, done.progress, done.total) == ("done", 9, 9)
    file = b"".join(queries.exports.chunks(session, ann, task.id))
    session.rollback()
    for _ in queries.exports.chunks(session, ann, task.id):
        assert (
            not session.in_transaction()
        )  # a reader who stops here would keep the connection from all others
    assert done.result == {"bytes": len(file), "chunks": 4, "messages": 9}
    lines = [orjson.loads(line) for line in file.splitlines()]
    assert [line["kind"] for line in lines] == ["user", "preferences", "channel", "channel", *["message"] * 9]
    assert {line["message"]["user_id"] for line in lines if line["kind"] == "message"} == {ann.id}
    with pytest.raises(errors.NotFound):
        queries.exports.chunks(session, bob, task.id)


def test_a_person_has_only_so_many_exports_under_way(session: Session) -> None:
    ann, bob = people.sign_up(session, "ann", "bob")
    first, _second = (actions.exports.request(session, ann, most=2) for _ in range(2))
    with pytest.raises(errors.ExportsUnderWay):
        actions.exports.request(session, ann, most=2)
    actions.exports.request(session, bob, most=2)
    assert actions.exports.build(session, first.id)
    actions.exports.request(session, ann, most=2)


def test_an_export_that_is_begun_twice_is_made_by_the_second(
    session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ann,) = people.sign_up(session, "ann")
    people.post(session, ann, people.private_channel(session, ann), *"abcdef")
    task = actions.exports.request(session, ann, most=3)
    made, chunks = [], actions.exports._chunks

    def begun_again(*arguments: Any) -> Iterator[tuple[bytes, int]]:
        for number, chunk in enumerate(chunks(*arguments)):
            if number == 2 and not made:
                made.append(True)
                with Session(engine) as other:  # sent once more, while the first is under way
                    assert not actions.exports.build(other, task.id, page=2)
                    age(other, "tasks", "updated_at", actions.tasks.BUSY)  # now the first seems dead
                    assert actions.exports.build(other, task.id, page=2)
            yield chunk

    monkeypatch.setattr(actions.exports, "_chunks", begun_again)
    assert not actions.exports.build(session, task.id, page=1)
    done = queries.tasks.get(session, ann, task.id)
    file = b"".join(queries.exports.chunks(session, ann, task.id))
    assert (done.state, done.result) == ("done", {"bytes": len(file), "chunks": 4, "messages": 6})
    assert [line[:18] for line in file.splitlines()].count(b'{"kind":"message",') == 6


def test_a_cancelled_export_stops(session: Session) -> None:
    (ann,) = people.sign_up(session, "ann")
    task = actions.exports.request(session, ann, most=3)
    actions.tasks.cancel(session, ann, task.id)
    assert not actions.exports.build(session, task.id)
    with pytest.raises(errors.NotFound):
        queries.exports.chunks(session, ann, task.id)


def test_clean_up_takes_what_is_old_and_leaves_what_is_not(session: Session) -> None:
    (ann,) = people.sign_up(session, "ann")
    actions.invites.create(session, ann)
    signed_in = actions.tokens.sign_in(session, FAST_PASSWORDS, nickname="ann", password=PASSWORD)
    actions.tokens.refresh(session, refresh_token=signed_in.refresh_token)
    task = actions.exports.request(session, ann, most=3)
    actions.exports.build(session, task.id)
    now = clock.now()
    nothing = dict.fromkeys(
        ["events", "idempotency_keys", "refresh_tokens", "sessions", "invites", "tasks"], 0
    )
    assert actions.cleanup.run(session, now=now + timedelta(hours=23)) == nothing
    assert actions.cleanup.run(session, now=now + timedelta(hours=25)) == {**nothing, "tasks": 1}
    assert actions.cleanup.run(session, now=now + timedelta(days=8)) == {**nothing, "refresh_tokens": 1}
    assert actions.cleanup.run(session, now=now + timedelta(days=32)) == {
        **nothing,
        "events": 2,
        "sessions": 1,
    }
    assert actions.cleanup.run(session, now=now + timedelta(days=40), batch=1) == {**nothing, "invites": 1}
    assert not queries.sessions.alive(session, signed_in.session_id)


def test_v1_presence_comes_with_a_call_and_goes_after_a_minute(session: Session) -> None:
    ann, bob = people.sign_up(session, "ann", "bob")
    assert actions.presence.seen(session, ann.id)
    assert not actions.presence.seen(session, ann.id)
    shown = queries.v1.user(session, ann.id)
    assert shown is not None and shown.online and shown.updated_at == shown.last_seen_at > shown.created_at
    assert [user.id for user in queries.v1.users(session, online=True)] == [ann.id]
    assert [user.id for user in queries.v1.users(session, updated_since=shown.created_at)] == [bob.id, ann.id]
    age(session, "users", "last_seen_at", timedelta(seconds=60))
    assert actions.presence.sweep(session) == []
    age(session, "users", "last_seen_at", timedelta(seconds=6))
    assert actions.presence.sweep(session) == [ann.id]
    assert not actions.presence.offline(session, ann.id)
    assert actions.presence.seen(session, ann.id)
    assert actions.presence.offline(session, ann.id)
    assert queries.v1.users(session, online=True) == []


def test_v1_sees_general_by_last_change(session: Session) -> None:
    ann, bob = people.sign_up(session, "ann", "bob")
    general = queries.channels.general_id(session)
    people.post(session, ann, people.private_channel(session, ann), "elsewhere")
    first, second, third = people.post(session, bob, general, "one", "two", "three")
    actions.messages.edit(session, bob, general, first, source="one, edited")
    actions.messages.delete(session, bob, general, third)
    long_ago = clock.now() - timedelta(hours=1)
    shown = queries.v1.messages(session, updated_since=long_ago)
    assert [message.id for message in shown] == [second, first]
    assert [message.id for message in queries.v1.messages(session, updated_since=shown[0].updated_at)] == [
        first
    ]
    assert queries.v1.message(session, 2**70) is None and queries.v1.user(session, 0) is None
