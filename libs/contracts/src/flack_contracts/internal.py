"""What api answers to the other services on `/internal`, which the ingress does not route."""

from typing import Any, Literal

from flack_contracts.base import Contract

SERVICE_KEY_HEADER = "X-Flack-Service-Key"


class Memberships(Contract):
    """The rooms a person's sockets belong in. `streams` holds the newest seq of each, the user's own included."""

    user_id: int
    seq: int
    channel_ids: list[int]
    streams: dict[str, int]


class MembershipsOfMany(Contract):
    """The same for several people. Who is not there, or was deactivated, is missing."""

    people: list[Memberships]


class EndedSessions(Contract):
    """Sessions that were signed out or revoked lately, so that access tokens of theirs may still look good."""

    session_ids: list[int]


class V1Event(Contract):
    """A v1 client's Socket.IO event with its arguments as they came."""

    name: Literal["ping_user", "post_message"]
    args: list[Any]


class V1Outcome(Contract):
    """What became of it."""

    outcome: Literal["accepted", "expired_token", "ignored"]
    user_id: int | None = None
