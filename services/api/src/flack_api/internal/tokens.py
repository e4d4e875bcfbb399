"""Whether a session is still alive: access tokens alone do not tell."""

from datetime import timedelta
from typing import Annotated

from flack_contracts.internal import EndedSessions
from flack_domain import clock, queries
from flask import Blueprint
from pydantic import Field

from flack_api.context import session
from flack_api.http import Problem, Query, query, returns, service_only

tokens = Blueprint("tokens", __name__)


class Lately(Query):
    """Within how many seconds."""

    seconds: Annotated[int, Field(ge=1, le=3600)]


@tokens.get("/sessions/ended")
@service_only
@query(Lately)
@returns(EndedSessions)
def read_ended(lately: Lately) -> EndedSessions:
    """The sessions that have ended lately."""
    since = clock.now() - timedelta(seconds=lately.seconds)
    return EndedSessions(session_ids=list(queries.sessions.ended_since(session(), since)))


@tokens.get("/sessions/<int:session_id>")
@service_only
@returns(None, 200)
def check_session(session_id: int) -> None:
    """Answers where the session is alive; 404 where it has ended or never was."""
    if not queries.sessions.alive(session(), session_id):
        raise Problem(404, "session_ended", "This session has ended.")
