"""What v1 pushes beside the event log: people who come and go."""

from flack_contracts.streams import V1_ROOM
from flack_domain.queries import v1 as v1_queries
from flack_domain.rendering.v1_objects import user_packet

from flack_api.context import session
from flack_api.services import services


def push_user(user_id: int) -> None:
    """Push a user to all sockets of v1, as a GET would answer them now."""
    user = v1_queries.user(session(), user_id)
    if user is not None:
        services().outbox.push(V1_ROOM, user_packet(user))
