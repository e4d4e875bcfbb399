"""What is handed over after a commit, and what the relay does with what was not published."""

from collections.abc import Sequence
from datetime import timedelta

import people
import pytest
from flack_contracts.events import MessagePosted, read_event
from flack_domain import actions, errors, idempotency, queries
from flack_domain.actions.relay import Unpublished
from flack_domain.outbox import Delivery, mark_published
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker


def relay(session: Session, into: list[Unpublished], **options: float) -> int:
    return actions.relay.run(session, into.extend, **{"older_than_seconds": -1, **options}).count  # type: ignore[arg-type]


def test_only_what_was_committed_is_handed_over(session: Session) -> None:
    told: list[Delivery] = []
    session.info["publish"] = told.append
    ann, bob = people.sign_up(session, "ann", "bob")
    channel_id = people.public_channel(session, ann)
    told.clear()
    with pytest.raises(errors.NotAMember):
        actions.messages.post(session, bob, channel_id, source="x")
    with pytest.raises(errors.LastOwner):
        actions.members.join(session, bob, channel_id)
        actions.members.remove(session, ann, channel_id, user_id=ann.id)
    assert [event.type for delivery in told for event in delivery.events] == [
        "member.joined",
        "membership.added",
    ]
    (sent, _) = told[0].events
    stored = session.execute(text("select id, envelope from events where stream = :s and seq = :q"),
                             {"s": sent.stream, "q": sent.seq}).one()  # fmt: skip
    assert (sent.id, sent.envelope.decode()) == tuple(stored)


@pytest.mark.parametrize("source", ["plain", '{"seq":0,"id":0,"position":0,', "%s %(id)s \\ :id"])
def test_a_posted_message_is_one_and_the_same_everywhere(session: Session, source: str) -> None:
    """Its numbers are put into the JSON by the database and by us; no text may be taken for their places."""
    told: list[Delivery] = []
    session.info["publish"] = told.append
    (ann,) = people.sign_up(session, "ann")
    channel_id = people.private_channel(session, ann)
    people.post(session, ann, channel_id, "another")

    with idempotency.key(session, scope="user:1", key="k", fingerprint=b"f") as key:
        answered = actions.messages.post(session, ann, channel_id, source=source, nonce=source)

    (sent,) = told[-1].events
    event = read_event(sent.envelope).parsed()
    stored = session.scalar(text("select envelope from events where id = :id"), {"id": sent.id})
    assert stored == sent.envelope.decode()
    assert isinstance(event, MessagePosted)
    assert event.message.model_dump_json() == answered.model_dump_json()
    assert (answered.position, answered.source, answered.nonce) == (2, source, source)
    read = queries.messages.get(session, ann, channel_id, answered.id)
    assert read.model_dump_json() == answered.model_dump_json()
    assert idempotency.stored(session, key) == answered.model_dump_json()


def test_only_general_is_told_to_v1(session: Session) -> None:
    told: list[Delivery] = []
    session.info["publish"] = told.append
    (ann,) = people.sign_up(session, "ann")
    general = queries.channels.general_id(session)
    people.post(session, ann, people.private_channel(session, ann), "not for v1")
    assert [event.v1 for event in told[-1].events] == [None]
    (message_id,) = people.post(session, ann, general, "for v1 http://e.com")
    posted = told[-1].events[0].v1
    assert posted is not None and (posted.id, posted.source, posted.expansions) == (
        message_id,
        "for v1 http://e.com",
        [],
    )
    page = {"url": "http://e.com", "title": None, "description": None}
    actions.previews.attach(session, message_id, revision=0, previews=[], expansions_v1=[page])
    expanded = told[-1].events[0].v1
    assert (
        expanded is not None and expanded.expansions == [page] and expanded.updated_at > expanded.created_at
    )
    actions.messages.edit(session, ann, general, message_id, source="edited http://e.com")
    edited = told[-1].events[0].v1
    assert edited is not None and (edited.source, edited.expansions) == ("edited http://e.com", [])
    assert actions.previews.attach(session, message_id, revision=1, previews=[], expansions_v1=[page]) is None
    shown = queries.v1.message(session, message_id)
    assert shown is not None and shown.expansions_v1 == []
    actions.messages.delete(session, ann, general, message_id)
    assert told[-1].events[0].v1 is None
    assert queries.v1.message(session, message_id) is None


def test_the_relay_publishes_what_nobody_marked_once_and_in_order(session: Session) -> None:
    told: list[Delivery] = []
    session.info["publish"] = told.append
    (ann,) = people.sign_up(session, "ann")
    channel_id = people.private_channel(session, ann)
    people.post(session, ann, channel_id, *"abcd")
    mark_published(session, [event.id for delivery in told[:-3] for event in delivery.events])
    seen: list[Unpublished] = []
    assert relay(session, seen, limit=2) == 2
    assert relay(session, seen, limit=2) == 1
    assert relay(session, seen, limit=2) == 0
    assert [event.seq for event in seen] == [2, 3, 4]
    assert [event.envelope for event in seen] == [
        sent.envelope for delivery in told[-3:] for sent in delivery.events
    ]


def test_young_events_are_left_to_api(session: Session, owner: Engine) -> None:
    people.sign_up(session, "ann")
    seen: list[Unpublished] = []
    relayed = actions.relay.run(session, seen.extend, older_than_seconds=30)
    assert (relayed.count, seen) == (0, []) and relayed.lag_seconds > 0
    with owner.begin() as connection:
        connection.execute(text("update events set at = at - :age"), {"age": timedelta(seconds=31)})
    relayed = actions.relay.run(session, seen.extend, older_than_seconds=30)
    assert (relayed.count, len(seen), relayed.lag_seconds) == (2, 2, 0.0)


def test_what_redis_did_not_take_is_tried_again(session: Session) -> None:
    people.sign_up(session, "ann")

    def away(rows: Sequence[Unpublished]) -> None:
        raise ConnectionError("Redis is away")

    with pytest.raises(ConnectionError):
        actions.relay.run(session, away, older_than_seconds=-1)
    seen: list[Unpublished] = []
    assert relay(session, seen) == 2


def test_one_relay_works_at_a_time(sessions: "sessionmaker[Session]") -> None:
    with sessions() as session:
        people.sign_up(session, "ann")
    inner: list[Unpublished] = []
    outer: list[Unpublished] = []

    def publish(rows: Sequence[Unpublished]) -> None:
        outer.extend(rows)
        with sessions() as second:
            assert relay(second, inner) == 0

    with sessions() as first:
        assert actions.relay.run(first, publish, older_than_seconds=-1).count == 2
    assert (len(outer), inner) == (2, [])
