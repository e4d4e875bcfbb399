"""Invitations to sign up, where that is asked for."""

from datetime import timedelta

from flack_contracts.base import Contract, UtcTime
from sqlalchemy import select

from flack_domain import errors, models, policy, secret
from flack_domain.actor import Actor
from flack_domain.transaction import Transaction, action

MAX_DAYS = 365


class NewInvite(Contract):
    """An invitation with its code, which is shown this once."""

    id: int
    invite: str
    expires_at: UtcTime


@action
def create(tx: Transaction, actor: Actor, *, days: int = 7) -> NewInvite:
    """Let one person sign up within some days. Raises `NotAnAdministrator`, `Invalid`."""
    policy.require_administrator(actor)
    if not 1 <= days <= MAX_DAYS:
        raise errors.Invalid(f"An invitation holds for 1 to {MAX_DAYS} days.", field="days")
    code = secret.new_code("fin_")
    row = models.Invite(
        hash=secret.code_hash(code),
        created_by=actor.id,
        created_at=tx.now,
        expires_at=tx.now + timedelta(days=days),
    )
    tx.session.add(row)
    tx.session.flush()
    return NewInvite(id=row.id, invite=code, expires_at=row.expires_at)


@action
def withdraw(tx: Transaction, actor: Actor, invite_id: int) -> None:
    """Make an invitation useless. Raises `NotAnAdministrator`, `NotFound` where it is used or unknown."""
    policy.require_administrator(actor)
    row = tx.session.get(
        models.Invite, errors.require_id(invite_id), populate_existing=True, with_for_update=True
    )
    if row is None or row.used_at is not None:
        raise errors.NotFound
    tx.session.delete(row)


def open_invite(tx: Transaction, code: str | None) -> models.Invite:
    """Somebody's open invitation, locked; they use it up by signing up. Raises `InviteInvalid`."""
    row = tx.session.scalars(
        select(models.Invite).where(models.Invite.hash == secret.code_hash(code or "")).with_for_update(),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if row is None or row.used_at is not None or row.expires_at <= tx.now:
        raise errors.InviteInvalid
    return row
