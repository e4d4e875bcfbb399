"""One's own data, as a file."""

from flack_contracts.tasks import EXPORT_RUN, Task
from flack_domain import actions
from flask import Blueprint

from flack_api.context import actor, session
from flack_api.http import Answer, auth_required, refuses, returns
from flack_api.http.answers import deferrable
from flack_api.services import services
from flack_api.v2.tasks import accepted

exports = Blueprint("exports", __name__)


@exports.post("/exports")
@auth_required
@deferrable
@refuses(409)
@returns(Task, 202, located=True)
def request_export() -> Answer:
    """Ask for a file with all your messages and channels. It is made later: see the task in `Location`."""
    task = actions.exports.request(session(), actor(), most=services().settings.exports_per_user)
    services().tasks.send(EXPORT_RUN, task_id=task.id)
    return accepted(task)
