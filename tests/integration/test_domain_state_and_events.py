"""Old state + events == refetched state: for every event type, over random histories, for everybody who watches."""

import random
from dataclasses import dataclass

import orjson
import people
import pytest
from flack_contracts.chat import Preview
from flack_contracts.events import PAYLOADS
from flack_domain import actions, queries
from flack_domain.actor import Actor
from flack_domain.errors import DomainError
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reducer import Client
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

PEOPLE = 4
WATCHED_MESSAGES = 30


@dataclass(frozen=True)
class Step:
    """Somebody does something; numbers are taken modulo what there is."""

    what: str
    who: int
    whom: int = 0
    where: int = 0
    which: int = 0


class History:
    """Some people, the channels that they made, and what they did."""

    def __init__(self, session: Session) -> None:
        self.session = session
        number = session.scalar(text("select count(*) from users"))
        self.people = people.sign_up(session, *(f"person{number}-{n}" for n in range(PEOPLE)))
        self.channels = [
            people.public_channel(session, self.people[0], self.people[1], name=f"lobby {number}"),
            people.private_channel(session, self.people[1], self.people[2]),
            people.direct_channel(session, self.people[0], self.people[3]),
            queries.channels.general_id(session),
        ]
        self.messages: list[tuple[int, int]] = []

    def run(self, step: Step) -> None:
        """Do it, or be refused: what may be refused must leave nothing behind."""
        who, whom = self.people[step.who % PEOPLE], self.people[step.whom % PEOPLE]
        channel_id = self.channels[step.where % len(self.channels)]
        try:
            getattr(self, step.what)(who, whom, channel_id, step.which)
        except DomainError:
            self.session.rollback()

    def post(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        message = actions.messages.post(self.session, who, channel_id, source=f"**{which}** http://e.com")
        self.messages.append((channel_id, message.id))

    def edit(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        channel_id, message_id = self._message(which)
        actions.messages.edit(self.session, who, channel_id, message_id, source=f"edited {which}")

    def delete(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        channel_id, message_id = self._message(which)
        actions.messages.delete(self.session, who, channel_id, message_id)

    def preview(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        _, message_id = self._message(which)
        message = queries.messages.for_preview(self.session, message_id)
        if message is not None:
            page = Preview(url="http://e.com", title=f"Page {which}")
            actions.previews.attach(self.session, message_id, revision=message.revision, previews=[page])

    def read(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        actions.reads.move(self.session, who, channel_id, position=which)

    def create(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        self.channels.append(people.private_channel(self.session, who))

    def direct(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        others = [person.id for person in self.people[: which % PEOPLE]]
        opened = actions.channels.open_direct(self.session, who, user_ids=[whom.id, *others])
        self.channels.append(opened.channel.id)

    def rename(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        actions.channels.update(self.session, who, channel_id, name=f"name {channel_id} {which}")

    def topic(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        actions.channels.update(self.session, who, channel_id, topic=f"topic {which}")

    def archive(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        actions.channels.archive(self.session, who, channel_id)

    def unarchive(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        actions.channels.unarchive(self.session, who, channel_id)

    def join(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        actions.members.join(self.session, who, channel_id)

    def add(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        actions.members.add(self.session, who, channel_id, user_id=whom.id)

    def remove(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        actions.members.remove(self.session, who, channel_id, user_id=whom.id)

    def leave(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        actions.members.remove(self.session, who, channel_id, user_id=who.id)

    def promote(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        role = "owner" if which % 2 else "member"
        actions.members.set_role(self.session, who, channel_id, user_id=whom.id, role=role)

    def introduce(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        name = f"Name {who.id} {which}"
        actions.users.update_profile(self.session, people.FAST_PASSWORDS, who, display_name=name)

    def prefer(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        actions.preferences.update(self.session, who, {"muted_channel_ids": [which]})

    def history(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        lines = [(self._nickname(person), f"long ago {which}", None) for person in (whom, who)]
        actions.imports.run(self.session, people.history(self.session, who, channel_id, *lines))

    def _nickname(self, person: Actor) -> str:
        return queries.users.get(self.session, person.id).nickname

    def _message(self, which: int) -> tuple[int, int]:
        return self.messages[which % len(self.messages)] if self.messages else (self.channels[0], 1)


ACTS = sorted(name for name in vars(History) if not name.startswith("_") and name != "run")
steps = st.builds(
    Step,
    what=st.sampled_from([*ACTS, "post", "post", "history", "join", "add", "remove", "leave", "introduce"]),
    who=st.integers(0, PEOPLE - 1),
    whom=st.integers(0, PEOPLE - 1),
    where=st.integers(0, 7),
    which=st.integers(0, 9),
)

# Contains every event type; a left and re-entered channel; an old profile told in a channel that was left.
EVERYTHING = [
    Step("post", 0), Step("post", 1), Step("edit", 0), Step("preview", 0, which=1), Step("delete", 1, which=1),
    Step("topic", 0), Step("rename", 0), Step("archive", 0), Step("unarchive", 0), Step("read", 0, which=2),
    Step("promote", 0, 1, which=1), Step("introduce", 3), Step("prefer", 0), Step("join", 3, where=0),
    Step("introduce", 3, which=1), Step("leave", 3, where=0), Step("introduce", 3, which=2),
    Step("remove", 1, 2, where=1), Step("add", 1, 2, where=1), Step("post", 1, where=1), Step("create", 0),
    Step("direct", 1, 2), Step("post", 0, where=3), Step("post", 3, where=2),
    Step("history", 0, 1), Step("post", 1), Step("history", 0, 3, where=3),
]  # fmt: skip


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
    state = orjson.loads(queries.state.snapshot(session, actor).model_dump_json())
    client = Client(
        user=state["user"],
        preferences=state["preferences"],
        streams=state["streams"],
        channels={channel["id"]: channel for channel in state["channels"]},
        users={user["id"]: user for user in state["users"]},
    )
    for channel_id in client.channels:
        members = orjson.loads(queries.members.of(session, actor, channel_id).model_dump_json())
        page = queries.messages.page(session, actor, channel_id, limit=WATCHED_MESSAGES)
        messages = orjson.loads(page.model_dump_json())["messages"]
        client.members[channel_id] = {member["user_id"]: member for member in members["members"]}
        client.messages[channel_id] = {message["position"]: message for message in messages}
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
