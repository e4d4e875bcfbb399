"""v1's clients: an unmodified python-socketio client, as an old bot would use it."""

from collections.abc import Iterator
from typing import Any

import pytest
import redis
from flack_contracts.control import V1TokensEnded, control_json
from flack_contracts.wire import packet_of
from flask import abort
from realtime_support import ApiPeer, Person, Realtime, wait_until
from socketio.exceptions import TimeoutError as NoAnswer


@pytest.fixture(scope="module")
def api() -> Iterator[ApiPeer]:
    peer = ApiPeer()
    peer.v1_tokens = {"good": 5, "other": 6}
    yield peer
    peer.close()


@pytest.fixture(scope="module")
def processes(
    redis_server_url: str, api: ApiPeer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Realtime]]:
    """Two: strangers read in the first, only signed-in people in the second."""
    path = tmp_path_factory.mktemp("realtime") / "log"
    with path.open("wb") as log:
        running = [
            Realtime(redis_server_url, api, log, V1_ANONYMOUS_READ="true", REALTIME_POLLING="true"),
            Realtime(redis_server_url, api, log),
        ]
        yield running
        for realtime in running:
            realtime.stop()
    print(path.read_text())


@pytest.fixture
def valkey(redis_url: str) -> Iterator["redis.Redis"]:
    with redis.Redis.from_url(redis_url) as client:
        yield client


def push(valkey: "redis.Redis", number: int) -> None:
    valkey.publish("flack:room:v1", packet_of("updated_model", {"class": "Message", "model": {"id": number}}))


def test_strangers_hear_only_where_they_may(
    processes: list[Realtime], valkey: "redis.Redis", open: list[Any]
) -> None:
    for transports in (["websocket"], ["polling"], ["polling", "websocket"]):
        reader, stranger, member = (
            Person(processes[0].url, transport=transports),
            Person(processes[1].url),
            Person(processes[1].url),
        )
        open += [reader, stranger, member]
        for person in (reader, stranger, member):
            wait_until(lambda person=person: person.connects)
        assert member.sio.call("ping_user", "good", timeout=30) in ([], None)
        wait_until(lambda: valkey.pubsub_numsub("flack:room:v1")[0][1] == 2)
        wait_until(lambda reader=reader, transports=transports: reader.sio.transport() == transports[-1])
        push(valkey, 1)
        for person in (reader, member):
            assert person.wait("updated_model") == {"class": "Message", "model": {"id": 1}}
        member.sio.call("ping_user", "bad", timeout=30)
        assert member.all("expired_token") == [None]
        push(valkey, 2)
        reader.wait("updated_model", lambda data: data["model"]["id"] == 2)
        stranger.sio.call("ping_user", "good", timeout=30)
        push(valkey, 3)
        stranger.wait("updated_model", lambda data: data["model"]["id"] == 3)
        assert [data["model"]["id"] for data in stranger.all("updated_model")] == [3]
        assert [data["model"]["id"] for data in member.all("updated_model")] == [1]


def test_who_forgot_their_token_is_counted_and_told_when_they_say_something(
    processes: list[Realtime], open: list[Any]
) -> None:
    realtime = processes[1]
    before = realtime.metric("flack_realtime_v1_connections")
    forgetful = Person(realtime.url)
    open.append(forgetful)
    wait_until(lambda: realtime.metric("flack_realtime_v1_connections") == before + 1)
    for name in ("authenticate", "typing", "watch_presence"):
        assert forgetful.call(name, {"token": "any"}) == {"ok": False, "code": "not_signed_in"}
    assert forgetful.events == []  # an old client is told nothing that it does not know
    forgetful.close()
    wait_until(lambda: realtime.metric("flack_realtime_v1_connections") == before)


