"""Invitations that can still be used."""

from datetime import datetime

from flack_contracts.base import Contract, UtcTime
from sqlalchemy import select
from sqlalchemy.orm import Session

from flack_domain import clock, models, policy
from flack_domain.actor import Actor


class Invite(Contract):
    """An invitation without its code, which was shown once."""

    id: int
    created_by: int
    created_at: UtcTime
    expires_at: UtcTime


def open(session: Session, actor: Actor, *, now: datetime | None = None) -> list[Invite]:
    """What administrators can still withdraw. Raises `NotAnAdministrator`."""
    policy.require_administrator(actor)
    table = models.Invite
    rows = session.scalars(
        select(table)
        .where(table.used_at.is_(None), table.expires_at > (now or clock.now()))
        .order_by(table.id),
        execution_options={"populate_existing": True},
    )
    return [Invite.model_validate(row, from_attributes=True) for row in rows]
