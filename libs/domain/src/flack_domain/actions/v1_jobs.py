"""v1's deferred requests. A job keeps the answer that its status resource replays for a day.

What a job is about is done at once, in the request, so that a sender's messages keep their order. The job of a
message with links is finished when the worker has expanded them, because v1's answer holds the expansions.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from flack_contracts.chat import Message
from sqlalchemy import select
from sqlalchemy.orm import Session

from flack_domain import clock, models, shapes
from flack_domain.actions.posting import post as post_message
from flack_domain.actor import Actor
from flack_domain.outbox import V1Message
from flack_domain.queries.channels import general_id
from flack_domain.queries.v1 import message as find_message
from flack_domain.rendering import v1
from flack_domain.rendering.v1_objects import message_fields
from flack_domain.transaction import Transaction, action

KIND = "v1.message"
PATIENCE = timedelta(seconds=60)
"""How long an answer waits for expansions before it is given without."""

Answer = dict[str, Any]
"""`status`, and `message` (its fields) or `error` (a text) where the answer has a body."""


def post(session: Session, actor: Actor, *, source: str) -> str:
    """Post to `general`, with a job beside it in the same transaction. Answers the job's id.

    Raises as `messages.post`.
    """
    jobs: list[models.Task] = []

    def add_job(message: Message) -> None:
        now = message.created_at
        posted = V1Message(message.id, message.user_id, message.source, now, now, [])
        waits = v1.has_pages(message.source)
        job = _job(actor.id, None if waits else _posted(posted))
        job.arguments = {"message_id": message.id}
        session.add(job)
        jobs.append(job)

    post_message(session, actor, general_id(session), source=source, alongside=add_job)
    return str(jobs[0].id)


@action
def answered(tx: Transaction, actor: Actor, *, answer: Answer) -> str:
    """A job that is finished already. Answers its id."""
    job = _job(actor.id, answer)
    tx.session.add(job)
    return str(job.id)


@action
def expanded(tx: Transaction, message_id: int) -> None:
    """The worker has done what it can for a message's links: its job is finished."""
    _finish(
        tx,
        tx.session.scalars(_waiting().where(models.Task.arguments["message_id"].as_integer() == message_id)),
    )


@action
def give_up(tx: Transaction) -> None:
    """Finish the jobs whose messages' links nobody expanded in time, without the expansions."""
    _finish(tx, tx.session.scalars(_waiting().where(models.Task.created_at < tx.now - PATIENCE).limit(100)))


def _waiting() -> Any:
    table = models.Task
    waiting = select(table).where(table.kind == KIND, table.state == "running")
    return waiting.with_for_update(skip_locked=True).execution_options(populate_existing=True)


def _finish(tx: Transaction, jobs: Iterable[models.Task]) -> None:
    for job in list(jobs):
        row = find_message(tx.session, job.arguments["message_id"])
        message = shapes.v1_message(row) if row is not None else None
        gone = {"status": 404, "error": "The message was deleted."}
        job.result = gone if message is None else _posted(message)
        job.state, job.finished_at, job.updated_at = "done", tx.now, tx.now


def _posted(message: V1Message) -> Answer:
    return {"status": 201, "message": message_fields(message)}


def _job(user_id: int, answer: Answer | None) -> models.Task:
    now = clock.now()
    return models.Task(
        id=uuid4(),
        kind=KIND,
        user_id=user_id,
        arguments={},
        state="running" if answer is None else "done",
        progress=0,
        attempts=0,
        result=answer,
        created_at=now,
        updated_at=now,
        finished_at=None if answer is None else now,
    )
