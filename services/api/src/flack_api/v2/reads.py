"""How far one has read."""

from flack_domain import actions
from flask import Blueprint

from flack_api.context import actor, session
from flack_api.http import Body, auth_required, body, refuses, returns
from flack_api.http.fields import Position

reads = Blueprint("reads", __name__)


class NewReadPosition(Body):
    """The position of the last message that you saw."""

    position: Position


@reads.put("/channels/<int:channel_id>/read-position")
@auth_required
@body(NewReadPosition)
@refuses(403)
@returns(actions.reads.ReadPosition)
def move_read_position(channel_id: int, new: NewReadPosition) -> actions.reads.ReadPosition:
    """Say how far you have read. It never moves backwards; the answer is where it stands."""
    return actions.reads.move(session(), actor(), channel_id, position=new.position)
