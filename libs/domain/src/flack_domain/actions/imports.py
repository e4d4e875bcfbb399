"""A channel's history from elsewhere: uploaded whole, then put in by the worker, a batch a transaction.

Messages keep their authors and times and stand behind what the channel holds already, in the order of the upload.
Each is an event of the channel's stream, but only the last one is pushed: an open client finds the gap, and one sync
brings it what it missed, or tells it to fetch the channel anew. So history costs readers one request, not thousands.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import orjson
from flack_contracts.chat import Message
from flack_contracts.events import MessagePosted, ReadPositionMoved
from flack_contracts.tasks import Task
from sqlalchemy import delete, exists, insert, select, text
from sqlalchemy.orm import Session

from flack_domain import errors, models, names, policy, shapes
from flack_domain.actions import tasks
from flack_domain.actor import Actor
from flack_domain.queries.tasks import parse_id
from flack_domain.queries.visible import locked
from flack_domain.rendering import v2
from flack_domain.transaction import Transaction, action

KIND = "import"
BATCH = 500
"""Messages of one transaction: some 50 ms for which others wait to post in the channel."""
MAX_LINES = 25_000
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)

_READ_ALL = text(
    "update memberships set last_read_position = :after "
    "where channel_id = :channel_id and last_read_position = :before returning user_id"
)
_READ_OWN = text(
    "update memberships set last_read_position = greatest(last_read_position, own.position) "
    "from unnest(cast(:user_ids as bigint[]), cast(:positions as bigint[])) as own(user_id, position) "
    "where channel_id = :channel_id and memberships.user_id = own.user_id"
)
_KNOWN = text(
    "select user_id, nonce from messages where channel_id = :channel_id and nonce = any(cast(:nonces as text[]))"
)

Row = dict[str, Any]


class Line(Protocol):
    """One message as it was uploaded."""

    nickname: str
    source: str
    created_at: datetime
    nonce: str | None


@action
def request(tx: Transaction, actor: Actor, channel_id: int, lines: Sequence[Line]) -> Task:
    """Keep an upload for the worker. The caller sends `flack_contracts.tasks.IMPORT_RUN` with the task's id.

    Raises `NotAnAdministrator`, `NotFound`, `DirectChannel`, `ChannelArchived`, `ImportUnderWay`, and `Invalid` with
    the line at fault: an unknown nickname, a time in the future or before the line above.
    """
    found = locked(tx.session, actor, channel_id)
    policy.may_import(found, actor)
    if tx.session.scalar(select(_open_import_into(channel_id))):
        raise errors.ImportUnderWay
    rows = _checked(tx, lines)
    task = tasks.queued(tx, actor, kind=KIND, arguments={"channel_id": channel_id}, total=len(rows))
    tx.session.flush()
    tx.session.add_all(
        models.TaskChunk(task_id=task.id, number=number, body=orjson.dumps(rows[start : start + BATCH]))
        for number, start in enumerate(range(0, len(rows), BATCH))
    )
    return shapes.task(task)


def run(session: Session, task_id: str) -> bool:
    """Put an upload into its channel, from where an earlier worker stopped. False where it did not come to its end."""
    work = tasks.start(session, task_id)
    if work is None or work.kind != KIND:
        return False
    channel_id = int(work.arguments["channel_id"])
    known = _known(session, task_id, channel_id)
    try:
        for number, rows in _chunks(session, task_id):
            for row in rows:
                row["html"] = v2.render(row["source"])
            if not _put(session, task_id, channel_id, number=number, rows=rows, known=known):
                return False
    except errors.DomainError as refusal:  # the channel was archived meanwhile
        tasks.fail(session, task_id, error=refusal.detail)
        return False
    _finish(session, task_id)
    return True


def _open_import_into(channel_id: int) -> Any:
    table = models.Task
    return exists().where(
        table.state.in_(("queued", "running")),
        table.kind == KIND,
        table.arguments["channel_id"].as_integer() == channel_id,
    )


def _checked(tx: Transaction, lines: Sequence[Line]) -> list[Row]:
    if not 1 <= len(lines) <= MAX_LINES:
        raise errors.Invalid(f"An import has 1 to {MAX_LINES} lines.")
    people = {line.nickname for line in lines}
    found = tx.session.execute(
        select(models.User.nickname, models.User.id).where(models.User.nickname.in_(people))
    )
    ids: dict[str, int] = {row.nickname: row.id for row in found}
    rows, before = [], _EARLIEST
    for number, line in enumerate(lines, 1):
        if line.nickname not in ids:
            raise errors.Invalid("Nobody here has this nickname.", field=f"line {number}.nickname")
        if not before <= line.created_at <= tx.now:
            raise errors.Invalid(
                "Times go up from line to line, from 1970 until now.", field=f"line {number}.created_at"
            )
        before = line.created_at
        try:
            row = {"source": names.source(line.source), "nonce": names.nonce(line.nonce)}
        except errors.Invalid as error:
            raise errors.Invalid(error.detail, field=f"line {number}.{error.field}") from None
        rows.append({**row, "user_id": ids[line.nickname], "created_at": line.created_at})
    return rows


def _chunks(session: Session, task_id: str) -> Iterator[tuple[int, list[Row]]]:
    chunk = models.TaskChunk
    done = session.scalar(select(models.Task.progress).where(models.Task.id == parse_id(task_id))) or 0
    number = done // BATCH
    while True:
        body = session.scalar(
            select(chunk.body).where(chunk.task_id == parse_id(task_id), chunk.number == number)
        )
        session.rollback()
        if body is None:
            return
        yield number, orjson.loads(body)
        number += 1


def _known(session: Session, task_id: str, channel_id: int) -> set[tuple[int, str]]:
    """Authors and nonces of the upload's messages that the channel holds already."""
    nonces = [row["nonce"] for _, rows in _chunks(session, task_id) for row in rows if row["nonce"]]
    known: set[tuple[int, str]] = set()
    if nonces:
        found = session.execute(_KNOWN, {"channel_id": channel_id, "nonces": nonces})
        known = {(user_id, nonce) for user_id, nonce in found}
    session.rollback()
    return known


