"""The scale page, for administrators: what runs, how much of it, and why. worker writes the snapshot."""

from flack_contracts.scale import SCALE_SNAPSHOT_KEY, SCALE_WATCHED_KEY
from flack_contracts.tokens import AccessClaims
from flack_kit.jwt import InvalidToken
from flask import Blueprint, Response, abort
from redis.exceptions import RedisError
from werkzeug.wrappers import Response as AnyResponse

from flack_web import session
from flack_web.api import ApiAway
from flack_web.context import services
from flack_web.shell import shell

WATCHED_SECONDS = 10

blueprint = Blueprint("scale", __name__)


@blueprint.get("/scale")
@session.sign_in_first
def scale() -> AnyResponse | None:
    """The page. To everybody else it does not exist."""
    state = session.ask(lambda token: services().api.state(token, session.client_address()))
    if state is None:
        return None
    if state["user"]["role"] != "administrator":
        abort(404)
    return shell("scale", state, title="Scale · Flack")


@blueprint.get("/scale/snapshot")
def snapshot() -> Response:
    """The newest snapshot, as it lies in Redis; 204 while there is none."""
    if not _is_administrator():
        abort(404)
    try:
        pipe = services().redis.pipeline(transaction=False)
        pipe.set(SCALE_WATCHED_KEY, 1, ex=WATCHED_SECONDS)  # somebody looks: snapshots come every 2 s
        pipe.get(SCALE_SNAPSHOT_KEY)
        _, found = pipe.execute()
    except RedisError as error:
        raise ApiAway from error
    response = Response(found or b"", 200 if found else 204, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _is_administrator() -> bool:
    """Checked offline, so that the page goes on showing what happens while api is at its limit."""
    known = session.current()
    known = session.renewed(known) if known else None
    if known is None:
        return False
    try:
        claims = AccessClaims.model_validate(services().verifier.claims(known.access_token))
    except InvalidToken:
        return False
    return claims.role == "administrator"
