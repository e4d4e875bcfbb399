"""The file that an export made."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from flack_domain import errors
from flack_domain.actor import Actor
from flack_domain.models import TaskChunk
from flack_domain.queries.tasks import own


def chunks(session: Session, actor: Actor, task_id: str) -> Iterator[bytes]:
    """The export's JSON Lines, a chunk at a time. Raises `NotFound` at once where it is none of the actor's, done."""
    task = own(session, actor, task_id)
    if task.kind != "export" or task.state != "done":
        raise errors.NotFound
    count = int((task.result or {}).get("chunks", 0))
    return _read(session, task_id, count)


def _read(session: Session, task_id: str, count: int) -> Iterator[bytes]:
    for number in range(count):
        body = session.scalars(
            select(TaskChunk.body).where(TaskChunk.task_id == task_id, TaskChunk.number == number)
        ).one()
        session.rollback()  # whoever reads slowly, or not at all, holds no connection
        yield body
