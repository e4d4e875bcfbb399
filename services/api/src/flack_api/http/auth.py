"""Who may call a route. Decorators declare it; one hook before every request enforces it.

A check is a function that answers the caller (or None for nobody in particular) or raises Problem 401/403.
v1 registers its own checks under names of its own with `authenticate_with`.
"""

import hmac
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import time

from flack_contracts.internal import SERVICE_KEY_HEADER
from flack_contracts.tokens import AUDIENCE, ISSUER, AccessClaims
from flack_kit.jwt import InvalidToken, Signer, Verifier
from flask import Flask, current_app, g, request

from flack_api.ended import EndedSessions
from flack_api.http.problems import Problem
from flack_api.http.routes import View, current_route, route_of

PUBLIC, USER, ADMINISTRATOR, SERVICE = "public", "user", "administrator", "service"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who an access token speaks for."""

    user_id: int
    session_id: int
    role: str


Check = Callable[[], Caller | None]


def declares(name: str) -> Callable[[View], View]:
    """A decorator that says which check guards a view."""

    def decorate(view: View) -> View:
        route_of(view).auth = name
        return view

    return decorate


public = declares(PUBLIC)
auth_required = declares(USER)
administrators_only = declares(ADMINISTRATOR)
service_only = declares(SERVICE)


def authenticate_with(app: Flask, name: str, check: Check) -> None:
    """Make `check` the guard of every view that declares `name`."""
    app.extensions.setdefault("flack_auth", {})[name] = check


def current_user() -> Caller:
    """Who asks. Only in views behind `auth_required` or `administrators_only`."""
    caller = g.caller
    assert isinstance(caller, Caller)
    return caller


def caller_or_none() -> Caller | None:
    """Who asks, if anybody said so; usable at any point of a request."""
    found: Caller | None = g.get("caller")
    return found


class AccessTokens:
    """Checks access tokens offline. A client sends the same one for ten minutes: its signature is checked once.

    Whether its session has ended since is looked up in this process's memory each time.
    """

    def __init__(self, verifier: Verifier, ended: EndedSessions, *, kept: int = 10_000) -> None:
        self._verifier, self._ended, self._max = verifier, ended, kept
        self._known: OrderedDict[str, tuple[Caller, int]] = OrderedDict()

    def caller(self, token: str) -> Caller:
        """Who a token speaks for. Raises Problem 401."""
        found = self._known.get(token)
        if found is None or found[1] <= time():
            found = self._check(token)
            self._known[token] = found
            if len(self._known) > self._max:
                self._known.popitem(last=False)
        if found[0].session_id in self._ended:
            raise _unauthorized("session_ended", "This session has ended; sign in again.")
        return found[0]

    def _check(self, token: str) -> tuple[Caller, int]:
        try:
            claims = AccessClaims.model_validate(self._verifier.claims(token))
            return Caller(claims.user_id, claims.session_id, claims.role), claims.exp
        except InvalidToken as error:
            if error.expired:
                raise _unauthorized("token_expired", "The access token has expired; refresh it.") from None
            raise _unauthorized("invalid_token", "The access token is not valid.") from None
        except ValueError:
            raise _unauthorized("invalid_token", "The access token is not valid.") from None


def init_auth(
    app: Flask,
    signer: Signer,
    service_key: str,
    *,
    ended: EndedSessions,
    still_administrator: Callable[[int], bool],
) -> None:
    """Guard every route of `app` by what it declares."""
    tokens = AccessTokens(Verifier(signer.key_set, issuer=ISSUER, audience=AUDIENCE), ended)

    def check_user() -> Caller:
        return tokens.caller(_bearer_token())

    def check_administrator() -> Caller:
        caller = check_user()
        if caller.role != "administrator" or not still_administrator(caller.user_id):
            raise Problem(403, "administrators_only", "Only administrators of this installation may do that.")
        return caller

    def check_service() -> None:
        offered = request.headers.get(SERVICE_KEY_HEADER, "")
        if not hmac.compare_digest(offered.encode(), service_key.encode()):
            raise Problem(401, "service_key_required", "This path is for Flack's own services.")

    authenticate_with(app, PUBLIC, lambda: None)
    authenticate_with(app, USER, check_user)
    authenticate_with(app, ADMINISTRATOR, check_administrator)
    authenticate_with(app, SERVICE, check_service)

    @app.before_request
    def authenticate() -> None:
        g.caller = None
        route = current_route()
        if route is not None:
            g.caller = current_app.extensions["flack_auth"][route.auth]()


def _bearer_token() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise _unauthorized("token_required", "Send an access token as Authorization: Bearer.")
    return token.strip()


def _unauthorized(code: str, detail: str) -> Problem:
    error = "" if code == "token_required" else ', error="invalid_token"'
    return Problem(401, code, detail, headers={"WWW-Authenticate": f'Bearer realm="flack"{error}'})
