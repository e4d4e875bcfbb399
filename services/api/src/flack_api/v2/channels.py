"""Channels: browsing, making, renaming, archiving."""

from typing import Annotated, Literal

from flack_contracts.chat import Channel, ChannelState
from flack_domain import actions, queries
from flask import Blueprint
from pydantic import Field

from flack_api.context import actor, session
from flack_api.http import Answer, Body, Query, auth_required, body, query, refuses, returns
from flack_api.http.fields import Id

channels = Blueprint("channels", __name__)

Name = Annotated[str, Field(min_length=1, max_length=80)]
Topic = Annotated[str, Field(max_length=250)]


class NewChannel(Body):
    """A channel to make. You become its owner."""

    name: Name
    kind: Literal["public", "private"]
    topic: Topic = ""


class DirectPeople(Body):
    """With whom; not yourself."""

    user_ids: Annotated[list[Id], Field(min_length=1, max_length=7)]


class ChannelChanges(Body):
    """What to change of a channel."""

    name: Name | None = None
    topic: Topic | None = None


class ChannelSearch(Query):
    """A page of the public channels whose name or topic contains `q`."""

    q: Annotated[str, Field(max_length=80)] = ""
    """Stands anywhere in the name or the topic, in whichever case. Empty: all public channels."""
    before: Id | None = None
    """The `next` of the page that you have: the answer goes on behind it. Left out: the first page."""
    limit: Annotated[int, Field(ge=1, le=100)] = 50
    """How many channels a page has."""


@channels.get("/channels")
@auth_required
@query(ChannelSearch)
@returns(queries.channels.ChannelPage)
def browse_channels(search: ChannelSearch) -> queries.channels.ChannelPage:
    """Browse and search public channels.

    They come by name, archived ones last. Ask with `before` set to the answer's `next`, and the same `q`, until `next`
    is null.
    """
    return queries.channels.browse(session(), actor(), q=search.q, after=search.before, limit=search.limit)


@channels.post("/channels")
@auth_required
@body(NewChannel)
@returns(ChannelState, 201, located=True)
def create_channel(new: NewChannel) -> Answer:
    """Make a channel."""
    channel = actions.channels.create(session(), actor(), name=new.name, kind=new.kind, topic=new.topic)
    return Answer(channel, headers={"Location": f"/api/v2/channels/{channel.id}"})


@channels.post("/channels/direct")
@auth_required
@body(DirectPeople)
@refuses(404)
@returns(ChannelState, 201, also=(200,))
def open_direct_channel(people: DirectPeople) -> Answer:
    """Open the direct channel with some people. The same people always get the same channel."""
    opened = actions.channels.open_direct(session(), actor(), user_ids=people.user_ids)
    return Answer(opened.channel, status=201 if opened.created else 200)


@channels.get("/channels/<int:channel_id>")
@auth_required
@returns(Channel, etag=True)
def read_channel(channel_id: int) -> Channel:
    """One channel that you see."""
    return queries.channels.get(session(), actor(), channel_id)


@channels.patch("/channels/<int:channel_id>")
@auth_required
@body(ChannelChanges)
@refuses(403, 409)
@returns(Channel)
def change_channel(channel_id: int, changes: ChannelChanges) -> Channel:
    """Rename a channel, or set its topic."""
    return actions.channels.update(session(), actor(), channel_id, name=changes.name, topic=changes.topic)


@channels.post("/channels/<int:channel_id>/archive")
@auth_required
@refuses(403)
@returns(Channel)
def archive_channel(channel_id: int) -> Channel:
    """Archive a channel: from now on it is only read."""
    return actions.channels.archive(session(), actor(), channel_id)


@channels.post("/channels/<int:channel_id>/unarchive")
@auth_required
@refuses(403)
@returns(Channel)
def unarchive_channel(channel_id: int) -> Channel:
    """Take an archived channel back."""
    return actions.channels.unarchive(session(), actor(), channel_id)
