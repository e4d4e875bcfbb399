"""`Idempotency-Key` on every POST of v2: a retry gets the first answer again, and nothing happens twice.

What was answered is kept by the action itself, in its own transaction (`flack_domain.idempotency`); here it is only
matched with the request. Signing in and inviting keep nothing: their answers are secrets.
"""

import hashlib
import hmac
from functools import wraps
from typing import Any

from flack_domain import idempotency
from flask import Flask, Response, request

from flack_api.context import session
from flack_api.http.auth import caller_or_none
from flack_api.http.problems import Problem
from flack_api.http.routes import View, route_of
from flack_api.services import services

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
MAX_KEY = 255


def init_idempotency(app: Flask, prefix: str) -> None:
    """Let every POST below `prefix` heed the header. Called when all routes are there."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        is_post = rule.rule.startswith(prefix + "/") and "POST" in (rule.methods or ())
        if is_post and route_of(view).keeps_answer:
            app.view_functions[rule.endpoint] = _once(view)


def _once(view: View) -> View:
    @wraps(view)
    def once(**arguments: Any) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return _response(view(**arguments))
        if not 1 <= len(key) <= MAX_KEY or not key.isascii() or not key.isprintable():
            raise Problem(400, "invalid_idempotency_key", f"{HEADER} takes 1 to {MAX_KEY} ASCII characters.")
        with idempotency.key(session(), scope=_scope(), key=key, fingerprint=fingerprint()) as kept:
            response = _response(view(**arguments))
        if kept.replayed:
            response.headers[REPLAYED] = "true"
        return response

    return once


def _scope() -> str:
    caller = caller_or_none()
    return f"user:{caller.user_id}" if caller else "anonymous"


def fingerprint() -> bytes:
    """What tells this request from another with the same key: a keyed hash.

    The database does not hold its key: bodies may hold passwords, which its readers could try out else.
    """
    secret = services().settings.service_key.get_secret_value().encode()
    digest = hmac.new(secret, f"{request.method} {request.path}\n".encode(), hashlib.sha256)
    digest.update(request.get_data())
    return digest.digest()


def _response(answered: Any) -> Response:
    assert isinstance(answered, Response)
    return answered
