"""Whether a session is still alive: access tokens alone do not tell."""

from flack_domain import queries
from flask import Blueprint

from flack_api.context import session
from flack_api.http import Problem, returns, service_only

tokens = Blueprint("tokens", __name__)


@tokens.get("/sessions/<int:session_id>")
@service_only
@returns(None, 200)
def check_session(session_id: int) -> None:
    """Answers where the session is alive; 404 where it has ended or never was."""
    if not queries.sessions.alive(session(), session_id):
        raise Problem(404, "session_ended", "This session has ended.")
