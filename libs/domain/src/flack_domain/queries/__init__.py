"""Reading. What the actor may not see is not found, because every query starts from what they see."""

from flack_domain.queries import (
    channels,
    exports,
    invites,
    members,
    message_pages,
    messages,
    preferences,
    sessions,
    state,
    sync,
    tasks,
    users,
    v1,
    visible,
)

__all__ = [
    "channels",
    "exports",
    "invites",
    "members",
    "message_pages",
    "messages",
    "preferences",
    "sessions",
    "state",
    "sync",
    "tasks",
    "users",
    "v1",
    "visible",
]
