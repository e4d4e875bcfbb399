"""What a client does with events, in its shortest form. `services/web/ui` holds the same rules in TypeScript.

A client's state is plain JSON: `GET /state`, and for the channels that it opened `members` and `messages`.
The rules:

1. **Order.** Of each stream the client knows the newest `seq` it applied. An event whose stream it does not know, or
   whose seq is not higher, is dropped. One that is not the next is a gap: sync first. Else its seq is the newest,
   and for a channel's stream also the channel's `last_seq`. Of a type that a newer version made, that is all.
2. **message.posted**: `last_position` is its position, never backwards; keep the message. If I am its author I have
   read up to it. **message.edited / deleted / previewed**: replace the message at its position.
3. **channel.updated**: copy all its fields onto the channel.
4. **member.joined**: one member more, and know the user. **member.left**: one less. **member.role_changed**: set it.
5. **user.updated**, **profile.updated**, and every other `user` in an event: keep it unless the one known has a higher
   `revision`; if it is me, it is my profile.
6. **membership.added**: put the channel in as it is there, in place of what was known of it (members and messages
   are to be loaded anew), and follow its stream from its `last_seq`; a channel that is known as of that seq or a later
   one stays. **membership.removed**: forget the channel, its members, messages and stream.
   **membership.role_changed**: my role there.
7. **read_position.moved**: never backwards. **preferences.changed**: take what is there.
8. **A stream that cannot be recovered**: fetch `/state` anew. A channel that is not in it is forgotten, one that was
   not known is put in. Of a lost channel, all is taken from there. If my own stream was lost: its seq, my preferences,
   and of every channel my role and read position.

Messages and members that are not loaded stay so: a rule that changes them then does nothing to them. A new message is
kept only where the channel is loaded to its end.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flack_contracts.streams import channel_stream, parse_stream, user_stream

Json = dict[str, Any]


class Gap(Exception):
    """An event is missing before this one."""


@dataclass
class Client:
    """A client's state. `members` and `messages` (by position) hold only the channels that it opened."""

    user: Json
    preferences: Json
    streams: dict[str, int]
    channels: dict[int, Json]
    users: dict[int, Json]
    members: dict[int, dict[int, Json]] = field(default_factory=dict)
    messages: dict[int, dict[int, Json]] = field(default_factory=dict)
    unended: set[int] = field(default_factory=set)
    """Channels whose newest messages are not loaded."""

    @classmethod
    def of_state(cls, state: Json) -> "Client":
        """A client that just started: nothing is opened yet."""
        users = [*state["users"], state["user"]]
        return cls(
            user=state["user"],
            preferences=state["preferences"],
            streams=dict(state["streams"]),
            channels={channel["id"]: dict(channel) for channel in state["channels"]},
            users={user["id"]: user for user in users},
        )

    def open(self, channel_id: int, page: Json, members: Json | None = None) -> None:
        """Load messages of a channel, and its members."""
        self.messages[channel_id] = {message["position"]: message for message in page["messages"]}
        if page["has_after"]:
            self.unended.add(channel_id)
        if members is not None:
            self.members[channel_id] = {member["user_id"]: member for member in members["members"]}

    def apply(self, event: Json) -> bool:
        """Apply an event; False where it was dropped. Raises `Gap`."""
        stream, seq = event["stream"], event["seq"]
        known = self.streams.get(stream)
        if known is None or seq <= known:
            return False
        if seq != known + 1:
            raise Gap(f"{stream} is at {known}, and {seq} came")
        self.streams[stream] = seq
        parsed = parse_stream(stream)
        assert parsed is not None
        if parsed.kind == "channel" and parsed.id in self.channels:
            self.channels[parsed.id]["last_seq"] = seq
            if rule := _CHANNEL_RULES.get(event["type"]):
                rule(self, parsed.id, event["payload"])
        elif rule := _USER_RULES.get(event["type"]):
            rule(self, event["payload"])
        return True

    def refetch(self, state: Json, lost: Sequence[str]) -> None:
        """Rule 8, with a fresh `/state`."""
        for user in (*state["users"], state["user"]):
            self.know(user)
        mine = user_stream(self.user["id"])
        fresh = {channel["id"]: channel for channel in state["channels"]}
        for channel_id in list(self.channels):
            if channel_id not in fresh or channel_stream(channel_id) in lost:
                _forget(self, channel_id)
        for channel_id, channel in fresh.items():
            known = self.channels.get(channel_id)
            if known is None:
                _follow(self, channel)
            elif mine in lost:
                read = max(known["last_read_position"], channel["last_read_position"])
                known |= {
                    "role": channel["role"],
                    "joined_at": channel["joined_at"],
                    "last_read_position": read,
                }
        if mine in lost:
            self.preferences = state["preferences"]
            self.streams[mine] = state["streams"][mine]

    def know(self, user: Json) -> None:
        """Rule 5."""
        known = self.users.get(user["id"])
        if known is None or known["revision"] <= user["revision"]:
            self.users[user["id"]] = user
        self.user = self.users.get(self.user["id"], self.user)


