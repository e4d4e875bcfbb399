"""Who hears and who may say what on Socket.IO: every event × everybody, on a whole installation.

A new event without a row here fails. What is heard is compared for the streams of one private channel and of one of
its members; a message in `general` afterwards, which everybody hears, shows that what was not heard did not come.
"""

from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
import redis
from faults.account import Account
from flack_contracts.control import Heads, control_json
from flack_contracts.events import PAYLOADS
from flack_local.stack import Stack
from realtime_names import names_handled, names_sent
from realtime_support import Person, wait_until
from realtime_world import ROLES, World, do_everything

CHANNEL, THEIRS = {"member", "owner"}, {"member"}
HEARS: dict[str, set[str]] = {
    "message.posted": CHANNEL,
    "message.edited": CHANNEL,
    "message.previewed": CHANNEL,
    "message.deleted": CHANNEL,
    "channel.updated": CHANNEL,
    "member.joined": CHANNEL,
    "member.left": CHANNEL,
    "member.role_changed": CHANNEL,
    "user.updated": CHANNEL,
    # These are on the member's own stream.
    "membership.added": THEIRS,
    "membership.removed": THEIRS,
    "membership.role_changed": THEIRS,
    "read_position.moved": THEIRS,
    "preferences.changed": THEIRS,
    "profile.updated": THEIRS,
}
"""Who hears an event of the log."""

TOLD = {
    "event": "test_the_log_reaches_whom_the_table_says",
    "ready": "test_everybody_is_told_of_their_own_streams_only",
    "heads": "test_heads_and_typing_stay_in_the_channel",
    "typing": "test_heads_and_typing_stay_in_the_channel",
    "presence": "test_presence_is_told_to_whom_watches_and_no_stranger",
    "closing": "test_a_signed_out_socket_is_closed_within_five_seconds",
    "updated_model": "test_the_log_reaches_whom_the_table_says",
    "expired_token": "test_v1_clients_say_what_their_token_allows",
    "gap": None,  # carries nothing: `{}` to every socket
}
"""Every other name that a socket may hear, and the test of who does."""

NOT_SIGNED_IN = {"ok": False, "code": "not_signed_in"}
SAYS: dict[str, Callable[["World", str], tuple[Any, Any]]] = {
    # what is said, and what must be answered
    "authenticate": lambda world, role: (
        {"token": world.others_token(role)},
        NOT_SIGNED_IN if role == "anonymous" else {"ok": False, "code": "other_user"},
    ),
    "typing": lambda world, role: (
        {"channel_id": world.channel},
        NOT_SIGNED_IN if role == "anonymous" else {"ok": role in CHANNEL},
    ),
    "watch_presence": lambda world, role: (
        {"user_ids": [world.people["member"].user_id]},
        NOT_SIGNED_IN if role == "anonymous" else {"online": [world.people["member"].user_id]},
    ),
    # v1's events count on v1's sockets only, whatever token comes with them.
    "ping_user": lambda world, role: (world.v1_token("member"), None),
    "post_message": lambda world, role: (({"source": f"v1 of {role}"}, world.v1_token("member")), None),
    # No event of ours.
    "join": lambda world, role: ({"room": f"channel:{world.channel}"}, None),
    "message": lambda world, role: ({"channel_id": world.channel, "source": "x"}, None),
}
"""Everything that a socket may say."""


@pytest.fixture(scope="module")
def world(stack: Stack, administrator: Account) -> Iterator[World]:
    world = World(stack, administrator)
    try:
        world.open()
        yield world
    finally:
        world.close()


def test_every_type_of_event_has_a_row() -> None:
    assert set(HEARS) == set(PAYLOADS)


def test_every_name_that_is_sent_or_handled_has_a_row() -> None:
    assert names_sent() == set(TOLD)
    assert names_handled() <= set(SAYS)
    assert names_handled() >= {"authenticate", "typing", "post_message"}  # they are found at all
    assert {test for test in TOLD.values() if test} <= set(globals())


def test_the_log_reaches_whom_the_table_says(world: World) -> None:
    do_everything(world)
    world.say_in_general()
    heard = {role: world.heard(role) for role in ROLES}
    wanted = {role: {type for type, roles in HEARS.items() if role in roles} for role in ROLES}
    assert heard == wanted
    # A v1 socket hears of `general` and of people, and nothing else by any name.
    names = {name for name, _ in world.sockets["anonymous"].events}
    assert names == {"updated_model"}
    assert "secret" not in str(world.sockets["anonymous"].events)


