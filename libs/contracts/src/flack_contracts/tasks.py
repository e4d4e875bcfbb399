"""Deferred requests as their owner sees them."""

from typing import Any, Literal

from flack_contracts.base import Contract, UtcTime

TaskState = Literal["queued", "running", "done", "failed", "cancelled"]


class Task(Contract):
    """A request that is carried out later: how far it is and what came of it."""

    id: str
    kind: str
    state: TaskState
    progress: int = 0
    total: int | None = None
    result: dict[str, Any] | None = None
    error: str | None = None
    created_at: UtcTime
    finished_at: UtcTime | None = None


QUEUE_DEFAULT = "default"
QUEUE_PREVIEWS = "previews"
PREVIEW_FETCH = "flack.previews.fetch"
"""`message_id`: fetch what the message's links say of themselves."""
EXPORT_RUN = "flack.exports.run"
"""`task_id`: write a person's export."""
IMPORT_RUN = "flack.imports.run"
"""`task_id`: put uploaded messages into their channel."""