@action
def _put(
    tx: Transaction,
    task_id: str,
    channel_id: int,
    *,
    number: int,
    rows: list[Row],
    known: set[tuple[int, str]],
) -> bool:
    """One batch, with the task's progress. False where the task is not ours to go on with."""
    channel = _locked_channel(tx, channel_id)
    task = tasks.locked(tx, task_id)
    if task is None or task.state != "running" or task.progress != number * BATCH:
        return False
    new = []
    for row in rows:
        key = (row["user_id"], row["nonce"])
        if row["nonce"] is None or key not in known:
            known.add(key)
            new.append(row)
    task.progress, task.updated_at = task.progress + len(rows), tx.now
    imported = (task.result or {}).get("imported", 0) + len(new)
    task.result = {"imported": imported, "skipped": task.progress - imported}
    if new:
        messages = _write(tx, channel, new)
        _tell(tx, channel, messages, is_last=task.progress == task.total)
    return True


def _locked_channel(tx: Transaction, channel_id: int) -> models.Channel:
    channel = tx.session.get(
        models.Channel, channel_id, populate_existing=True, with_for_update={"key_share": True}
    )
    if channel is None:
        raise errors.NotFound
    if channel.archived_at is not None:
        raise errors.ChannelArchived
    return channel


def _write(tx: Transaction, channel: models.Channel, rows: list[Row]) -> list[Message]:
    first = channel.last_position + 1
    values = [
        {
            **row,
            "channel_id": channel.id,
            "position": position,
            "created_at": datetime.fromisoformat(row["created_at"]),
            "updated_at": datetime.fromisoformat(row["created_at"]),
            "expansions_v1": [] if channel.is_general else None,
        }
        for position, row in enumerate(rows, first)
    ]
    ids = tx.session.scalars(
        insert(models.Message).returning(models.Message.id, sort_by_parameter_order=True), values
    )
    return [Message(id=id, **row) for id, row in zip(ids, values, strict=True)]


def _tell(tx: Transaction, channel: models.Channel, messages: list[Message], *, is_last: bool) -> None:
    """Log the messages. Who had read the channel to its end has read its history too, as who comes in later has."""
    before, after = channel.last_position, messages[-1].position
    for message in messages:
        pushed = is_last and message is messages[-1]
        tx.tell_channel(channel, MessagePosted(message=message), pushed=pushed)
    channel.last_position = after
    readers = tx.session.scalars(
        _READ_ALL, {"channel_id": channel.id, "before": before, "after": after}
    ).all()
    own = {message.user_id: message.position for message in messages}
    tx.session.execute(
        _READ_OWN, {"channel_id": channel.id, "user_ids": list(own), "positions": list(own.values())}
    )
    if readers:
        moved = ReadPositionMoved(channel_id=channel.id, position=after)
        tx.tell_users(dict.fromkeys(readers, moved))


@action
def _finish(tx: Transaction, task_id: str) -> None:
    task = tasks.locked(tx, task_id)
    if task is not None and task.state == "running":
        tasks.end(tx, task, "done", result=task.result)
        tx.session.execute(delete(models.TaskChunk).where(models.TaskChunk.task_id == task.id))
