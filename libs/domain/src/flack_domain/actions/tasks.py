"""Deferred requests: asked for by api, carried out by the worker."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from flack_contracts.tasks import Task
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from flack_domain import models, shapes
from flack_domain.actor import Actor
from flack_domain.queries.tasks import own, parse_id
from flack_domain.transaction import Transaction, action

MAX_ATTEMPTS = 5
BUSY = timedelta(seconds=10)
"""A running task reports far more often. One that was silent for longer may be begun again."""
_OPEN = ("queued", "running")


@dataclass(frozen=True, slots=True)
class Work:
    """What the worker is to do."""

    id: str
    kind: str
    user_id: int
    arguments: dict[str, Any]
    attempt: int
    """The how manieth: a task may be begun again while an earlier one, thought dead, still works on it."""


@dataclass(frozen=True, slots=True)
class Stalled:
    """A task that nobody works on: to be sent again."""

    id: str
    kind: str


def queued(
    tx: Transaction, actor: Actor, *, kind: str, arguments: dict[str, Any], total: int | None = None
) -> models.Task:
    """Note that something is to be done for the actor: the new row. The caller sends it to the worker by its id."""
    row = models.Task(
        id=uuid4(),
        kind=kind,
        user_id=actor.id,
        arguments=arguments,
        state="queued",
        progress=0,
        total=total,
        attempts=0,
        created_at=tx.now,
        updated_at=tx.now,
    )
    tx.session.add(row)
    return row


def unfinished(session: Session, actor: Actor, *, kind: str) -> int:
    """How many tasks of a kind the actor asked for that have not ended."""
    table = models.Task
    query = select(func.count()).where(table.user_id == actor.id, table.kind == kind, table.state.in_(_OPEN))
    return session.scalar(query) or 0


@action
def start(tx: Transaction, task_id: str) -> Work | None:
    """Take a task up, also once more after its worker died. None where it is finished, cancelled, unknown, being worked
    on (it may have been sent twice), or was begun five times without an end: then it has failed."""
    row = locked(tx, task_id)
    if row is None or row.state not in _OPEN:
        return None
    if row.state == "running" and abs(tx.now - row.updated_at) < BUSY:
        return None
    if row.attempts >= MAX_ATTEMPTS:
        end(tx, row, "failed", error="It was begun several times and never came to its end.")
        return None
    row.state, row.updated_at = "running", tx.now
    row.attempts += 1
    return Work(id=task_id, kind=row.kind, user_id=row.user_id, arguments=row.arguments, attempt=row.attempts)


@action
def finish(tx: Transaction, work: Work, *, result: dict[str, Any] | None = None) -> bool:
    """A task came to its end. False where it is not ours any more (`held`)."""
    row = held(tx, work)
    if row is not None:
        end(tx, row, "done", result=result)
    return row is not None


@action
def fail(tx: Transaction, task_id: str, *, error: str) -> None:
    """A task cannot be carried out. `error` is shown to its owner."""
    row = locked(tx, task_id)
    if row is not None and row.state in _OPEN:
        end(tx, row, "failed", error=error)


@action
def cancel(tx: Transaction, actor: Actor, task_id: str) -> Task:
    """Stop one's own task; one that has ended stays as it is. Raises `NotFound`."""
    locked(tx, task_id)
    row = own(tx.session, actor, task_id)
    if row.state in _OPEN:
        end(tx, row, "cancelled")
    return shapes.task(row)


@action
def stalled(tx: Transaction, *, queued_seconds: float = 30, running_seconds: float = 3600) -> list[Stalled]:
    """Tasks that nobody took up, or that nobody reported on for long: they are queued again. Each is given out once in
    that time."""
    table = models.Task
    rows = tx.session.scalars(
        select(table)
        .where(
            or_(
                (table.state == "queued") & (table.updated_at < tx.now - timedelta(seconds=queued_seconds)),
                (table.state == "running") & (table.updated_at < tx.now - timedelta(seconds=running_seconds)),
            )
        )
        .order_by(table.updated_at)
        .limit(500)
        .with_for_update(skip_locked=True),
        execution_options={"populate_existing": True},
    ).all()
    if rows:
        tx.session.execute(
            update(table)
            .where(table.id.in_([row.id for row in rows]))
            .values(state="queued", updated_at=tx.now)
        )
    return [Stalled(id=str(row.id), kind=row.kind) for row in rows]


def held(tx: Transaction, work: Work) -> models.Task | None:
    """A running task, locked; None where it has ended or was begun again since: then it is not ours to go on with."""
    row = locked(tx, work.id)
    return row if row is not None and row.state == "running" and row.attempts == work.attempt else None


def locked(tx: Transaction, task_id: str) -> models.Task | None:
    """A task as it is now, locked until the transaction ends; None where there is none."""
    id: UUID | None = parse_id(task_id)
    if id is None:
        return None
    return tx.session.get(models.Task, id, populate_existing=True, with_for_update=True)


def end(
    tx: Transaction,
    row: models.Task,
    state: str,
    *,
    result: dict[str, Any] | None = None,
    error: str | None = None,
) -> None:
    """End a locked task."""
    row.state, row.result, row.error = state, result, error
    row.updated_at = row.finished_at = tx.now
    if state == "done" and row.total is not None:
        row.progress = row.total
