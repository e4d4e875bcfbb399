"""Which rooms people's sockets belong in."""

from typing import Annotated

from flack_contracts.internal import MembershipsOfMany
from flack_domain import queries
from flask import Blueprint
from pydantic import Field

from flack_api.context import session
from flack_api.http import Query, query, returns, service_only

members = Blueprint("members", __name__)


class Asked(Query):
    """Whose: up to 500 ids, as `1,2,3`."""

    users: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,17}(,[1-9][0-9]{0,17}){0,499}$")]


@members.get("/memberships")
@service_only
@query(Asked)
@returns(MembershipsOfMany)
def read_memberships(asked: Asked) -> MembershipsOfMany:
    """The channels of people, with the newest seq of each stream. Who is not there is left out."""
    user_ids = {int(part) for part in asked.users.split(",")}
    return MembershipsOfMany(people=queries.members.memberships(session(), user_ids))
