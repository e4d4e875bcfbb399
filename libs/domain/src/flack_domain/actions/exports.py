"""A person's own data as JSON Lines, written piece by piece."""

from collections.abc import Iterator

from flack_contracts.base import Contract
from flack_contracts.tasks import Task
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from flack_domain import errors, models, shapes
from flack_domain.actions import tasks
from flack_domain.actor import Actor
from flack_domain.queries import preferences
from flack_domain.transaction import Transaction, action

KIND = "export"
PAGE = 1000


@action
def request(tx: Transaction, actor: Actor, *, most: int) -> Task:
    """Ask for an export. The caller sends `flack_contracts.tasks.EXPORT_RUN` with the task's id.

    Raises `ExportsUnderWay` where `most` of the actor's are not finished.
    """
    # Who asks twice at once is counted one after the other.
    tx.session.execute(
        select(models.User.id).where(models.User.id == actor.id).with_for_update(key_share=True)
    )
    if tasks.unfinished(tx.session, actor, kind=KIND) >= most:
        raise errors.ExportsUnderWay
    return shapes.task(tasks.queued(tx, actor, kind=KIND, arguments={}))


def build(session: Session, task_id: str, *, page: int = PAGE) -> bool:
    """Carry an export out, from its beginning also where an earlier worker died. False where it was not to be done."""
    work = tasks.start(session, task_id)
    if work is None or work.kind != KIND:
        return False
    if not _clear(session, work):
        return False
    size = written = chunks = 0
    total = session.scalar(select(func.count()).where(models.Message.user_id == work.user_id)) or 0
    session.rollback()
    for number, (body, messages) in enumerate(_chunks(session, work.user_id, page)):
        written += messages
        if not _append(session, work, number=number, body=body, written=written, total=max(total, written)):
            return False
        size, chunks = size + len(body), number + 1
    return tasks.finish(session, work, result={"bytes": size, "chunks": chunks, "messages": written})


def _chunks(session: Session, user_id: int, page: int) -> Iterator[tuple[bytes, int]]:
    """JSON Lines and how many messages are in them: first who one is and where, then what one wrote, by id."""
    yield _about(session, user_id), 0
    after = 0
    while True:
        query = select(models.Message).where(models.Message.user_id == user_id, models.Message.id > after)
        rows = session.scalars(query.order_by(models.Message.id).limit(page)).all()
        if not rows:
            break
        after = rows[-1].id
        body = b"".join(_line("message", shapes.message(row)) for row in rows)
        session.rollback()
        session.expunge_all()
        yield body, len(rows)


def _about(session: Session, user_id: int) -> bytes:
    user = session.get_one(models.User, user_id, populate_existing=True)
    rows = session.execute(
        select(models.Channel, models.Membership)
        .join(models.Membership, models.Membership.channel_id == models.Channel.id)
        .where(models.Membership.user_id == user_id)
        .order_by(models.Channel.id),
        execution_options={"populate_existing": True},
    )
    lines = [_line("user", shapes.user(user)), _line("preferences", preferences.get(session, user_id))]
    lines += [_line("channel", shapes.channel_state(channel, member, None)) for channel, member in rows]
    session.rollback()
    return b"".join(lines)


def _line(kind: str, value: Contract) -> bytes:
    return b'{"kind":"%b","%b":%b}\n' % (kind.encode(), kind.encode(), value.model_dump_json().encode())


@action
def _clear(tx: Transaction, work: tasks.Work) -> bool:
    row = tasks.held(tx, work)
    if row is None:
        return False
    tx.session.execute(delete(models.TaskChunk).where(models.TaskChunk.task_id == row.id))
    return True


@action
def _append(tx: Transaction, work: tasks.Work, *, number: int, body: bytes, written: int, total: int) -> bool:
    row = tasks.held(tx, work)
    if row is None:
        return False
    tx.session.add(models.TaskChunk(task_id=row.id, number=number, body=body))
    row.progress, row.total, row.updated_at = written, total, tx.now
    return True
