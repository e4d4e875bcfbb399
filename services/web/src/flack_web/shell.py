"""The one page template: the UI's files, the state it starts from, and the channel list for the first paint."""

import json
from dataclasses import dataclass
from importlib.metadata import version

from flask import Response, render_template

from flack_web.api import Json
from flack_web.context import services

_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


@dataclass(frozen=True)
class Row:
    """A channel in the list."""

    id: int
    kind: str
    name: str
    unread: int
    current: bool


def shell(entry: str, state: Json | None, *, channel_id: int | None = None, title: str = "Flack") -> Response:
    """The page of one of the UI's entries. `state` is api's snapshot, or None for somebody not signed in."""
    boot = {
        "user": state["user"] if state else None,
        "state": state,
        "installation": services().api.installation(),
        "version": version("flack-web"),
    }
    page = render_template(
        "shell.html",
        title=title,
        entry=services().assets.entry(entry),
        boot=_inert(boot),
        theme=state["preferences"].get("theme", "auto") if state else "auto",
        channels=_rows(state, channel_id, direct=False) if state else None,
        directs=_rows(state, channel_id, direct=True) if state else None,
    )
    response = Response(page, content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


def _inert(value: Json) -> str:
    """JSON that no parser of HTML finds anything in."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)


def _rows(state: Json, channel_id: int | None, *, direct: bool) -> list[Row]:
    users = {user["id"]: user["display_name"] for user in state["users"]}
    me = state["user"]["id"]
    rows = [
        Row(
            id=channel["id"],
            kind=channel["kind"],
            name=channel["name"] or _people(channel["member_ids"] or [], users, me),
            unread=max(0, channel["last_position"] - channel["last_read_position"]),
            current=channel["id"] == channel_id,
        )
        for channel in state["channels"]
        if (channel["kind"] == "direct") == direct and not channel["archived_at"]
    ]
    return sorted(rows, key=lambda row: row.name.casefold())


def _people(ids: list[int], users: dict[int, str], me: int) -> str:
    others = [users.get(user_id, "") for user_id in ids if user_id != me] or [users.get(me, "")]
    return ", ".join(sorted(filter(None, others), key=str.casefold))
