"""v1's two objects and its one push, with exactly the keys that its frozen contract lists."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flack_contracts.wire import packet_of

from flack_domain.models import User
from flack_domain.outbox import V1Message
from flack_domain.rendering.v1 import Expansion, render_expanded

Json = dict[str, Any]
MOUNT = "/api"
"""The mount whose paths are in everything that is pushed."""


def user_object(user: User, mount: str = MOUNT) -> Json:
    """A user as v1 shows them at one of its mounts."""
    return {
        "id": user.id,
        "nickname": user.nickname,
        "created_at": seconds(user.created_at),
        "updated_at": seconds(user.updated_at),
        "last_seen_at": seconds(user.last_seen_at),
        "online": user.online,
        "_links": {
            "self": f"{mount}/users/{user.id}",
            "messages": f"{mount}/messages?user_id={user.id}",
            "tokens": f"{mount}/tokens",
        },
    }


def message_fields(message: V1Message) -> Json:
    """A message without the paths of a mount: what a job keeps as its answer."""
    expansions = [
        Expansion(page["url"], page.get("title"), page.get("description")) for page in message.expansions
    ]
    return {
        "id": message.id,
        "created_at": seconds(message.created_at),
        "updated_at": seconds(message.updated_at),
        "source": message.source,
        "html": render_expanded(message.source, expansions),
        "user_id": message.user_id,
    }


def with_links(fields: Mapping[str, Any], mount: str = MOUNT) -> Json:
    """The message whose fields these are, at one of v1's mounts."""
    links = {"self": f"{mount}/messages/{fields['id']}", "user": f"{mount}/users/{fields['user_id']}"}
    return {**fields, "_links": links}


def message_packet(message: V1Message) -> bytes:
    """`updated_model` of a message, ready for the room `v1`."""
    return _updated_model("Message", with_links(message_fields(message)))


def user_packet(user: User) -> bytes:
    """`updated_model` of a user, ready for the room `v1`."""
    return _updated_model("User", user_object(user))


def seconds(moment: datetime) -> int:
    """A moment in v1's unit: whole Unix seconds."""
    return int(moment.timestamp())


def _updated_model(name: str, model: Json) -> bytes:
    return packet_of("updated_model", {"class": name, "model": model})
