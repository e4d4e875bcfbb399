"""Invitations, for installations where sign-up needs one."""

from typing import Annotated

from flack_contracts.base import Contract
from flack_domain import actions, queries
from flask import Blueprint
from pydantic import Field

from flack_api.context import actor, session
from flack_api.http import Body, administrators_only, body, returns
from flack_api.http.routes import never_kept

invites = Blueprint("invites", __name__)


class InviteTerms(Body):
    """For how many days the invitation holds."""

    days: Annotated[int, Field(ge=1, le=90)] = 7


class InviteList(Contract):
    """Invitations that nobody used yet."""

    invites: list[queries.invites.Invite]


@invites.post("/invites")
@administrators_only
@never_kept
@body(InviteTerms, optional=True)
@returns(actions.invites.NewInvite, 201)
def create_invite(terms: InviteTerms) -> actions.invites.NewInvite:
    """Make an invitation for one person. Its code is shown only here."""
    return actions.invites.create(session(), actor(), days=terms.days)


@invites.get("/invites")
@administrators_only
@returns(InviteList)
def list_invites() -> InviteList:
    """Invitations that are still open."""
    return InviteList(invites=queries.invites.open(session(), actor()))


@invites.delete("/invites/<int:invite_id>")
@administrators_only
@returns(None, 204)
def withdraw_invite(invite_id: int) -> None:
    """Withdraw an invitation."""
    actions.invites.withdraw(session(), actor(), invite_id)
