"""The original API, frozen and deprecated: a thin translation onto the same actions as v2.

docs/migrating-from-v1.md says what stands in its place.
"""

from flask import Blueprint, Flask

from flack_api.http.problems import render_problems_with
from flack_api.v1.answers import render_problem, tell_deprecation
from flack_api.v1.authentication import init_authentication
from flack_api.v1.docs import docs
from flack_api.v1.events import events
from flack_api.v1.messages import messages
from flack_api.v1.mounts import ORIGINAL, VERSIONED
from flack_api.v1.stats import init_statistics, stats
from flack_api.v1.tasks import tasks
from flack_api.v1.tokens import tokens
from flack_api.v1.users import users


def init_app(app: Flask) -> None:
    """Serve v1 at its original paths and below `/api/v1`."""
    settings = app.extensions["flack_services"].settings
    init_authentication(app, anonymous_read=settings.v1_anonymous_read)
    init_statistics(app)
    render_problems_with(app, render_problem)
    app.after_request(tell_deprecation)
    app.register_blueprint(_blueprint("v1_original", ORIGINAL, beside=""))
    app.register_blueprint(_blueprint("v1", VERSIONED, beside=VERSIONED))
    app.register_blueprint(docs)
    app.register_blueprint(events)


def _blueprint(name: str, mount: str, *, beside: str) -> Blueprint:
    """v1 at one mount; the status of jobs and the statistics stand `beside` it."""
    whole = Blueprint(name, __name__)
    for feature in (users, tokens, messages):
        whole.register_blueprint(feature, url_prefix=mount)
    for feature in (tasks, stats):
        whole.register_blueprint(feature, url_prefix=beside or None)
    return whole
