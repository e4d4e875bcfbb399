"""What an action's transaction has for the world outside, handed over once it is committed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flack_contracts.control import SessionEnded, V1TokensEnded
from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class V1Message:
    """A message of the channel `general` as v1 needs it."""

    id: int
    user_id: int
    source: str
    created_at: datetime
    updated_at: datetime
    expansions: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A committed event that was not yet pushed. `v1` is set for messages of `general` that v1 pushes."""

    id: int
    stream: str
    seq: int
    type: str
    envelope: bytes
    v1: V1Message | None = None


@dataclass(slots=True)
class Delivery:
    """Everything of one transaction, in order."""

    events: list[Outgoing] = field(default_factory=list)
    control: list[SessionEnded | V1TokensEnded] = field(default_factory=list)
    """What every realtime process is to be told."""

    wanted_previews: list[int] = field(default_factory=list)
    """Messages with links: for the task `flack.previews.fetch`."""

    def __bool__(self) -> bool:
        return bool(self.events or self.control or self.wanted_previews)


def mark_published(session: Session, event_ids: Sequence[int]) -> None:
    """Say that these events reached Redis. Whatever is not marked, the relay publishes again. Commits."""
    session.execute(
        text("update events set published = true where id = any(:ids) and not published"),
        {"ids": list(event_ids)},
    )
    session.commit()
