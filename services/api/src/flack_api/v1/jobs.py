"""v1's deferred requests: what a POST or PUT of a message answers later at its status resource."""

from collections.abc import Callable
from typing import Any

from flack_domain.actions import messages, v1_jobs
from flack_domain.errors import DomainError
from flack_domain.queries import v1 as v1_queries
from flack_domain.rendering.v1_objects import with_links
from flask import Response

from flack_api.context import actor, session
from flack_api.http.problems import Problem, problem_of
from flack_api.v1.answers import answer, empty, refused, status_of
from flack_api.v1.mounts import absolute, mount, status_path

Job = str
"""The id of a job."""


def post(read_source: Callable[[], str]) -> Job:
    """Store a message now. Its job is finished when its links are expanded."""
    try:
        return v1_jobs.post(session(), actor(), source=read_source())
    except (Problem, DomainError) as error:
        return _refuse(problem_of(error))


def edit(message_id: int, read_source: Callable[[], str | None]) -> Job:
    """Edit a message now; None for a source means no change. Decides in v1's order: unknown, not one's own, body."""
    try:
        message = v1_queries.message(session(), message_id)
        if message is None:
            raise Problem(404, "not_found", "There is no such message.")
        if message.user_id != actor().id:
            raise Problem(403, "forbidden", "Only its author may change a message.")
        source = read_source()
        if source is not None:
            messages.edit(session(), actor(), message.channel_id, message_id, source=source)
    except (Problem, DomainError) as error:
        return _refuse(problem_of(error))
    return v1_jobs.answered(session(), actor(), answer={"status": 204})


def accepted(job: Job) -> Response:
    """202 with the job's status resource."""
    return empty(202, {"Location": absolute(status_path(job))})


def replayed(stored: dict[str, Any]) -> Response:
    """The answer that a finished job kept, with the paths of the mount that it is asked through."""
    if "message" in stored:
        message = with_links(stored["message"], mount())
        return answer(message, stored["status"], {"Location": absolute(message["_links"]["self"])})
    if "error" in stored:
        return refused(stored["status"], stored["error"])
    return empty(stored["status"])


def _refuse(problem: Problem) -> Job:
    stored = {"status": status_of(problem), "error": problem.detail}
    return v1_jobs.answered(session(), actor(), answer=stored)
