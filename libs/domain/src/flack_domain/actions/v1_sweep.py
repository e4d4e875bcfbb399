"""What v1 needs done every few seconds: people who went away are offline, answers do not wait for ever."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from flack_domain.actions import presence, v1_jobs
from flack_domain.queries.v1 import user as find_user
from flack_domain.rendering.v1_objects import user_packet

EVERY_SECONDS = 5


def run(session: Session, push: Callable[[bytes], None]) -> None:
    """One sweep. `push` publishes a packet to the room `v1`; it is called after the commit."""
    for user_id in presence.sweep(session):
        user = find_user(session, user_id)
        if user is not None:
            push(user_packet(user))
    v1_jobs.give_up(session)
