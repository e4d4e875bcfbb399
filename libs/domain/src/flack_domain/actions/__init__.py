"""Writing. Each action is one transaction that records its events; see the package's README."""

from flack_domain.actions import (
    channels,
    cleanup,
    exports,
    imports,
    invites,
    members,
    messages,
    preferences,
    presence,
    previews,
    reads,
    relay,
    tasks,
    tokens,
    users,
    v1_tokens,
)

__all__ = [
    "channels",
    "cleanup",
    "exports",
    "imports",
    "invites",
    "members",
    "messages",
    "preferences",
    "presence",
    "previews",
    "reads",
    "relay",
    "tasks",
    "tokens",
    "users",
    "v1_tokens",
]
