"""The relay: whatever api could not publish reaches its room, in order, whoever dies meanwhile."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import people
import pytest
import servers
from flack_contracts.wire import packet_arguments
from flack_domain.actor import Actor
from flack_domain.outbox import Outgoing
from flack_domain.queries.channels import general_id
from flack_worker.beat.relay import Relay
from flack_worker.context import Context, make_context
from flack_worker.settings import WorkerSettings
from redis.exceptions import RedisError
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from worker_processes import Valkey, listening

MakeContext = Callable[[], Context]


@pytest.fixture
def make(database_url: str, redis_url: str) -> Iterator[MakeContext]:
    """Makes what a process has; no action of it publishes anything by itself."""
    made: list[Context] = []

    def make() -> Context:
        made.append(context_for(database_url, redis_url))
        return made[-1]

    yield make
    for context in made:
        context.close()


def context_for(database_url: str, redis_url: str) -> Context:
    return make_context(WorkerSettings(database_url=database_url, redis_url=redis_url))  # type: ignore[arg-type]


def drained(relay: Relay) -> None:
    while relay.step():
        pass


def unpublished(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text("select count(*) from events where not published")) or 0)


def envelopes(heard: Sequence[bytes]) -> list[dict[str, Any]]:
    return [argument for data in heard for argument in packet_arguments(data)[1]]  # type: ignore[misc]


def some_posts(session: Session, *sources: str) -> tuple[Actor, int]:
    [ada] = people.sign_up(session, "ada")
    channel = people.private_channel(session, ada)
    people.post(session, ada, channel, *sources)
    return ada, channel


def test_what_nobody_published_goes_out_in_order_and_once(
    session: Session, engine: Engine, make: MakeContext, redis_url: str
) -> None:
    ada, channel = some_posts(session, *map(str, range(20)))
    relay = Relay(make(), age_seconds=0, batch=7)
    with listening(redis_url, f"flack:room:channel:{channel}") as room:
        drained(relay)
        servers.wait_until(lambda: len(room.heard) >= 20)
        seqs = [event["seq"] for event in envelopes(room.heard)]
        assert seqs == sorted(seqs)
        assert unpublished(engine) == 0
        people.post(session, ada, channel, "one more")
        drained(relay)
        servers.wait_until(lambda: len(room.heard) == len(seqs) + 1)  # nothing came twice before it


def test_young_events_are_left_to_api(session: Session, engine: Engine, make: MakeContext) -> None:
    some_posts(session, "just now")
    left = unpublished(engine)
    drained(Relay(make(), age_seconds=60))
    assert unpublished(engine) == left
    drained(Relay(make(), age_seconds=0))
    assert unpublished(engine) == 0


def test_v1_hears_of_messages_in_general(session: Session, make: MakeContext, redis_url: str) -> None:
    ada, _ = some_posts(session, "elsewhere")
    people.post(session, ada, general_id(session), "for *all*")
    with listening(redis_url, "flack:room:v1") as room:
        drained(Relay(make(), age_seconds=0))
        servers.wait_until(lambda: room.heard)
        [(name, [said])] = [packet_arguments(data) for data in room.heard]
    assert name == "updated_model"
    assert isinstance(said, dict)
    assert (said["class"], said["model"]["html"]) == ("Message", "for <em>all</em>")


def _die_after_sending(database_url: str, redis_url: str) -> None:
    context = context_for(database_url, redis_url)
    send = context.publisher.send

    def send_and_die(events: Sequence[Outgoing]) -> None:
        send(events)
        os.kill(os.getpid(), signal.SIGKILL)

    context.publisher.send = send_and_die  # type: ignore[method-assign]  # the moment at which the power fails
    Relay(context, age_seconds=0).step()


def test_a_relay_that_is_killed_between_publishing_and_marking_loses_nothing(
    session: Session, engine: Engine, make: MakeContext, database_url: str, redis_url: str
) -> None:
    _, channel = some_posts(session, "a", "b", "c")
    left = unpublished(engine)
    with listening(redis_url, f"flack:room:channel:{channel}") as room:
        child = multiprocessing.get_context("spawn").Process(
            target=_die_after_sending, args=(database_url, redis_url)
        )
        child.start()
        child.join(60)
        assert child.exitcode == -signal.SIGKILL
        servers.wait_until(lambda: len(room.heard) == 3)
        assert unpublished(engine) == left
        servers.wait_until(lambda: Relay(make(), age_seconds=0).step() or unpublished(engine) == 0)
        servers.wait_until(lambda: len(room.heard) == 6)
    seqs = [event["seq"] for event in envelopes(room.heard)]
    assert seqs == seqs[:3] * 2


def test_two_relays_at_once_keep_the_order_of_each_stream(
    session: Session, engine: Engine, make: MakeContext, redis_url: str
) -> None:
    ada, bob = people.sign_up(session, "ada", "bob")
    channels = [people.private_channel(session, ada, bob, name=f"room{number}") for number in range(3)]
    for number in range(60):
        people.post(session, ada, channels[number % 3], str(number))
    with listening(redis_url, *(f"flack:room:channel:{channel}" for channel in channels)) as rooms:
        relays = [Relay(make(), age_seconds=0, batch=5) for _ in range(2)]

        def run(relay: Relay) -> None:
            while unpublished(engine):
                relay.step()

        threads = [threading.Thread(target=run, args=(relay,)) for relay in relays]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        servers.wait_until(lambda: len(rooms.heard) >= 60)
    firsts: dict[str, list[int]] = {}
    for event in envelopes(rooms.heard):
        seen = firsts.setdefault(event["stream"], [])
        if event["seq"] not in seen:
            seen.append(event["seq"])
    assert sum(len(seqs) for seqs in firsts.values()) >= 60
    assert all(seqs == sorted(seqs) for seqs in firsts.values())


def test_while_valkey_is_away_nothing_is_marked_and_afterwards_everything_arrives(
    session: Session, engine: Engine, database_url: str, tmp_path: Path
) -> None:
    _, channel = some_posts(session, "a", "b")
    left = unpublished(engine)
    valkey = Valkey(tmp_path)
    context = context_for(database_url, valkey.url)
    relay = Relay(context, age_seconds=0)
    with pytest.raises(RedisError):
        relay.step()
    assert unpublished(engine) == left
    valkey.start()
    try:
        with listening(valkey.url, f"flack:room:channel:{channel}") as room:
            drained(relay)
            servers.wait_until(lambda: len(room.heard) >= 2)
        assert unpublished(engine) == 0
    finally:
        context.close()
        valkey.stop()
