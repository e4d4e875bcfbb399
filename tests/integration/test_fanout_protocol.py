"""What any application may rely on: last words, failing handlers, rooms that are new, upgrades that are given up."""

import json
import struct
from collections.abc import Iterator

import pytest
import redis
from plain_server import Plain
from realtime_support import HTTP, Person, RawSocket, closing_all, wait_until


@pytest.fixture(scope="module")
def server(redis_server_url: str) -> Iterator[Plain]:
    running = Plain(redis_server_url)
    yield running
    running.close()


@pytest.fixture
def ann(server: Plain) -> Iterator[Person]:
    with closing_all() as people:
        person = Person(server.url)
        people.append(person)
        wait_until(lambda: "/" in person.sio.namespaces)
        yield person


def stranger(server: Plain) -> RawSocket:
    return RawSocket(server.port)


@pytest.mark.parametrize("goodbye", ["close frame", "disconnect", "end of the stream"])
def test_what_somebody_says_right_before_leaving_is_heard(server: Plain, ann: Person, goodbye: str) -> None:
    leaving = stranger(server)
    leaving.send(b"40")
    leaving.until(b"40")
    leaving.send(b'42["note","%s"]' % goodbye.encode())
    if goodbye == "close frame":
        leaving.send(struct.pack("!H", 1000), opcode=8)
    elif goodbye == "disconnect":
        leaving.send(b"41")
        leaving.send(b"1")
    leaving.close()
    wait_until(lambda: goodbye in ann.call("notes"))


def test_a_handler_that_fails_leaves_nobody_behind(server: Plain, ann: Person) -> None:
    before = ann.call("present")
    for _ in range(3):
        unlucky = stranger(server)
        unlucky.send(b'40{"fails":true}')
        assert unlucky.closed()[0] == 1011
    wait_until(lambda: ann.call("present") == before)


def test_what_is_said_in_a_room_right_after_entering_it_is_heard(ann: Person) -> None:
    rooms = [f"new-{number}" for number in range(10)]
    for room in rooms:
        ann.call("greet_in", room)
    wait_until(lambda: [said for said in ann.all("said") if said.startswith("new-")] == rooms)


def test_who_disconnected_and_stays_is_closed(server: Plain) -> None:
    idle = stranger(server)
    idle.send(b"40")
    idle.until(b"40")
    idle.send(b"41")
    assert idle.closed() == (1008, "never connected")


def test_a_stranger_may_not_send_much(server: Plain) -> None:
    long = stranger(server)
    long.send(b"40" + b"x" * 20_000)
    assert long.closed() == (1009, "message too big")
    pieces = stranger(server)
    pieces.send(b"4" * 10_000, final=False)
    pieces.send(b"4" * 10_000, opcode=0)
    assert pieces.closed() == (1009, "message too big")


def test_an_upgrade_that_is_given_up_leaves_polling_as_it_was(server: Plain, redis_server_url: str) -> None:
    url = f"{server.url}/socket.io/?EIO=4&transport=polling"
    session = json.loads(HTTP.get(url).text[1:])["sid"]
    poll = f"{url}&sid={session}"
    HTTP.post(poll, content=b"40")
    assert HTTP.get(poll).text.startswith("40")
    half = RawSocket(server.port, path=f"EIO=4&transport=websocket&sid={session}")
    half.send(b"2probe")
    assert half.receive() == (1, b"3probe")
    assert HTTP.get(poll).text == "6"
    half.close()
    redis.Redis.from_url(redis_server_url).publish("alone:lobby", b'42["said","still here"]')
    answers: list[str] = []
    while '42["said","still here"]' not in answers:  # noops of the probe may come first
        assert len(answers) < 5
        answers += HTTP.get(poll).text.split("\x1e")


def test_another_version_of_websocket_is_told_ours(server: Plain) -> None:
    headers = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "8",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    answer = HTTP.get(f"{server.url}/socket.io/?EIO=4&transport=websocket", headers=headers)
    assert answer.status_code == 400
    assert answer.headers["Sec-WebSocket-Version"] == "13"