def test_everybody_is_told_of_their_own_streams_only(world: World) -> None:
    channel = f"channel:{world.channel}"
    for role, account in world.people.items():
        streams = set(world.sockets[role].all("ready")[0]["streams"])
        assert {stream for stream in streams if stream.startswith("user:")} == {f"user:{account.user_id}"}
        # `removed` and `signed out` were in it when they came.
        assert (channel in streams) == (role not in ("stranger", "administrator")), role
    assert world.sockets["anonymous"].all("ready") == []


def test_heads_and_typing_stay_in_the_channel(world: World) -> None:
    stream = f"channel:{world.channel}"
    with redis.Redis.from_url(world.stack.redis_url) as client:
        client.publish("flack:control", control_json(Heads(streams={stream: 1_000_000})))
    assert world.sockets["owner"].call("typing", {"channel_id": world.channel}) == {"ok": True}
    for role in CHANNEL:
        world.sockets[role].wait("heads", lambda heads: stream in heads["streams"])
        world.sockets[role].wait("typing", lambda data: data["channel_id"] == world.channel)
    world.say_in_general()
    for role in set(ROLES) - CHANNEL:
        assert stream not in str(world.sockets[role].all("heads")), role
        assert world.sockets[role].all("typing") == [], role


@pytest.mark.parametrize("name", SAYS)
def test_everybody_is_answered_as_the_table_says(world: World, name: str) -> None:
    before = world.people["owner"].ask("GET", f"/channels/{world.channel}")["last_seq"]
    for role, socket in world.sockets.items():
        if role in ("signed out", "anonymous") and name in ("ping_user", "post_message"):
            continue
        if role == "signed out":
            assert not socket.sio.connected
            continue
        said, wanted = SAYS[name](world, role)
        if name == "typing" and role in CHANNEL:  # once a second and socket is passed on
            wanted = {"ok": True}
        answer = socket.call(name, said)
        assert (answer or None) == wanted, role
    world.say_in_general()
    after = world.people["owner"].ask("GET", f"/channels/{world.channel}")["last_seq"]
    assert after == before, "nothing that is said on a socket changes a channel"
    for role in set(ROLES) - {"anonymous"}:
        assert "v1 of" not in str(world.sockets[role].all("event"))
        assert world.sockets[role].all("updated_model") == []


def test_presence_is_told_to_whom_watches_and_no_stranger(world: World) -> None:
    newcomer = world.newcomer()
    asked = {"user_ids": [newcomer.user_id]}
    assert world.sockets["stranger"].call("watch_presence", asked) == {"online": []}
    assert world.sockets["anonymous"].call("watch_presence", asked) == NOT_SIGNED_IN
    socket = Person(world.stack.url, newcomer.token())
    try:
        world.sockets["stranger"].wait("presence", lambda data: data["user_id"] == newcomer.user_id)
        world.say_in_general()
        for role in set(ROLES) - {"stranger"}:
            heard = [data["user_id"] for data in world.sockets[role].all("presence")]
            assert newcomer.user_id not in heard, role
    finally:
        socket.close()


def test_v1_clients_say_what_their_token_allows(world: World) -> None:
    source = "from a bot of the authorization matrix"
    tokens = {"nonsense": False, world.people["member"].token(): False, world.v1_token("member"): True}
    for token, accepted in tokens.items():
        bot = Person(world.stack.url)
        try:
            wait_until(lambda bot=bot: bot.connects)
            bot.sio.call("post_message", ({"source": source}, token), timeout=30)
            if accepted:
                bot.wait("updated_model", lambda data: data["model"].get("source") == source)
            assert bool(bot.all("expired_token")) != accepted
            assert {name for name, _ in bot.events} <= {"updated_model", "expired_token"}
        finally:
            bot.close()
    page = world.people["owner"].ask("GET", f"/channels/{world.general}/messages", params={"limit": 20})
    assert [message["source"] for message in page["messages"]].count(source) == 1


def test_a_signed_out_socket_is_closed_within_five_seconds(world: World) -> None:
    account = world.people["stranger"]
    ending, staying = account.token(), account.sign_in().token()
    sockets = [Person(world.stack.url, token) for token in (ending, staying)]
    try:
        for socket in sockets:
            socket.wait("ready")
        headers = {"Authorization": f"Bearer {ending}"}
        assert (
            httpx2.delete(f"{world.stack.url}/api/v2/tokens/current", headers=headers, timeout=30).status_code
            == 204
        )
        wait_until(lambda: sockets[0].reason is not None, seconds=5)
        assert sockets[0].all("closing") == [{"reason": "signed_out"}]
        assert sockets[1].reason is None
        back = Person(world.stack.url, ending)
        sockets.append(back)
        wait_until(lambda: back.refusal)
    finally:
        for socket in sockets:
            socket.close()
