"""How a client counts: repeats are dropped, gaps are noticed, streams that it does not follow are ignored."""

from typing import Any

import pytest
from flack_contracts.streams import parse_since
from reducer import Client, Gap

USER = {"id": 3, "nickname": "ann", "revision": 4}
MESSAGE = {"id": 70, "channel_id": 7, "position": 6, "user_id": 3, "source": "hi"}


@pytest.fixture
def client() -> Client:
    channel = {
        "id": 7,
        "last_seq": 10,
        "last_position": 5,
        "last_read_position": 2,
        "member_count": 2,
        "name": "a",
    }
    return Client(
        user=dict(USER), preferences={}, streams={"user:3": 1, "channel:7": 10}, channels={7: channel},
        users={3: dict(USER)}, members={7: {}}, messages={7: {}},
    )  # fmt: skip


def event(stream: str, seq: int, type: str, **payload: Any) -> dict[str, Any]:
    return {"stream": stream, "seq": seq, "type": type, "payload": payload}


def test_the_next_event_is_applied_once(client: Client) -> None:
    posted = event("channel:7", 11, "message.posted", message=MESSAGE)
    assert client.apply(posted)
    assert not client.apply(posted)
    assert client.streams["channel:7"] == client.channels[7]["last_seq"] == 11
    assert client.messages[7] == {6: MESSAGE}


def test_a_gap_changes_nothing(client: Client) -> None:
    with pytest.raises(Gap):
        client.apply(event("channel:7", 12, "message.posted", message=MESSAGE))
    assert client.streams["channel:7"] == 10 and client.messages[7] == {}


def test_a_stream_that_is_not_followed_is_dropped(client: Client) -> None:
    assert not client.apply(event("channel:8", 1, "message.posted", message=MESSAGE))
    assert set(client.streams) == {"user:3", "channel:7"}


def test_unread_is_a_subtraction_and_ones_own_message_reads_up_to_it(client: Client) -> None:
    others = {**MESSAGE, "user_id": 4}
    client.apply(event("channel:7", 11, "message.posted", message=others))
    assert client.channels[7]["last_position"] - client.channels[7]["last_read_position"] == 4
    client.apply(event("channel:7", 12, "message.posted", message={**MESSAGE, "position": 7}))
    assert client.channels[7]["last_position"] - client.channels[7]["last_read_position"] == 0
    client.apply(event("user:3", 2, "read_position.moved", channel_id=7, position=3))
    assert client.channels[7]["last_read_position"] == 7


def test_an_older_profile_from_another_stream_does_not_win(client: Client) -> None:
    client.apply(event("channel:7", 11, "user.updated", user={**USER, "revision": 3, "nickname": "old"}))
    assert client.users[3]["nickname"] == "ann"
    client.apply(event("channel:7", 12, "user.updated", user={**USER, "revision": 5, "nickname": "new"}))
    assert client.users[3]["nickname"] == "new"


def test_coming_back_starts_over_from_the_event(client: Client) -> None:
    back = {
        "id": 7,
        "last_seq": 40,
        "last_position": 9,
        "last_read_position": 9,
        "member_count": 3,
        "name": "b",
    }
    client.apply(event("user:3", 2, "membership.removed", channel_id=7))
    assert not client.apply(event("channel:7", 11, "message.posted", message=MESSAGE))
    client.apply(event("user:3", 3, "membership.added", channel=back, users=[]))
    assert client.streams["channel:7"] == 40 and 7 not in client.messages and 7 not in client.members


def test_positions_of_streams_are_read_back() -> None:
    assert parse_since("channel:7@112,user:3@41") == {"channel:7": 112, "user:3": 41}
    assert parse_since("") == {}
    for wrong in (
        "channel:7",
        "channel:0@1",
        "room:1@1",
        "channel:7@-1",
        "channel:7@x",
        "channel:7@" + "9" * 19,
    ):
        with pytest.raises(ValueError, match="channel:ID@SEQ"):
            parse_since(wrong)
