"""Rate limits, counted for all replicas together (`shared_counts`), by Flask-Limiter.

The limit of views that declare none is counted here, in one hook, as Flask-Limiter would count it: to find out for each
request anew what holds for a view below its blueprints costs it several times as much. All others are Flask-Limiter's.

Answers carry `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset` (seconds), as in the IETF draft
"RateLimit header fields for HTTP"; Flask-Limiter alone would send the reset as a clock time.
"""

import hashlib
from collections.abc import Callable
from ipaddress import IPv6Address, IPv6Network
from time import time
from typing import Any

from flask import Flask, Response, current_app, g, request
from flask_limiter import Limiter, RequestLimit
from limits import parse, parse_many
from werkzeug.exceptions import TooManyRequests

from flack_api.http.auth import SERVICE, caller_or_none
from flack_api.http.bodies import read_json
from flack_api.http.problems import Problem
from flack_api.http.routes import View, current_route, route_of
from flack_api.http.shared_counts import SCHEME
from flack_api.settings import ApiSettings

_PERSON = "flack_person_limit"
_PREFIX = "flack:limits"
SIGN_IN, SIGN_UP, OWN_PASSWORD = "sign_in", "sign_up", "own_password"


def limited(name: str) -> Callable[[View], View]:
    """Put a view under the stricter limits of `SIGN_IN`, `SIGN_UP` or `OWN_PASSWORD`, whose numbers are settings.

    All views of one name share its budget: the same password can be tried at several.
    """

    def decorate(view: View) -> View:
        route_of(view).limit = name
        return view

    return decorate


def address_key() -> str:
    """The address that the request came from, as the trusted proxies tell it; of IPv6 the network of a subscriber."""
    address = request.remote_addr or ""
    if ":" in address:
        address = _network(address)
    return f"address:{address}"


def _network(address: str) -> str:
    try:
        parsed = IPv6Address(address)
    except ValueError:
        return address
    return str(parsed.ipv4_mapped or IPv6Network((parsed, 64), strict=False))


def caller_key() -> str:
    """Whose requests are counted together: a person's, or an address's while nobody is signed in."""
    caller = caller_or_none()
    return f"user:{caller.user_id}" if caller else address_key()


def nickname_key() -> str:
    """The nickname that somebody tries to sign in with, hashed: names are no keys to show in Redis.

    It is read where the view reads it: what the view ignores must not choose what is counted.
    """
    if _reads_body():
        nickname = _body().get("nickname")
    else:
        nickname = request.authorization.username if request.authorization else None
    digest = hashlib.sha256(str(nickname).encode(errors="replace")).hexdigest()[:32]
    return f"nickname:{digest}"


def init_limits(app: Flask, settings: ApiSettings) -> None:
    """Limit every route of `app`. Called last: limits count by caller, and are put on views that are there."""
    limiter = Limiter(
        key_func=caller_key,
        app=app,
        default_limits=[settings.rate_limit_requests],
        storage_uri=f"{SCHEME}+{settings.redis_url.get_secret_value()}",
        strategy="fixed-window",
        key_prefix=_PREFIX,
        headers_enabled=False,
        enabled=settings.rate_limits_enabled,
    )
    strategy = limiter.limiter if settings.rate_limits_enabled else None
    app.extensions[_PERSON] = parse(settings.rate_limit_requests), strategy
    if settings.rate_limits_enabled:
        limiter.request_filter(_declares_none)
        _count_requests(app, limiter, settings)
    for endpoint in list(app.view_functions):
        app.view_functions[endpoint] = _limit(limiter, app.view_functions[endpoint], settings)

    @app.after_request
    def tell_limit(response: Response) -> Response:
        limit: RequestLimit | None = g.get("request_limit") or limiter.current_limit
        if limit is not None:
            seconds = str(max(1, int(limit.reset_at - time())))
            response.headers["RateLimit-Limit"] = str(limit.limit.amount)
            response.headers["RateLimit-Remaining"] = str(max(0, limit.remaining))
            response.headers["RateLimit-Reset"] = seconds
            if response.status_code == 429:
                response.headers["Retry-After"] = seconds
        return response


def _count_requests(app: Flask, limiter: Limiter, settings: ApiSettings) -> None:
    """Count each request to a view that declares no limit, by view and by who asks; our own services are free."""
    limits = sorted(parse_many(settings.rate_limit_requests))

    @app.before_request
    def count_request() -> None:
        route = current_route()
        if route is None or route.limit is not None or route.auth == SERVICE:
            return
        assert request.endpoint is not None
        names = [_PREFIX, caller_key(), request.endpoint]
        for limit in limits:
            counted = RequestLimit(limiter, limit, names, breached=False, shared=False)
            if not limiter.limiter.hit(limit, *names):
                g.request_limit = counted
                raise TooManyRequests(str(limit))
            g.setdefault("request_limit", counted)


def count_for(user_id: int) -> None:
    """Count what one of our services asks in somebody's name as a request of theirs. Raises Problem (429)."""
    limit, strategy = current_app.extensions[_PERSON]
    if strategy is not None and not strategy.hit(limit, f"user:{user_id}", "in their name"):
        raise Problem(429, "rate_limited", f"Too many requests: {limit}.")


def _limit(limiter: Limiter, view: View, settings: ApiSettings) -> View:
    """The view under the limits that it declares."""
    limited_view: View = view
    name = route_of(view).limit
    if name == SIGN_UP:
        limited_view = limiter.shared_limit(settings.rate_limit_sign_up, name, key_func=address_key)(view)
    elif name == SIGN_IN:
        by_address = limiter.shared_limit(
            settings.rate_limit_sign_in_address, name, key_func=address_key, exempt_when=_is_refresh
        )
        by_nickname = limiter.shared_limit(
            settings.rate_limit_sign_in,
            name,
            key_func=nickname_key,
            deduct_when=_is_refusal,
            exempt_when=_is_refresh,
        )
        by_refresh = limiter.shared_limit(
            settings.rate_limit_refresh,
            "refresh",
            key_func=address_key,
            exempt_when=lambda: not _is_refresh(),
        )
        limited_view = by_nickname(by_address(by_refresh(view)))
    elif name == OWN_PASSWORD:
        limited_view = limiter.shared_limit(
            settings.rate_limit_sign_in,
            name,
            key_func=caller_key,
            deduct_when=_is_refusal,
            exempt_when=lambda: "current_password" not in _body(),
            override_defaults=False,
        )(view)
    return limited_view


def _body() -> dict[str, Any]:
    try:
        body = read_json()
    except Problem:
        return {}  # the view will say what is wrong with it
    return body if isinstance(body, dict) else {}


def _declares_none() -> bool:
    """Whether there is nothing to do for Flask-Limiter."""
    route = current_route()
    return route is not None and route.limit is None


def _reads_body() -> bool:
    route = current_route()
    return route is not None and route.body is not None


def _is_refresh() -> bool:
    """Refreshing costs no password check, and its tokens cannot be guessed: it has a wider limit of its own."""
    return _reads_body() and _body().get("grant") == "refresh"


def _is_refusal(response: Response) -> bool:
    return 400 <= response.status_code < 500
