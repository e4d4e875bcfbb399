"""A channel's history from elsewhere: who may bring it, what comes of it, and that it comes once."""

from datetime import UTC, datetime, timedelta

import people
import pytest
from flack_domain import actions, clock, errors, queries
from flack_domain.actions import imports
from flack_domain.actor import Actor
from flack_domain.outbox import Delivery
from flack_domain.queries.channels import general_id
from people import Uploaded
from sqlalchemy import text
from sqlalchemy.orm import Session

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def sources(session: Session, actor: Actor, channel_id: int) -> list[str]:
    page = queries.messages.page(session, actor, channel_id, limit=200)
    return [message.source for message in page.messages]


def test_messages_keep_their_authors_times_and_order(session: Session) -> None:
    ann, bob = people.sign_up(session, "ann", "bob")
    channel_id = people.public_channel(session, ann)
    people.post(session, ann, channel_id, "there already")
    task_id = people.history(
        session, ann, channel_id, ("bob", "**one**", "a"), ("ann", "two", None), ("bob", "three", "b")
    )
    assert actions.imports.run(session, task_id)
    done = queries.tasks.get(session, ann, task_id)
    assert (done.state, done.progress, done.total) == ("done", 3, 3)
    assert done.result == {"imported": 3, "skipped": 0}
    page = queries.messages.page(session, bob, channel_id)
    told = [(message.position, message.user_id, message.source) for message in page.messages]
    assert told == [
        (1, ann.id, "there already"), (2, bob.id, "**one**"), (3, ann.id, "two"), (4, bob.id, "three"),
    ]  # fmt: skip
    assert page.messages[1].html == "<p><strong>one</strong></p>"
    assert [message.created_at for message in page.messages[1:]] == [
        LONG_AGO + timedelta(minutes=minute) for minute in range(3)
    ]
    assert session.scalar(text("select count(*) from export_chunks")) == 0


def test_only_the_last_message_is_pushed_and_sync_tells_the_others(session: Session) -> None:
    (ann,) = people.sign_up(session, "ann")
    channel_id = people.public_channel(session, ann)
    task_id = people.history(session, ann, channel_id, *[("ann", f"line {n}", None) for n in range(3)])
    pushed: list[Delivery] = []
    session.info["publish"] = pushed.append
    before = queries.state.snapshot(session, ann).streams[f"channel:{channel_id}"]
    actions.imports.run(session, task_id)
    events = [event for delivery in pushed for event in delivery.events if event.type == "message.posted"]
    assert [b'"line 2"' in event.envelope for event in events] == [True]
    missed = queries.sync.since(session, ann, {f"channel:{channel_id}": before})
    assert missed.count(b'"message.posted"') == 3
    unpublished = session.scalars(
        text("select seq from events where not published and type = 'message.posted'")
    )
    assert unpublished.all() == [before + 3]


def test_history_is_read_by_those_who_had_read_everything(session: Session) -> None:
    ann, bob, eve = people.sign_up(session, "ann", "bob", "eve")
    channel_id = people.public_channel(session, ann, bob, eve)
    people.post(session, ann, channel_id, "new")
    actions.reads.move(session, bob, channel_id, position=1)
    actions.imports.run(session, people.history(session, ann, channel_id, ("ann", "old", None)))
    read = {
        actor: queries.channels.state(session, actor, channel_id).last_read_position
        for actor in (ann, bob, eve)
    }
    assert read == {ann: 2, bob: 2, eve: 0}


def test_a_second_import_skips_what_is_there_by_author_and_nonce(session: Session) -> None:
    ann, _ = people.sign_up(session, "ann", "bob")
    channel_id = people.public_channel(session, ann)
    first = [("ann", "one", "1"), ("bob", "same mark, other author", "1"), ("ann", "unmarked", None)]
    actions.imports.run(session, people.history(session, ann, channel_id, *first))
    task_id = people.history(session, ann, channel_id, *first, ("bob", "two", "2"), ("bob", "two again", "2"))
    actions.imports.run(session, task_id)
    assert queries.tasks.get(session, ann, task_id).result == {"imported": 2, "skipped": 3}
    assert sources(session, ann, channel_id) == [
        "one", "same mark, other author", "unmarked", "unmarked", "two",
    ]  # fmt: skip


