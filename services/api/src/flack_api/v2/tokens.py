"""Signing in and out."""

from typing import Annotated, Literal

from flack_contracts.tokens import KeySet, TokenAnswer
from flack_domain import actions
from flask import Blueprint
from pydantic import Field, RootModel

from flack_api.context import actor, passwords, session
from flack_api.http import Body, auth_required, body, current_user, public, refuses, returns
from flack_api.http.limits import SIGN_IN, limited
from flack_api.http.routes import never_kept
from flack_api.services import services
from flack_api.tokens import token_answer

tokens = Blueprint("tokens", __name__)

Token = Annotated[str, Field(min_length=1, max_length=200)]


class PasswordGrant(Body):
    """Sign in with a nickname and a password."""

    grant: Literal["password"]
    nickname: Annotated[str, Field(max_length=100)]
    password: Annotated[str, Field(max_length=1024)]


class RefreshGrant(Body):
    """Go on with a session. The refresh token is exchanged: keep the one that is answered."""

    grant: Literal["refresh"]
    refresh_token: Token


class Grant(RootModel[Annotated[PasswordGrant | RefreshGrant, Field(discriminator="grant")]]):
    """Either way to get tokens."""


class SessionToEnd(Body):
    """The refresh token of the session to end."""

    refresh_token: Token


@tokens.post("/tokens")
@public
@limited(SIGN_IN)
@never_kept
@body(Grant)
@refuses(401)
@returns(TokenAnswer)
def get_tokens(grant: Grant) -> TokenAnswer:
    """Sign in, or exchange a refresh token for new tokens."""
    given = grant.root
    if isinstance(given, RefreshGrant):
        signed_in = actions.tokens.refresh(session(), refresh_token=given.refresh_token)
    else:
        signed_in = actions.tokens.sign_in(
            session(), passwords, nickname=given.nickname, password=given.password
        )
    return token_answer(
        user=signed_in.user, session_id=signed_in.session_id, refresh_token=signed_in.refresh_token
    )


@tokens.delete("/tokens/current")
@auth_required
@returns(None, 204)
def sign_out() -> None:
    """Sign out: this session ends, and its sockets are closed."""
    actions.tokens.sign_out(session(), actor(), session_id=current_user().session_id)


@tokens.post("/tokens/revoke")
@public
@body(SessionToEnd)
@returns(None, 204)
def revoke_session(ending: SessionToEnd) -> None:
    """Sign out by refresh token, whether or not the access token still holds. Unknown tokens are no error."""
    actions.tokens.revoke(session(), refresh_token=ending.refresh_token)


@tokens.get("/jwks")
@public
@returns(KeySet, etag=True)
def read_keys() -> KeySet:
    """The public keys that access tokens are signed with (RFC 7517). The first one signs."""
    return KeySet.model_validate(services().signer.key_set())
