"""The one page template: the UI's files, the state it starts from, and the channel list for the first paint."""

import json

from flask import Response, render_template

from flack_web.api import Json
from flack_web.channel_list import channel_list
from flack_web.context import services
from flack_web.version import VERSION

_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def shell(entry: str, state: Json | None, *, channel_id: int | None = None, title: str = "Flack") -> Response:
    """The page of one of the UI's entries. `state` is api's snapshot, or None for somebody not signed in."""
    boot = {
        "user": state["user"] if state else None,
        "state": state,
        "installation": services().installation(),
        "version": VERSION,
    }
    page = render_template(
        "shell.html",
        title=title,
        entry=services().assets.entry(entry),
        boot=_inert(boot),
        installation=boot["installation"],
        theme=state["preferences"]["theme"] if state else "auto",
        list=channel_list(state, channel_id) if state and entry == "main" else None,
    )
    response = Response(page, content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


def _inert(value: Json) -> str:
    """JSON in which no parser of HTML finds anything."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
