"""Deferred requests: how far they are, and what they made."""

from collections.abc import Iterator
from uuid import UUID

from flack_contracts.tasks import Task
from flack_domain import actions, queries
from flask import Blueprint, request

from flack_api.context import actor, session
from flack_api.http import Answer, auth_required, returns
from flack_api.http.answers import streams

tasks = Blueprint("tasks", __name__)


def accepted(task: Task) -> Answer:
    """202: the task is done later, and this is where to look. It is always so; who prefers it is told (RFC 7240)."""
    headers = {"Location": f"/api/v2/tasks/{task.id}"}
    preferred = {
        name.partition(";")[0].strip().lower() for name in request.headers.get("Prefer", "").split(",")
    }
    if "respond-async" in preferred:
        headers["Preference-Applied"] = "respond-async"
    return Answer(task, headers=headers)


@tasks.get("/tasks/<uuid:task_id>")
@auth_required
@returns(Task)
def read_task(task_id: UUID) -> Task:
    """How far one of your tasks is."""
    return queries.tasks.get(session(), actor(), str(task_id))


@tasks.delete("/tasks/<uuid:task_id>")
@auth_required
@returns(Task)
def cancel_task(task_id: UUID) -> Task:
    """Cancel one of your tasks."""
    return actions.tasks.cancel(session(), actor(), str(task_id))


@tasks.get("/tasks/<uuid:task_id>/download")
@auth_required
@streams("application/jsonl")
def download_task(task_id: UUID) -> Iterator[bytes]:
    """The file that a finished export made, as JSON Lines."""
    return queries.exports.chunks(session(), actor(), str(task_id))
