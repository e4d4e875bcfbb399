"""A repeated request with the same key gets the first answer and makes nothing twice."""

import threading

import people
import pytest
from flack_contracts.chat import Message
from flack_domain import actions, errors, idempotency, queries
from flack_domain.actor import Actor
from people import FAST_PASSWORDS, PASSWORD
from sqlalchemy.orm import Session, sessionmaker


def post_once(
    session: Session, actor: Actor, channel_id: int, source: str, *, key: str = "k"
) -> tuple[Message, bool]:
    fingerprint = f"{channel_id} {source}".encode()
    with idempotency.key(session, scope=f"user:{actor.id}", key=key, fingerprint=fingerprint) as used:
        return actions.messages.post(session, actor, channel_id, source=source), used.replayed


def test_a_repeated_post_makes_one_message(session: Session) -> None:
    ann, bob = people.sign_up(session, "ann", "bob")
    channel_id = people.private_channel(session, ann, bob)
    first, replayed = post_once(session, ann, channel_id, "hello")
    assert not replayed
    again, replayed = post_once(session, ann, channel_id, "hello")
    assert replayed and again.model_dump_json() == first.model_dump_json()
    with pytest.raises(errors.IdempotencyConflict):
        post_once(session, ann, channel_id, "something else")
    post_once(session, bob, channel_id, "hello")
    post_once(session, ann, channel_id, "hello", key="other")
    actions.messages.post(session, ann, channel_id, source="hello")
    assert queries.channels.get(session, ann, channel_id).last_position == 4


def test_a_refused_request_may_be_repeated(session: Session) -> None:
    ann, bob = people.sign_up(session, "ann", "bob")
    channel_id = people.public_channel(session, ann)
    with pytest.raises(errors.NotAMember):
        post_once(session, bob, channel_id, "hello")
    actions.members.join(session, bob, channel_id)
    message, replayed = post_once(session, bob, channel_id, "hello")
    assert (message.position, replayed) == (1, False)


def test_an_answer_is_kept_although_the_channel_closed_since(session: Session) -> None:
    (ann,) = people.sign_up(session, "ann")
    channel_id = people.private_channel(session, ann)
    first, _ = post_once(session, ann, channel_id, "hello")
    actions.channels.archive(session, ann, channel_id)
    again, replayed = post_once(session, ann, channel_id, "hello")
    assert replayed and again.id == first.id


def test_the_same_request_many_times_at_once(sessions: "sessionmaker[Session]") -> None:
    with sessions() as session:
        (ann,) = people.sign_up(session, "ann")
        channel_id = people.private_channel(session, ann)
    start, made = threading.Barrier(8), []

    def send() -> None:
        with sessions() as session:
            start.wait(20)
            made.append(post_once(session, ann, channel_id, "hello"))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(made) == 8 and len({message.id for message, _ in made}) == 1
    assert sum(not replayed for _, replayed in made) == 1
    with sessions() as session:
        channel = queries.channels.get(session, ann, channel_id)
        assert (channel.last_position, channel.last_seq) == (1, 1)


def test_any_action_can_be_repeated(session: Session) -> None:
    ann, bob = people.sign_up(session, "ann", "bob")
    made = []
    for _ in range(2):
        with idempotency.key(session, scope="user:1", key="channel", fingerprint=b"1"):
            made.append(actions.channels.create(session, ann, name="plans", kind="private"))
        with idempotency.key(session, scope="user:1", key="direct", fingerprint=b"2"):
            made.append(actions.channels.open_direct(session, ann, user_ids=[bob.id]))
        with idempotency.key(session, scope="anonymous", key="sign up", fingerprint=b"3"):
            made.append(actions.users.sign_up(session, FAST_PASSWORDS, nickname="cat", password=PASSWORD))
    half = len(made) // 2
    assert [one.model_dump_json() for one in made[:half]] == [one.model_dump_json() for one in made[half:]]
    assert len(queries.state.snapshot(session, ann).channels) == 3


def test_the_key_ends_with_its_block(session: Session) -> None:
    (ann,) = people.sign_up(session, "ann")
    channel_id = people.private_channel(session, ann)
    post_once(session, ann, channel_id, "hello")
    assert idempotency.current(session) is None
