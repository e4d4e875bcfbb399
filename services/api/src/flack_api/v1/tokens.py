"""Logging in and out."""

from flack_domain.actions import v1_tokens
from flack_domain.errors import Unauthenticated
from flask import Blueprint, Response

from flack_api.context import passwords, session
from flack_api.http.auth import current_user, public
from flack_api.http.limits import SIGN_IN, limited
from flack_api.v1.answers import answer, empty, unauthorized
from flack_api.v1.authentication import basic_credentials, token_required
from flack_api.v1.pushes import push_user

tokens = Blueprint("tokens", __name__)


@tokens.post("/tokens")
@public
@limited(SIGN_IN)
def create_token() -> Response:
    """Log in with Basic credentials. Earlier tokens stay valid."""
    nickname, password = basic_credentials()
    try:
        signed_in = v1_tokens.sign_in(session(), passwords, nickname=nickname, password=password)
    except Unauthenticated:
        raise unauthorized() from None
    if signed_in.came_online:
        push_user(signed_in.user_id)
    return answer({"token": signed_in.token})


@tokens.delete("/tokens")
@token_required
def delete_tokens() -> Response:
    """Log out everywhere: all tokens of the caller end."""
    v1_tokens.sign_out(session(), current_user().user_id)
    return empty()
