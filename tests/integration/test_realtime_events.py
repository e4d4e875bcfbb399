"""Signing in, rooms from memberships, and what is pushed."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import orjson
import pytest
import redis
from flack_contracts.control import Heads, SessionEnded, control_json
from flack_contracts.events import envelope
from flack_contracts.wire import packet
from realtime_support import HTTP, ApiPeer, Person, RawSocket, Realtime, wait_until

NOW = datetime(2026, 1, 31, tzinfo=UTC)
USER = {
    "id": 3, "nickname": "ann", "display_name": "Ann", "role": "member",
    "created_at": "2026-01-31T00:00:00.000Z", "deactivated_at": None,
}  # fmt: skip
CHANNEL = {
    "id": 9, "kind": "public", "name": "nine", "topic": "", "created_by": 3, "archived_at": None, "last_seq": 4,
    "created_at": "2026-01-31T00:00:00.000Z", "last_position": 0, "role": "member", "member_count": 2,
    "joined_at": "2026-01-31T00:00:00.000Z", "last_read_position": 0, "member_ids": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def peer() -> Iterator[ApiPeer]:
    peer = ApiPeer()
    yield peer
    peer.close()


@pytest.fixture
def api(peer: ApiPeer) -> ApiPeer:
    peer.channels = {3: {7}, 4: {7, 8}}
    peer.heads = {"channel:7": 112, "channel:8": 5, "user:3": 41}
    peer.asked = 0
    return peer


@pytest.fixture(scope="module")
def start(
    redis_server_url: str, peer: ApiPeer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Realtime]]:
    """Starts realtime; the same process again for the same settings."""
    running: dict[str, Realtime] = {}
    path = tmp_path_factory.mktemp("realtime") / "log"
    with path.open("wb") as log:

        def run(**settings: object) -> Realtime:
            settings.setdefault("REALTIME_HOLD_SECONDS", 0)  # else tests would hear each other's people
            key = str(settings)
            if key not in running:
                settings.pop("copy", None)
                running[key] = Realtime(redis_server_url, peer, log, **settings)
            return running[key]

        yield run
        for realtime in running.values():
            realtime.stop()
    print(path.read_text())


@pytest.fixture
def publish(redis_url: str) -> Iterator[Callable[..., None]]:
    with redis.Redis.from_url(redis_url) as client:

        def event(stream: str, seq: int, type: str, payload: dict[str, object]) -> None:
            data = envelope(stream=stream, seq=seq, type=type, at=NOW, payload=orjson.dumps(payload))
            client.publish(f"flack:room:{stream}", packet("event", data))

        yield event


@pytest.fixture
def control(redis_url: str) -> Iterator[Callable[..., None]]:
    with redis.Redis.from_url(redis_url) as client:
        yield lambda message: client.publish("flack:control", control_json(message))


def test_a_person_is_told_where_their_streams_are_and_hears_their_channels(start, api, publish, open) -> None:
    realtime = start()
    ann = Person(realtime.url, api.token(3, session_id=21))
    open.append(ann)
    assert ann.wait("ready") == {
        "user_id": 3, "session_id": 21, "streams": {"user:3": 41, "channel:7": 112}, "heads_interval": 30
    }  # fmt: skip

    publish("channel:8", 6, "message.posted", {"n": 1})  # not hers
    publish("channel:7", 113, "message.posted", {"n": 2})
    assert ann.wait("event")["seq"] == 113
    assert [event["stream"] for event in ann.all("event")] == ["channel:7"]

    again = Person(realtime.url, api.token(3))
    open.append(again)
    assert again.wait("ready")["streams"]["channel:7"] == 113
    assert (
        api.asked == 2
    )  # one for the person, one because channel 7 was new to the process; none for the second tab


def test_who_comes_back_soon_asks_nobody_and_missed_nothing(start, api, publish, open) -> None:
    realtime = start(REALTIME_HOLD_SECONDS=60)
    api.channels[5] = {17, 18}
    first = Person(realtime.url, api.token(5))
    assert first.wait("ready")["streams"] == {"user:5": 0, "channel:17": 0, "channel:18": 0}
    first.close()
    wait_until(lambda: realtime.metric("flack_realtime_connections") == 0)
    asked = api.asked

    publish("channel:17", 3, "message.posted", {})
    publish("user:5", 1, "membership.removed", {"channel_id": 18})
    again = Person(realtime.url, api.token(5))
    open.append(again)
    assert again.wait("ready")["streams"] == {"user:5": 1, "channel:17": 3}
    assert api.asked == asked

    publish("channel:18", 1, "message.posted", {})  # not hers any more
    publish("channel:17", 4, "message.posted", {})
    assert again.wait("event")["seq"] == 4


def test_what_is_known_of_a_person_is_forgotten_in_time(start, api, open) -> None:
    realtime = start()
    api.channels[5] = {17}
    first = Person(realtime.url, api.token(5))
    first.wait("ready")
    subscribed = realtime.metric("flack_realtime_subscriptions")
    first.close()
    wait_until(lambda: realtime.metric("flack_realtime_subscriptions") == subscribed - 2)
    api.channels[5] = {18}
    again = Person(realtime.url, api.token(5))
    open.append(again)
    assert again.wait("ready")["streams"] == {"user:5": 0, "channel:18": 0}


def test_many_who_come_at_once_share_questions_and_each_is_told_of_every_stream(start, api, open) -> None:
    realtime = start()
    users = range(100, 130)
    api.channels.update((user, {19}) for user in users)
    api.heads["channel:19"] = 7
    people = [RawSocket(realtime.port) for _ in users]
    open.extend(people)
    for user, person in zip(users, people, strict=True):
        person.send(b"40" + orjson.dumps({"token": api.token(user)}))
    for user, person in zip(users, people, strict=True):
        ready = orjson.loads(person.until(b'42["ready"')[2:])[1]
        assert ready["streams"] == {f"user:{user}": 0, "channel:19": 7}
    assert api.asked <= len(users)  # two each, if everybody asked for themselves


def test_a_bad_token_is_refused_and_nobody_comes_in_without_one(start, api, open) -> None:
    realtime = start(V1_ENABLED="false")
    for token in ("nonsense", api.token(3, seconds=-5), ApiPeer().token(3), api.token(3, aud="other"), ""):
        person = Person(realtime.url, token)
        wait_until(lambda person=person: person.refusal)
        assert person.refusal["data"] == {"code": "invalid_token"}
    anonymous = Person(realtime.url)
    wait_until(lambda: anonymous.refusal)


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_both_transports_hear_the_same(start, api, publish, open, transport: str) -> None:
    realtime = start(REALTIME_POLLING="true")
    ann = Person(realtime.url, api.token(3), transport=transport)
    open.append(ann)
    ann.wait("ready")
    for seq in range(113, 133):
        publish("channel:7", seq, "message.posted", {"text": "ä" * 5000})
    wait_until(lambda: len(ann.all("event")) == 20)
    assert [event["seq"] for event in ann.all("event")] == list(range(113, 133))


def test_a_long_poll_answers_no_more_packets_than_clients_take(start, api, publish) -> None:
    realtime = start(REALTIME_POLLING="true")
    url = f"{realtime.url}/socket.io/?EIO=4&transport=polling"
    url += "&sid=" + orjson.loads(HTTP.get(url).text[1:])["sid"]
    HTTP.post(url, content=b"40" + orjson.dumps({"token": api.token(3)}))
    while "ready" not in HTTP.get(url).text:
        pass
    before = realtime.metric("flack_realtime_deliveries_total")
    for seq in range(113, 153):
        publish("channel:7", seq, "message.posted", {})
    wait_until(lambda: realtime.metric("flack_realtime_deliveries_total") == before + 40)
    heard: list[int] = []
    while len(heard) < 40:
        packets = HTTP.get(url).text.split("\x1e")
        assert len(packets) <= 16
        heard += [orjson.loads(packet[2:])[1]["seq"] for packet in packets if packet.startswith("42")]
    assert heard == list(range(113, 153))


def test_polling_is_refused_where_it_is_off(start, api) -> None:
    realtime = start()
    answer = HTTP.get(f"{realtime.url}/socket.io/?EIO=4&transport=polling")
    assert answer.status_code == 400
    old = HTTP.get(f"{realtime.url}/socket.io/?EIO=3&transport=websocket")
    assert old.status_code == 400


def test_membership_changes_reach_open_sockets_at_once(start, api, publish, open) -> None:
    realtime = start()
    ann = Person(realtime.url, api.token(3))
    open.append(ann)
    ann.wait("ready")

    api.channels[3].add(9)
    api.heads["channel:9"] = 5  # one event came between the membership and the subscription
    publish("user:3", 42, "membership.added", {"channel": CHANNEL, "users": [USER]})
    ann.wait("event", lambda event: event["type"] == "membership.added")
    assert ann.wait("heads") == {"streams": {"channel:9": 5}}
    publish("channel:9", 6, "message.posted", {})
    ann.wait("event", lambda event: event["stream"] == "channel:9")

    api.channels[3].remove(9)
    publish("user:3", 43, "membership.removed", {"channel_id": 9})
    ann.wait("event", lambda event: event["type"] == "membership.removed")
    publish("channel:9", 7, "message.posted", {})
    publish("channel:7", 113, "message.posted", {})
    ann.wait("event", lambda event: event["stream"] == "channel:7")
    assert [event["seq"] for event in ann.all("event") if event["stream"] == "channel:9"] == [6]


def test_heads_name_only_the_streams_of_a_socket(start, api, control, open) -> None:
    realtime = start()
    ann, bob = Person(realtime.url, api.token(3)), Person(realtime.url, api.token(4))
    open += [ann, bob]
    ann.wait("ready")
    bob.wait("ready")
    control(Heads(streams={"channel:7": 120, "channel:8": 6, "channel:99": 1}))
    assert ann.wait("heads") == {"streams": {"channel:7": 120}}
    assert bob.wait("heads") == {"streams": {"channel:7": 120, "channel:8": 6}}


def test_a_signed_out_session_is_closed_and_its_token_is_worth_nothing(start, api, control, open) -> None:
    realtime = start()
    token = api.token(3, session_id=31)
    gone, stays = Person(realtime.url, token), Person(realtime.url, api.token(3, session_id=22))
    open += [gone, stays]
    gone.wait("ready")
    stays.wait("ready")
    control(SessionEnded(user_id=3, session_id=31))
    assert gone.wait("closing") == {"reason": "signed_out"}
    wait_until(lambda: gone.reason is not None)
    assert stays.reason is None
    back = Person(realtime.url, token)
    wait_until(lambda: back.refusal)


@pytest.mark.parametrize(
    "said", [b'["disconnect","x"]', b'["connect",{}]', b'["connect",{},{"token":"x"}]', b'["*","x"]']
)
def test_a_client_cannot_say_what_only_the_server_may(start, api, control, open, said: bytes) -> None:
    """Else it were signed out here and listened on: no sign-out and no removal would find its socket."""
    realtime, session_id = start(), 1000 + len(said) * 10 + said.count(b"{")
    liar, honest = RawSocket(realtime.port), Person(realtime.url, api.token(3, session_id=session_id))
    open += [liar, honest]
    liar.connect(api.token(3, session_id=session_id))
    liar.until(b'42["ready"')
    honest.wait("ready")
    liar.send(b"42" + said)
    assert liar.closed()[0] == 1002
    assert honest.call("typing", {"channel_id": 7}) == {"ok": True}  # their other socket goes on
    control(SessionEnded(user_id=3, session_id=session_id))
    assert honest.wait("closing") == {"reason": "signed_out"}


def test_a_token_is_renewed_on_the_open_socket_or_it_is_closed(start, api, open) -> None:
    realtime = start()
    ann, bob = Person(realtime.url, api.token(3, seconds=3)), Person(realtime.url, api.token(4, seconds=3))
    open += [ann, bob]
    ann.wait("ready")
    bob.wait("ready")
    assert ann.call("authenticate", {"token": "nonsense"}) == {"ok": False, "code": "invalid_token"}
    assert ann.call("authenticate", {"token": api.token(4)})["ok"] is False
    answer = ann.call("authenticate", {"token": api.token(3)})
    assert answer["ok"] and answer["expires_at"].endswith("Z")
    assert bob.wait("closing") == {"reason": "token_expired"}
    wait_until(lambda: bob.reason is not None)
    assert ann.call("authenticate", {"token": api.token(3)})["ok"]


def test_typing_reaches_the_channel_and_nobody_else(start, api, open) -> None:
    realtime = start()
    ann, bob = Person(realtime.url, api.token(3)), Person(realtime.url, api.token(4))
    open += [ann, bob]
    ann.wait("ready")
    bob.wait("ready")
    assert ann.call("typing", {"channel_id": 8}) == {"ok": False}
    assert ann.call("typing", {"channel_id": 7}) == {"ok": True}
    assert bob.wait("typing") == {"channel_id": 7, "user_id": 3}
    for odd in (None, [], "x", {"channel_id": "7"}, {}):
        assert ann.call("typing", odd) == {"ok": False}


def test_presence_is_told_to_who_watches(start, api, open) -> None:
    # People of their own: those of the tests before count as online for some seconds more.
    first, second = start(), start(copy=2)
    ann = Person(first.url, api.token(3))
    open.append(ann)
    ann.wait("ready")
    assert ann.call("watch_presence", {"user_ids": [44, 45]}) == {"online": []}
    bob = Person(second.url, api.token(44))
    open.append(bob)
    assert ann.wait("presence") == {"user_id": 44, "online": True}
    assert ann.call("watch_presence", {"user_ids": [44, 45]}) == {"online": [44]}
    bob.close()
    assert ann.wait("presence", lambda data: not data["online"], seconds=15) == {
        "user_id": 44,
        "online": False,
    }
    assert ann.call("watch_presence", {"user_ids": list(range(1, 300))}) == {"online": []}


@pytest.mark.parametrize("tells", [True, False], ids=["told at its start", "told of each"])
def test_a_process_that_began_later_knows_who_signed_out_before(
    redis_server_url, peer, tmp_path, open, tells
) -> None:
    peer.channels, peer.tells_ended = {3: {7}}, tells
    peer.ended.add(611)
    with (tmp_path / "log").open("wb") as log:
        late = Realtime(redis_server_url, peer, log)
        try:
            thief = Person(late.url, peer.token(3, session_id=611))
            owner = Person(late.url, peer.token(3, session_id=612))
            open += [thief, owner]
            owner.wait("ready")
            wait_until(lambda: thief.refusal)
            assert "invalid_token" in str(thief.refusal)
            assert thief.connects == 0
        finally:
            peer.tells_ended = True
            late.stop()


def test_a_sign_out_that_nobody_told_of_closes_the_socket_all_the_same(start, api, open) -> None:
    here = Person(start().url, api.token(4, session_id=613))
    open.append(here)
    here.wait("ready")
    api.ended.add(613)
    here.wait("closing", lambda data: data == {"reason": "signed_out"}, seconds=15)
