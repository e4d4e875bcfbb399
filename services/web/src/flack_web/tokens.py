"""Sign-up, sign-in, sign-out, and access tokens for the page's script."""

import time
from contextlib import suppress
from typing import TypeVar

from flack_contracts.tokens import ACCESS_TOKEN_SECONDS
from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, ValidationError

from flack_web import session
from flack_web.api import ApiAway, ApiRefused
from flack_web.context import services
from flack_web.cookie import Session
from flack_web.errors import Refused

blueprint = Blueprint("tokens", __name__)
blueprint.after_app_request(session.write_cookie)

REUSE_SECONDS = (
    60  # an access token this young is given out again: a page's first render has just asked for one
)


class SignIn(BaseModel):
    """Who wants in."""

    model_config = ConfigDict(extra="forbid", strict=True)

    nickname: str
    password: str


class SignUp(SignIn):
    """Who wants an account. api decides what is allowed in each field."""

    display_name: str | None = None
    invite: str | None = None


@blueprint.post("/session")
def sign_in() -> ResponseReturnValue:
    """Sign in: a new session, whatever the browser had before."""
    return _begin(_body(SignIn)), 200


@blueprint.post("/session/sign-up")
def sign_up() -> ResponseReturnValue:
    """Create an account and sign in with it."""
    new = _body(SignUp)
    services().api.sign_up(new.model_dump(exclude_none=True), session.client_address())
    return _begin(new), 201


@blueprint.post("/session/token")
def access_token() -> ResponseReturnValue:
    """An access token for the page's script; 401 where nobody is signed in."""
    known = session.current()
    renewed = session.renewed(known, at_least=ACCESS_TOKEN_SECONDS - REUSE_SECONDS) if known else None
    if renewed is None:
        raise Refused(401, "signed_out", "You are signed out.")
    answer = jsonify(
        access_token=renewed.access_token,
        expires_in=int(renewed.expires_at - time.time()),
        user_id=renewed.user_id,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.delete("/session")
def sign_out() -> ResponseReturnValue:
    """Sign out: at api, which closes the sockets, and in this browser."""
    known = session.current()
    session.end()
    if known:
        _revoke(known)
    return "", 204


def _begin(who: SignIn) -> Response:
    before = session.current()
    answer = services().api.sign_in(who.nickname, who.password, session.client_address())
    session.begin(session.signed_in(answer))
    if before:
        _revoke(before)
    return jsonify(user=answer.user.model_dump(mode="json"))


def _revoke(ended: Session) -> None:
    """End a session at api. Where api is away, the browser is signed out all the same and the session runs out."""
    with suppress(ApiAway, ApiRefused):
        services().api.revoke(ended.refresh_token, session.client_address())


B = TypeVar("B", bound=BaseModel)


def _body(model: type[B]) -> B:
    try:
        return model.model_validate_json(request.get_data() if request.is_json else b"")
    except ValidationError as error:
        raise Refused.of_fields(error) from None