def test_another_worker_goes_on_where_the_first_died(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "BATCH", 2)
    (ann,) = people.sign_up(session, "ann")
    channel_id = people.public_channel(session, ann)
    lines = [("ann", f"line {n}", None) for n in range(7)]
    task_id = people.history(session, ann, channel_id, *lines)
    told: list[Delivery] = []

    def die_after_the_second_batch(delivery: Delivery) -> None:
        told.append(delivery)  # that ann, who had read all, has read these too
        if len(told) == 2:
            raise ConnectionError

    session.info["publish"] = die_after_the_second_batch
    with pytest.raises(ConnectionError):
        actions.imports.run(session, task_id)
    half = queries.tasks.get(session, ann, task_id)
    assert (half.state, half.progress, half.result) == ("running", 4, {"imported": 4, "skipped": 0})
    assert not actions.imports.run(session, task_id)  # a moment ago somebody worked on it
    session.execute(text("update tasks set updated_at = updated_at - interval '1 minute'"))
    session.commit()
    assert actions.imports.run(session, task_id)
    assert sources(session, ann, channel_id) == [source for _, source, _ in lines]
    assert not actions.imports.run(session, task_id)


def test_a_cancelled_import_stops_and_an_archived_channel_ends_it(session: Session) -> None:
    (ann,) = people.sign_up(session, "ann")
    channel_id = people.public_channel(session, ann)
    cancelled = people.history(session, ann, channel_id, ("ann", "never", None))
    actions.tasks.cancel(session, ann, cancelled)
    assert not actions.imports.run(session, cancelled)
    refused = people.history(session, ann, channel_id, ("ann", "never", None))
    actions.channels.archive(session, ann, channel_id)
    assert not actions.imports.run(session, refused)
    ended = queries.tasks.get(session, ann, refused)
    assert (ended.state, ended.error) == ("failed", "The channel is archived.")
    assert sources(session, ann, channel_id) == []


def test_who_may_not_import_and_where(session: Session) -> None:
    ann, bob = people.sign_up(session, "ann", "bob")
    lines = [Uploaded("ann", "hello", LONG_AGO)]
    public = people.public_channel(session, ann, bob)
    hidden = people.private_channel(session, bob)
    direct = people.direct_channel(session, ann, bob)
    for actor, channel_id, refusal in (
        (bob, public, errors.NotAnAdministrator),
        (ann, hidden, errors.NotFound),
        (ann, 10**12, errors.NotFound),
        (ann, direct, errors.DirectChannel),
    ):
        with pytest.raises(refusal):
            actions.imports.request(session, actor, channel_id, lines)
    first = actions.imports.request(session, ann, public, lines)
    with pytest.raises(errors.ImportUnderWay):
        actions.imports.request(session, ann, public, lines)
    assert actions.imports.request(session, ann, general_id(session), lines).state == "queued"
    actions.imports.run(session, first.id)
    assert actions.imports.request(session, ann, public, lines).state == "queued"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (Uploaded("nobody", "x", LONG_AGO), "line 2.nickname"),
        (Uploaded("ann", "x", LONG_AGO - timedelta(seconds=1)), "line 2.created_at"),
        (Uploaded("ann", "x", datetime(9000, 1, 1, tzinfo=UTC)), "line 2.created_at"),
        (Uploaded("ann", "x\0", LONG_AGO), "line 2.source"),
        (Uploaded("ann", "\ud800", LONG_AGO), "line 2.source"),
        (Uploaded("ann", "x", LONG_AGO, "n" * 65), "line 2.nonce"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_kept(session: Session, wrong: Uploaded, field: str) -> None:
    (ann,) = people.sign_up(session, "ann")
    channel_id = people.public_channel(session, ann)
    with pytest.raises(errors.Invalid) as refused:
        actions.imports.request(session, ann, channel_id, [Uploaded("ann", "ok", LONG_AGO), wrong])
    assert refused.value.field == field
    assert session.scalar(text("select count(*) from tasks")) == 0


def test_an_import_has_some_lines_and_not_too_many(session: Session) -> None:
    (ann,) = people.sign_up(session, "ann")
    channel_id = people.public_channel(session, ann)
    line = Uploaded("ann", "x", LONG_AGO)
    for lines in ([], [line] * (imports.MAX_LINES + 1)):
        with pytest.raises(errors.Invalid):
            actions.imports.request(session, ann, channel_id, lines)


def test_v1_lists_what_was_imported_into_general_by_its_own_time(session: Session) -> None:
    (ann,) = people.sign_up(session, "ann")
    general = general_id(session)
    actions.imports.run(session, people.history(session, ann, general, ("ann", "long ago", None)))
    assert queries.v1.messages(session, updated_since=clock.now() - timedelta(days=1)) == []
    [old] = queries.v1.messages(session, updated_since=LONG_AGO - timedelta(days=1))
    assert (old.source, old.created_at) == ("long ago", LONG_AGO)
