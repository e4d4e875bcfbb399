"""The pages. Each is the same shell: the UI's script takes over, and the channel list is there before it does."""

from typing import Any

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from flack_web import errors, files, session
from flack_web.api import Json
from flack_web.context import services
from flack_web.shell import shell

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
@blueprint.get("/c/<int:channel_id>")
@blueprint.get("/c/<int:channel_id>/m/<int:message_id>")
@session.sign_in_first
def chat(channel_id: int | None = None, message_id: int | None = None) -> AnyResponse | None:
    """The chat, at a channel or at one of its messages. The UI asks api for the channel, which says who may see it."""
    state = session.ask(lambda token: services().api.state(token, session.client_address()))
    return None if state is None else shell("main", state, channel_id=channel_id)


@blueprint.get("/sign-in")
@blueprint.get("/sign-up")
def sign_in() -> AnyResponse:
    """The forms to sign in and to sign up. Who is signed in already goes on to the chat."""
    if session.current() and session.ask(_me):
        return redirect(_next(), 303)
    return shell("main", None)


@blueprint.get("/away")
def away() -> Response:
    """What the ingress answers for a service that it cannot reach."""
    return errors.away(retry_after=2)


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Nothing here is for search engines."""
    return files.text("User-agent: *\nDisallow: /\n")


@blueprint.get("/favicon.svg")
@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """The icon, also where browsers look for it by themselves."""
    return files.static("favicon.svg")


@blueprint.get("/static/<name>")
def static(name: str) -> Response:
    """The few files that pages need which stand without the UI."""
    if name not in files.PUBLIC:
        abort(404)
    return files.static(name)


def _me(token: str) -> Json:
    return services().api.me(token, session.client_address())


def _next() -> str:
    """Where to go after signing in: a path of this very site, whatever the address says."""
    wanted: Any = request.args.get("next", "/")
    local = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if local else "/"