def test_events_go_to_api_as_they_came(processes: list[Realtime], api: ApiPeer, open: list[Any]) -> None:
    bot = Person(processes[0].url)
    open.append(bot)
    wait_until(lambda: bot.connects)
    api.v1_events.clear()
    for n in range(20):
        bot.sio.emit("post_message", ({"source": f"{n}"}, "good"))
    bot.sio.call("post_message", ("odd",), timeout=30)
    assert [event["args"][0] for event in api.v1_events] == [*({"source": f"{n}"} for n in range(20)), "odd"]
    assert {event["name"] for event in api.v1_events} == {"post_message"}


def test_offline_is_told_when_the_last_tied_socket_closes_in_whichever_process(
    processes: list[Realtime], api: ApiPeer, valkey: "redis.Redis", open: list[Any]
) -> None:
    here, there, stranger = Person(processes[0].url), Person(processes[1].url), Person(processes[0].url)
    open += [here, there, stranger]
    api.offline.clear()
    for person in (here, there):
        wait_until(lambda person=person: person.connects)
        person.sio.call("ping_user", "other", timeout=30)
    wait_until(lambda: valkey.zcard("flack:v1:tied:6") == 2)
    stranger.close()
    here.close()
    wait_until(lambda: valkey.zcard("flack:v1:tied:6") == 1)
    assert api.offline == []
    there.close()
    wait_until(lambda: api.offline == [6])


def test_a_strangers_first_message_comes_back_to_them_and_a_forgers_does_not(
    processes: list[Realtime], api: ApiPeer, valkey: "redis.Redis", open: list[Any]
) -> None:
    # api pushes a message before it answers the event that brought it.
    api.before_v1_answer = lambda: push(valkey, 9)
    try:
        for token, expected in (("bad", []), ("good", [9])):
            bot = Person(processes[1].url)
            open.append(bot)
            wait_until(lambda bot=bot: bot.connects)
            bot.sio.call("post_message", ({"source": "hello"}, token), timeout=30)
            if expected:
                bot.wait("updated_model")
            assert [data["model"]["id"] for data in bot.all("updated_model")] == expected
    finally:
        api.before_v1_answer = lambda: None


def test_what_api_could_not_take_is_not_acknowledged_and_the_socket_stays(
    processes: list[Realtime], api: ApiPeer, open: list[Any]
) -> None:
    bot = Person(processes[1].url)
    open.append(bot)
    wait_until(lambda: bot.connects)
    api.before_v1_answer = lambda: abort(503)
    try:
        with pytest.raises(NoAnswer):
            bot.sio.call("post_message", ({"source": "lost?"}, "good"), timeout=3)
    finally:
        api.before_v1_answer = lambda: None
    assert bot.sio.call("post_message", ({"source": "once more"}, "good"), timeout=30) in ([], None)
    assert bot.connects == 1


def test_who_signed_out_hears_no_more_than_a_stranger(
    processes: list[Realtime], valkey: "redis.Redis", open: list[Any]
) -> None:
    reader, gone, stays = (
        Person(processes[0].url),
        Person(processes[1].url),
        Person(processes[1].url),
    )
    open += [reader, gone, stays]
    for person, token in ((reader, "good"), (gone, "good"), (stays, "other")):
        wait_until(lambda person=person: person.connects)
        person.sio.call("ping_user", token, timeout=30)
    push(valkey, 1)
    for person in (reader, gone, stays):
        person.wait("updated_model")

    valkey.publish("flack:control", control_json(V1TokensEnded(user_id=5)))
    gone.wait("expired_token")
    push(valkey, 2)
    for person in (reader, stays):  # the first is where strangers may read
        person.wait("updated_model", lambda data: data["model"]["id"] == 2)
        assert person.all("expired_token") == []
    gone.sio.call("ping_user", "good", timeout=30)  # a new token
    push(valkey, 3)
    gone.wait("updated_model", lambda data: data["model"]["id"] == 3)
    assert [data["model"]["id"] for data in gone.all("updated_model")] == [1, 3]
