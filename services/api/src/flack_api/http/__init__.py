"""What every route is made of: who may call it, what goes in, what comes out, and how it fails.

Nothing in this package knows the chat. A view reads as its decorators, a docstring and one action.
"""

from flack_api.http.answers import Answer, returns
from flack_api.http.auth import administrators_only, auth_required, current_user, public, service_only
from flack_api.http.bodies import Body, body
from flack_api.http.lines import lines
from flack_api.http.problems import Problem
from flack_api.http.queries import Query, query
from flack_api.http.routes import refuses, route_of

__all__ = [
    "Answer",
    "Body",
    "Problem",
    "Query",
    "administrators_only",
    "auth_required",
    "body",
    "current_user",
    "lines",
    "public",
    "query",
    "refuses",
    "returns",
    "route_of",
    "service_only",
]
