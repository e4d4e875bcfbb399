"""What v1's Socket.IO clients do, as realtime reports it. Guarded by the service key, below `/internal/v1`."""

from flack_contracts.base import Contract
from flack_contracts.internal import V1Event, V1Outcome
from flack_domain.actions import messages, presence
from flack_domain.actor import Actor
from flack_domain.errors import DomainError
from flack_domain.names import source as checked_source
from flack_domain.queries.channels import general_id
from flask import Blueprint
from pydantic import ValidationError

from flack_api.context import session
from flack_api.http import Problem, body, returns, service_only
from flack_api.http.bodies import raw_body
from flack_api.http.limits import count_for
from flack_api.v1.authentication import seen, user_of
from flack_api.v1.pushes import push_user

events = Blueprint("v1_events", __name__, url_prefix="/internal/v1")


class Disconnected(Contract):
    """Whose last socket was closed."""

    user_id: int


@events.post("/events")
@service_only
@returns(V1Outcome)
def handle_event() -> V1Outcome:
    """Carry out `ping_user` (token) or `post_message` (data, token). What is invalid changes nothing.

    The arguments are whatever a client sent, NUL characters included, so they are not checked as a body of v2 is.
    """
    event = _event()
    arguments = event.args
    token = arguments[_TOKEN_AT[event.name]] if len(arguments) > _TOKEN_AT[event.name] else None
    user = user_of(token)
    if user is None:
        return V1Outcome(outcome="expired_token")
    count_for(user.id)
    if event.name == "post_message":
        source = _source(arguments[0])
        if source is None:
            return V1Outcome(outcome="ignored")
        seen(user.id)
        messages.post(session(), Actor(user.id, user.role), general_id(session()), source=source)
    else:
        seen(user.id)
    return V1Outcome(outcome="accepted", user_id=user.id)


@events.post("/offline")
@service_only
@body(Disconnected)
@returns(None, 204)
def set_offline(disconnected: Disconnected) -> None:
    """The last socket of a user was closed: they are offline, and everybody is told if they were not."""
    if presence.offline(session(), disconnected.user_id):
        push_user(disconnected.user_id)


def _event() -> V1Event:
    try:
        return V1Event.model_validate_json(raw_body())
    except ValidationError as error:
        raise Problem.of_validation(error, "body") from None


_TOKEN_AT = {"ping_user": 0, "post_message": 1}


def _source(data: object) -> str | None:
    value = data.get("source") if isinstance(data, dict) else None
    if not isinstance(value, str):
        return None
    try:
        return checked_source(value)
    except DomainError:
        return None
