"""Who is in a channel."""

from typing import Annotated

from flack_contracts.chat import ChannelState, Member, MemberRole
from flack_domain import actions, queries
from flask import Blueprint
from pydantic import Field, RootModel

from flack_api.context import actor, session
from flack_api.http import Body, Query, auth_required, body, query, refuses, returns
from flack_api.http.fields import Id

members = Blueprint("members", __name__)


class NewMember(Body):
    """Whom to bring in. Nobody named: yourself."""

    user_id: Id | None = None


class MemberPage(Query):
    """A page of a channel's members."""

    after: Id | None = None
    """The `next` of the page that you have. Left out: the first page."""
    limit: Annotated[int, Field(ge=1, le=1000)] = 200
    """How many members a page has."""


class MemberChanges(Body):
    """A member's new role."""

    role: MemberRole


class JoinedOrAdded(RootModel[ChannelState | Member]):
    """The channel as you have it now, where you joined; the member, where you brought somebody in."""


@members.get("/channels/<int:channel_id>/members")
@auth_required
@query(MemberPage)
@returns(queries.members.Members)
def list_members(channel_id: int, page: MemberPage) -> queries.members.Members:
    """Who is in a channel that you see, page by page.

    Owners come first, then by display name. Ask with `after` set to the answer's `next` until that is null.
    """
    return queries.members.of(session(), actor(), channel_id, after=page.after, limit=page.limit)


@members.post("/channels/<int:channel_id>/members")
@auth_required
@body(NewMember, optional=True)
@refuses(403)
@returns(JoinedOrAdded, 201)
def add_member(channel_id: int, new: NewMember) -> ChannelState | Member:
    """Join a public channel, or bring somebody into one that you are in."""
    if new.user_id is None:
        return actions.members.join(session(), actor(), channel_id)
    return actions.members.add(session(), actor(), channel_id, user_id=new.user_id)


@members.delete("/channels/<int:channel_id>/members/<int:user_id>")
@auth_required
@refuses(403, 409)
@returns(None, 204)
def remove_member(channel_id: int, user_id: int) -> None:
    """Remove somebody from a channel."""
    actions.members.remove(session(), actor(), channel_id, user_id=user_id)


@members.delete("/channels/<int:channel_id>/members/me")
@auth_required
@refuses(403, 409)
@returns(None, 204)
def leave_channel(channel_id: int) -> None:
    """Leave a channel."""
    actions.members.remove(session(), actor(), channel_id, user_id=actor().id)


@members.patch("/channels/<int:channel_id>/members/<int:user_id>")
@auth_required
@body(MemberChanges)
@refuses(403, 409)
@returns(Member)
def change_member(channel_id: int, user_id: int, changes: MemberChanges) -> Member:
    """Make a member owner, or an owner member."""
    return actions.members.set_role(session(), actor(), channel_id, user_id=user_id, role=changes.role)
