"""The tables of an archive."""

KEYS = {
    "users": "id",
    "channels": "id",
    "memberships": "channel_id, user_id",
    "preferences": "user_id",
    "invites": "id",
    "v1_tokens": "hash",
}
"""What is exported beside messages, in the order in which rows may refer to earlier ones, with its primary key."""

LEFT_OUT = {
    "sessions": "people sign in again",
    "refresh_tokens": "belong to sessions",
    "events": "the copy's streams start far ahead; who asks for older ones loads anew",
    "idempotency_keys": "answers kept for a day, for retries",
    "tasks": "carried out where they were asked for",
    "export_chunks": "belong to tasks",
}
"""What is not, and why. A test says that each table stands here or is exported."""

COUNTED = ("users", "channels", "messages", "invites")
"""Tables whose ids come from a sequence."""
