"""The status resource of jobs: it is the job's answer once there is one. No credentials: the id is the secret."""

from datetime import UTC, datetime, timedelta

from flack_domain.actions import v1_jobs
from flack_domain.queries import tasks as task_queries
from flask import Blueprint, Response

from flack_api.context import session
from flack_api.http.auth import public
from flack_api.http.problems import Problem
from flack_api.v1 import jobs

tasks = Blueprint("tasks", __name__)

KEPT = timedelta(hours=24)


@tasks.get("/tasks/status/<job>")
@public
def read_status(job: str) -> Response:
    """202 while the job runs, then the job's own answer, for 24 hours."""
    found = task_queries.answer(session(), job)
    if found is None or found.kind != v1_jobs.KIND or _forgotten(found.finished_at):
        raise Problem(404, "not_found", "There is no such job, or its answer is no longer kept.")
    if found.state in ("queued", "running"):
        return jobs.accepted(job)
    if found.state != "done" or found.result is None:
        raise Problem(500, "job_failed", "The job could not be finished.")
    return jobs.replayed(found.result)


def _forgotten(finished_at: datetime | None) -> bool:
    return finished_at is not None and datetime.now(UTC) - finished_at > KEPT
