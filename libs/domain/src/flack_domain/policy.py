"""Who may do what in a channel that they see, as plain functions: True or the error to raise.

Whether somebody sees a channel at all is not decided here but in `queries.visible`.
"""

from typing import Protocol

from flack_domain import errors
from flack_domain.actor import Actor


class ChannelFacts(Protocol):
    """What the rules need to know of a channel."""

    @property
    def kind(self) -> str: ...
    @property
    def is_general(self) -> bool: ...
    @property
    def archived(self) -> bool: ...
    @property
    def role(self) -> str | None:
        """The actor's role in it; None for no member."""


def require_open(channel: ChannelFacts) -> None:
    """Archived channels are only read."""
    if channel.archived:
        raise errors.ChannelArchived


def require_member(channel: ChannelFacts) -> None:
    """Only members write."""
    if channel.role is None:
        raise errors.NotAMember


def require_owner(channel: ChannelFacts, actor: Actor) -> None:
    """Owners manage a channel; administrators too, where they see it."""
    if channel.role != "owner" and not actor.is_administrator:
        raise errors.NotAnOwner if channel.role else errors.NotAMember


def may_post(channel: ChannelFacts) -> None:
    """Members post, edit and delete in channels that are open."""
    require_member(channel)
    require_open(channel)


def may_edit(channel: ChannelFacts, actor: Actor, *, author_id: int, deleted: bool) -> None:
    """Only the author changes a message's words."""
    may_post(channel)
    if author_id != actor.id:
        raise errors.NotTheAuthor
    if deleted:
        raise errors.MessageDeleted


def may_delete(channel: ChannelFacts, actor: Actor, *, author_id: int) -> None:
    """The author deletes, and so does who manages the channel."""
    if author_id == actor.id:
        require_member(channel)
    else:
        require_owner(channel, actor)
    require_open(channel)


def may_rename(channel: ChannelFacts, actor: Actor) -> None:
    """Owners rename; nobody renames `general` (v1 knows it by name) or a direct channel (it has none)."""
    _require_named(channel)
    if channel.is_general:
        raise errors.GeneralChannel
    require_owner(channel, actor)
    require_open(channel)


def may_set_topic(channel: ChannelFacts) -> None:
    """Every member sets the topic."""
    _require_named(channel)
    may_post(channel)


def may_archive(channel: ChannelFacts, actor: Actor) -> None:
    """Owners archive and take back."""
    _require_named(channel)
    if channel.is_general:
        raise errors.GeneralChannel
    require_owner(channel, actor)


def may_add(channel: ChannelFacts) -> None:
    """Every member brings others in."""
    _require_named(channel)
    may_post(channel)


def may_remove(channel: ChannelFacts, actor: Actor, *, user_id: int) -> None:
    """Everybody leaves as they like, owners remove others; nobody leaves `general` or a direct channel."""
    _require_named(channel)
    if channel.is_general:
        raise errors.GeneralChannel
    if user_id != actor.id:
        require_owner(channel, actor)


def may_set_role(channel: ChannelFacts, actor: Actor) -> None:
    """Owners make owners."""
    _require_named(channel)
    require_owner(channel, actor)


def may_import(channel: ChannelFacts, actor: Actor) -> None:
    """Who puts words into other people's mouths administrates the installation; nobody does so in a direct channel."""
    require_administrator(actor)
    _require_named(channel)
    require_open(channel)


def require_owner_left(*, role: str, other_owners: int, other_members: int) -> None:
    """Whoever is the last owner stays one while others are there."""
    if role == "owner" and other_owners == 0 and other_members > 0:
        raise errors.LastOwner


def require_administrator(actor: Actor) -> None:
    """For what concerns the whole installation."""
    if not actor.is_administrator:
        raise errors.NotAnAdministrator


def _require_named(channel: ChannelFacts) -> None:
    if channel.kind == "direct":
        raise errors.DirectChannel
