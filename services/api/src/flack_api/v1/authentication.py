"""Who calls v1: opaque tokens, Basic logins, and the presence that each authentication leaves behind."""

import base64
import binascii
from collections.abc import Callable

from flack_domain.actions import presence
from flack_domain.models import User
from flack_domain.queries import v1 as v1_queries
from flask import Flask, request

from flack_api.context import session
from flack_api.http.auth import Caller, authenticate_with, declares
from flack_api.http.routes import View
from flack_api.v1.answers import unauthorized
from flack_api.v1.pushes import push_user

REQUIRED, OPTIONAL = "v1_token", "v1_optional_token"
token_required: Callable[[View], View] = declares(REQUIRED)
token_optional: Callable[[View], View] = declares(OPTIONAL)


def init_authentication(app: Flask, *, anonymous_read: bool) -> None:
    """Guard v1's routes. Without `anonymous_read` strangers get 401 where the original let them read."""

    def required() -> Caller | None:
        return None if request.method == "OPTIONS" else _caller(_bearer_token())

    def optional() -> Caller | None:
        if request.method == "OPTIONS" or (anonymous_read and not _bearer_token()):
            return None
        return _caller(_bearer_token())

    authenticate_with(app, REQUIRED, required)
    authenticate_with(app, OPTIONAL, optional)


def user_of(token: object) -> User | None:
    """Whose token this is; only strings that are not empty can be tokens."""
    return v1_queries.user_of_token(session(), token) if isinstance(token, str) and token else None


def seen(user_id: int) -> None:
    """Somebody authenticated: they are online from now on, and everybody is told if they were not."""
    if presence.seen(session(), user_id):
        push_user(user_id)


def basic_credentials() -> tuple[str, str]:
    """Nickname and password of a Basic login. Raises Problem 401 for anything else."""
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    try:
        pair = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeError, ValueError):
        raise unauthorized() from None
    nickname, _, password = pair.partition(":")
    if scheme.lower() != "basic" or not nickname or not password or "\0" in pair:
        raise unauthorized()
    return nickname, password


def _bearer_token() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _caller(token: str) -> Caller:
    user = user_of(token)
    if user is None:
        raise unauthorized()
    seen(user.id)
    return Caller(user.id, 0, user.role)
