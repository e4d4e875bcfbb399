"""Which rooms a person's sockets belong in."""

from flack_contracts.internal import Memberships
from flack_domain import queries
from flask import Blueprint

from flack_api.context import session
from flack_api.http import returns, service_only

members = Blueprint("members", __name__)


@members.get("/users/<int:user_id>/memberships")
@service_only
@returns(Memberships)
def read_memberships(user_id: int) -> Memberships:
    """The channels of a person, with the newest seq of each stream."""
    return queries.members.memberships(session(), user_id)
