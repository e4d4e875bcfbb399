"""Deferred requests."""

from uuid import UUID

from flack_contracts.tasks import Task
from sqlalchemy.orm import Session

from flack_domain import errors, models, shapes
from flack_domain.actor import Actor


def get(session: Session, actor: Actor, task_id: str) -> Task:
    """One of the actor's own tasks. Raises `NotFound`."""
    return shapes.task(own(session, actor, task_id))


def own(session: Session, actor: Actor, task_id: str) -> models.Task:
    """Its row. Raises `NotFound`."""
    row = answer(session, task_id)
    if row is None or row.user_id != actor.id:
        raise errors.NotFound
    return row


def answer(session: Session, task_id: str) -> models.Task | None:
    """Any task, for v1's status resource, which asks for no credentials: the id is the secret."""
    id = parse_id(task_id)
    return session.get(models.Task, id, populate_existing=True) if id else None


def parse_id(task_id: str) -> UUID | None:
    """The id in its one spelling, or None."""
    try:
        parsed = UUID(task_id)
    except ValueError:
        return None
    return parsed if str(parsed) == task_id else None
