"""Old state + events == refetched state: for every event type, over random histories, for everybody who watches."""

import random

import orjson
import pytest
from flack_contracts.events import PAYLOADS
from flack_domain import queries
from flack_domain.actor import Actor
from histories.acts import ACTS, EVERYTHING, PEOPLE, History, Step
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reducer import Client
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

WATCHED_MESSAGES = 30

steps = st.builds(
    Step,
    what=st.sampled_from([*ACTS, "post", "post", "history", "join", "add", "remove", "leave", "introduce"]),
    who=st.integers(0, PEOPLE - 1),
    whom=st.integers(0, PEOPLE - 1),
    where=st.integers(0, 7),
    which=st.integers(0, 9),
)


@settings(max_examples=25)
@given(st.lists(steps, max_size=12), st.lists(steps, min_size=1, max_size=20), st.integers(0, 2**32))
@example(before=[], after=EVERYTHING, seed=1)
@example(before=EVERYTHING, after=EVERYTHING, seed=2)
def test_old_state_and_events_make_the_new_state(
    sessions: "sessionmaker[Session]", before: list[Step], after: list[Step], seed: int
) -> None:
    # The database is shared by all examples, the people and channels are each example's own.
    with sessions() as session:
        history = History(session)
        for step in before:
            history.run(step)
        clients = {actor: fetch(session, actor) for actor in history.people}
        for step in after:
            history.run(step)
        for actor, client in clients.items():
            catch_up(session, actor, client, random.Random(seed))
            assert_same(client, fetch(session, actor))


def test_every_event_type_is_told_by_some_action(session: Session) -> None:
    history = History(session)
    for step in EVERYTHING:
        history.run(step)
    told = set(session.scalars(text("select distinct type from events")))
    assert told == set(PAYLOADS)


def fetch(session: Session, actor: Actor) -> Client:
    """A client that just started and opened all its channels."""
    client = Client.of_state(orjson.loads(queries.state.snapshot(session, actor).model_dump_json()))
    for channel_id in client.channels:
        page = queries.messages.page(session, actor, channel_id, limit=WATCHED_MESSAGES)
        members = queries.members.of(session, actor, channel_id)
        client.open(channel_id, orjson.loads(page.model_dump_json()), orjson.loads(members.model_dump_json()))
    return client


def catch_up(session: Session, actor: Actor, client: Client, dice: random.Random) -> None:
    """Sync until nothing moves. Streams come in any order relative to each other, and events come twice."""
    for _ in range(20):
        before = dict(client.streams)
        answer = orjson.loads(queries.sync.since(session, actor, client.streams))
        queues = [stream["events"] for stream in answer["streams"] if stream["events"]]
        while queues:
            queue = dice.choice(queues)
            event = queue[0]
            client.apply(event)
            client.apply(event)
            del queue[0]
            queues = [queue for queue in queues if queue]
        if client.streams == before:
            return
    pytest.fail("sync found no end")


def assert_same(client: Client, fetched: Client) -> None:
    """What the client made of events is what a new one would fetch; of what it did not load, nothing is asked."""
    assert client.user == fetched.user
    assert client.preferences == fetched.preferences
    assert client.streams == fetched.streams
    assert client.channels == fetched.channels
    assert {id: client.users[id] for id in fetched.users} == fetched.users
    assert client.members == {id: fetched.members[id] for id in client.members}
    for channel_id, messages in client.messages.items():
        known = fetched.messages[channel_id]
        assert {position: messages.get(position) for position in known} == known
