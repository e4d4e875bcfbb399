"""The session of the request in hand: who is signed in, and an access token that still works."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, ParamSpec
from urllib.parse import urlencode

from flack_contracts.tokens import TokenAnswer
from flask import Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from flack_web.api import ApiRefused, Json
from flack_web.context import services
from flack_web.cookie import Session
from flack_web.handover import name

P = ParamSpec("P")
SPARE_SECONDS = 30  # an access token this close to its end is not used any more


def signed_in(answer: TokenAnswer) -> Session:
    """The session of api's answer to a sign-in or a refresh."""
    return Session(
        user_id=answer.user.id,
        refresh_token=answer.refresh_token,
        access_token=answer.access_token,
        expires_at=int(time.time()) + answer.expires_in,
    )


def current() -> Session | None:
    """The session of this request, as the cookie has it or as it was renewed since."""
    if "session" not in g:
        g.session = services().cookie.read(request)
    session: Session | None = g.session
    return session


def begin(session: Session) -> None:
    """Make this the browser's session from this answer on."""
    g.session, g.session_changed = session, True


def end() -> None:
    """Leave the browser without a session."""
    g.session, g.session_changed = None, True


def renewed(session: Session, at_least: float = SPARE_SECONDS) -> Session | None:
    """The session with an access token good for `at_least` so many seconds; None where api has ended the session."""
    if _good_for(session, at_least):
        return session
    known = services().handover.successor(session)
    if known is not None:
        begin(known)
        if _good_for(known, at_least):
            return known
        session = known
    return _exchanged(session)


def _good_for(session: Session, seconds: float) -> bool:
    return session.expires_at - time.time() > seconds


def _exchanged(session: Session) -> Session | None:
    try:
        answer = services().api.refresh(session.refresh_token, client_address())
    except ApiRefused as refused:
        if refused.status != 401:
            raise
        end()
        return None
    after = replace(signed_in(answer), previous=name(session))
    services().handover.keep(session, after)
    begin(after)
    return after


def ask(question: Callable[[str], Json]) -> Json | None:
    """What api answers to `question(access token)`; None where nobody is signed in (any more)."""
    session = current()
    session = renewed(session) if session else None
    if session is None:
        return None
    try:
        return question(session.access_token)
    except ApiRefused as refused:
        if refused.status != 401:
            raise
    # The token is no longer taken, for example because the signing keys were changed: the refresh token decides.
    session = renewed(session, at_least=float("inf"))
    return question(session.access_token) if session else None


def sign_in_first(view: Callable[P, AnyResponse | None]) -> Callable[P, AnyResponse]:
    """A page for people who are signed in: the view answers None where it turns out that nobody is."""

    @wraps(view)
    def page(*arguments: P.args, **named: P.kwargs) -> AnyResponse:
        answer = view(*arguments, **named) if current() else None
        return answer if answer is not None else redirect(_sign_in_address(), 303)

    return page


def client_address() -> str:
    """Whose request this is, for api's rate limits."""
    return request.remote_addr or ""


def write_cookie(response: Response) -> Response:
    """After each request: give the browser the session that it ends with, where that changed."""
    if g.get("session_changed"):
        session: Session | None = g.session
        if session is None:
            services().cookie.clear(response, secure=request.is_secure)
        else:
            services().cookie.write(response, session, secure=request.is_secure)
        response.headers["Cache-Control"] = "no-store"
    return response


def _sign_in_address() -> str:
    path: Any = request.full_path if request.query_string else request.path
    return "/sign-in" if path == "/" else "/sign-in?" + urlencode({"next": path})
