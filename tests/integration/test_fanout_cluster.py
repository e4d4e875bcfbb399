"""Sharded pub/sub on a real cluster: rooms on every node, slots that move, a node that dies."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from plain_server import Plain
from realtime_support import Person, closing_all, wait_until
from redis.crc import key_slot
from valkey_cluster import Node, valkey_cluster

ROOMS = [f"room-{number}" for number in range(40)]


def channel(room: str) -> bytes:
    return f"alone:{room}".encode()


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[list[Node]]:
    with valkey_cluster(tmp_path) as running:
        yield running


@pytest.fixture
def servers(nodes: list[Node]) -> Iterator[list[Plain]]:
    with closing_all() as running:
        running += [Plain(nodes[0].url, "sharded"), Plain(nodes[1].url, "sharded")]
        yield running


@pytest.fixture
def people(servers: list[Plain]) -> Iterator[list[Person]]:
    """Two, at different servers, who are both in all rooms."""
    with closing_all() as both:
        both += [Person(server.url) for server in servers]
        wait_until(lambda: all("/" in person.sio.namespaces for person in both))
        for person in both:
            assert person.call("enter", ROOMS) is True
        yield both


def told_everywhere(people: list[Person], text: str) -> None:
    """The first says something in every room, and both hear it once."""
    ann, bob = people
    expected = sorted(f"{room}: {text}" for room in ROOMS)
    for room in ROOMS:
        assert ann.call("say_in", (room, text)) == "told"
    for person in (ann, bob):
        wait_until(lambda heard=person: len(_heard(heard, text)) >= len(ROOMS))
        assert sorted(_heard(person, text)) == expected


def _heard(person: Person, text: str) -> list[str]:
    return [said for said in person.all("said") if said.endswith(f": {text}")]


def test_each_room_is_heard_at_the_node_of_its_slot_alone(nodes: list[Node], people: list[Person]) -> None:
    told_everywhere(people, "hello")
    rooms = {channel(room) for room in ROOMS}
    held = [node.channels() & rooms for node in nodes[:3]]
    assert all(held), "forty rooms have slots at every node"
    assert sum(len(channels) for channels in held) == len(rooms)
    assert all(node.redis.pubsub_numsub(channel(room))[0][1] == 0 for node in nodes[:3] for room in ROOMS), (
        "nobody listens to plain pub/sub"
    )


def test_a_room_that_everybody_left_is_not_heard(nodes: list[Node], people: list[Person]) -> None:
    for person in people:
        person.call("leave", ROOMS[0])
    wait_until(lambda: not any(channel(ROOMS[0]) in node.channels() for node in nodes[:3]))
    assert people[0].call("enter", [ROOMS[0]]) is True
    assert people[1].call("enter", [ROOMS[0]]) is True
    told_everywhere(people, "back")


def test_rooms_follow_a_slot_that_moves(
    nodes: list[Node], servers: list[Plain], people: list[Person]
) -> None:
    old, new = nodes[0], nodes[1]
    room = next(room for room in ROOMS if channel(room) in old.channels())
    slot = key_slot(channel(room))
    for node in (new, old, nodes[2]):
        node.say("SETSLOT", slot, "NODE", new.id)
    wait_until(lambda: channel(room) in new.channels() and channel(room) not in old.channels())
    wait_until(lambda: all(server.gaps for server in servers))
    told_everywhere(people, "moved")


def test_rooms_come_back_when_the_replica_takes_over(
    nodes: list[Node], servers: list[Plain], people: list[Person]
) -> None:
    lost, replica = nodes[0], nodes[3]
    theirs = {channel(room) for room in ROOMS} & lost.channels()
    lost.end()
    wait_until(replica.leads, seconds=30)
    wait_until(lambda: theirs <= replica.channels(), seconds=30)
    wait_until(lambda: all(server.gaps for server in servers))
    told_everywhere(people, "whole again")