def _message_posted(client: Client, channel_id: int, payload: Json) -> None:
    message, channel = payload["message"], client.channels[channel_id]
    channel["last_position"] = max(channel["last_position"], message["position"])
    if message["user_id"] == client.user["id"]:
        channel["last_read_position"] = max(channel["last_read_position"], message["position"])
    loaded = client.messages.get(channel_id)
    if loaded is not None and (message["position"] in loaded or channel_id not in client.unended):
        loaded[message["position"]] = message


def _message_changed(client: Client, channel_id: int, payload: Json) -> None:
    message = payload["message"]
    if message["position"] in client.messages.get(channel_id, {}):
        client.messages[channel_id][message["position"]] = message


def _channel_updated(client: Client, channel_id: int, payload: Json) -> None:
    client.channels[channel_id].update(payload["channel"])


def _member_joined(client: Client, channel_id: int, payload: Json) -> None:
    client.channels[channel_id]["member_count"] += 1
    client.know(payload["user"])
    if channel_id in client.members:
        client.members[channel_id][payload["member"]["user_id"]] = payload["member"]


def _member_left(client: Client, channel_id: int, payload: Json) -> None:
    client.channels[channel_id]["member_count"] -= 1
    client.members.get(channel_id, {}).pop(payload["user_id"], None)


def _member_role_changed(client: Client, channel_id: int, payload: Json) -> None:
    members = client.members.get(channel_id, {})
    if payload["user_id"] in members:
        members[payload["user_id"]] = {**members[payload["user_id"]], "role": payload["role"]}


def _user_updated(client: Client, channel_id: int, payload: Json) -> None:
    client.know(payload["user"])


def _membership_added(client: Client, payload: Json) -> None:
    channel = payload["channel"]
    if (
        client.streams.get(channel_stream(channel["id"]), -1) < channel["last_seq"]
        or channel["id"] not in client.channels
    ):
        _follow(client, channel)
    for user in payload["users"]:
        client.know(user)


def _membership_removed(client: Client, payload: Json) -> None:
    _forget(client, payload["channel_id"])


def _membership_role_changed(client: Client, payload: Json) -> None:
    if payload["channel_id"] in client.channels:
        client.channels[payload["channel_id"]]["role"] = payload["role"]


def _read_position_moved(client: Client, payload: Json) -> None:
    channel = client.channels.get(payload["channel_id"])
    if channel is not None:
        channel["last_read_position"] = max(channel["last_read_position"], payload["position"])


def _preferences_changed(client: Client, payload: Json) -> None:
    client.preferences = payload["preferences"]


def _profile_updated(client: Client, payload: Json) -> None:
    client.know(payload["user"])


def _follow(client: Client, channel: Json) -> None:
    _forget(client, channel["id"])
    client.channels[channel["id"]] = dict(channel)
    client.streams[channel_stream(channel["id"])] = channel["last_seq"]


def _forget(client: Client, channel_id: int) -> None:
    client.channels.pop(channel_id, None)
    client.members.pop(channel_id, None)
    client.messages.pop(channel_id, None)
    client.unended.discard(channel_id)
    client.streams.pop(channel_stream(channel_id), None)


_CHANNEL_RULES = {
    "message.posted": _message_posted,
    "message.edited": _message_changed,
    "message.deleted": _message_changed,
    "message.previewed": _message_changed,
    "channel.updated": _channel_updated,
    "member.joined": _member_joined,
    "member.left": _member_left,
    "member.role_changed": _member_role_changed,
    "user.updated": _user_updated,
}
_USER_RULES = {
    "membership.added": _membership_added,
    "membership.removed": _membership_removed,
    "membership.role_changed": _membership_role_changed,
    "read_position.moved": _read_position_moved,
    "preferences.changed": _preferences_changed,
    "profile.updated": _profile_updated,
}
