"""People: registering, changing oneself, lists."""

from flack_domain import errors
from flack_domain.actions import users as user_actions
from flack_domain.queries import v1 as v1_queries
from flack_domain.rendering.v1_objects import user_object
from flask import Blueprint, Response

from flack_api.context import actor, passwords, session
from flack_api.http.auth import current_user, public
from flack_api.http.limits import SIGN_UP, limited
from flack_api.http.problems import Problem
from flack_api.services import services
from flack_api.v1.answers import answer, empty
from flack_api.v1.authentication import token_optional, token_required
from flack_api.v1.bodies import optional_object, optional_text, required_object, required_text
from flack_api.v1.mounts import absolute, mount
from flack_api.v1.queries import online, updated_since

users = Blueprint("users", __name__)


@users.post("/users")
@public
@limited(SIGN_UP)
def create_user() -> Response:
    """Register. Neither logs in nor sets online."""
    body = required_object()
    nickname, password = required_text(body, "nickname"), required_text(body, "password")
    try:
        made = user_actions.sign_up(
            session(), passwords, nickname=nickname, password=password, signup=services().settings.signup
        )
    except errors.Forbidden as error:
        raise Problem(400, error.code, error.detail) from None
    return answer(_shown(made.id), 201, {"Location": absolute(f"{mount()}/users/{made.id}")})


@users.get("/users")
@token_optional
def list_users() -> Response:
    """Everybody, or who is online or offline or changed since a moment; by last change, then nickname."""
    found = v1_queries.users(session(), online=online(), updated_since=updated_since())
    shown = [user_object(user, mount()) for user in found]
    return answer({"users": sorted(shown, key=lambda user: (user["updated_at"], user["nickname"]))})


@users.get("/users/<int:user_id>")
@token_optional
def read_user(user_id: int) -> Response:
    """One person."""
    return answer(_shown(user_id))


@users.put("/users/<int:user_id>")
@token_required
def change_user(user_id: int) -> Response:
    """Change one's own nickname or password. A password ends all of one's tokens."""
    _shown(user_id)
    if user_id != current_user().user_id:
        raise Problem(403, "forbidden", "You can change only yourself.")
    body = optional_object()
    nickname, password = optional_text(body, "nickname"), optional_text(body, "password")
    if nickname is not None or password is not None:
        user_actions.update_profile(
            session(), passwords, actor(), nickname=nickname, password=password, check_password=False
        )
    return empty()


def _shown(user_id: int) -> dict[str, object]:
    user = v1_queries.user(session(), user_id)
    if user is None:
        raise Problem(404, "not_found", "There is no such user.")
    return user_object(user, mount())
