"""People: signing up, finding each other, one's own profile."""

from typing import Annotated

from flack_contracts.base import Contract
from flack_contracts.chat import User, UserRole
from flack_domain import actions, names, queries
from flask import Blueprint
from pydantic import Field

from flack_api.context import actor, passwords, session
from flack_api.http import (
    Answer,
    Body,
    Query,
    administrators_only,
    auth_required,
    body,
    current_user,
    public,
    query,
    refuses,
    returns,
)
from flack_api.http.fields import Ids
from flack_api.http.limits import OWN_PASSWORD, SIGN_UP, limited
from flack_api.services import services

users = Blueprint("users", __name__)

Nickname = Annotated[str, Field(min_length=1, max_length=32)]
DisplayName = Annotated[str, Field(min_length=1, max_length=64)]
NewPassword = Annotated[str, Field(min_length=names.MIN_NEW_PASSWORD, max_length=names.MAX_PASSWORD)]


class NewUser(Body):
    """Somebody who signs up."""

    nickname: Nickname
    password: NewPassword
    display_name: DisplayName | None = None
    invite: Annotated[str, Field(max_length=100)] | None = None


class ProfileChanges(Body):
    """What to change of one's own profile. A new password needs the current one."""

    nickname: Nickname | None = None
    display_name: DisplayName | None = None
    password: NewPassword | None = None
    current_password: Annotated[str, Field(max_length=1024)] | None = None


class UserChanges(Body):
    """What an administrator changes of somebody."""

    role: UserRole | None = None
    deactivated: bool | None = None


class WantedUsers(Query):
    """Which people: those with `ids`, or those with `q` in their names."""

    ids: Annotated[Ids, Field(max_length=200)] | None = None
    """Up to 200 ids, separated by commas: these people, by id, also who was locked out. An id that nobody has is left
    out. Where it is given, `q` and `limit` do not count."""
    q: Annotated[str, Field(max_length=64)] = ""
    """Stands anywhere in the nickname or the display name, in whichever case. Empty: everybody."""
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    """How many at most; there are no pages. Search for more letters where it is too few."""


class UserList(Contract):
    """Some people."""

    users: list[User]


@users.post("/users")
@public
@limited(SIGN_UP)
@body(NewUser)
@refuses(403)
@returns(User, 201, located=True)
def sign_up(new: NewUser) -> Answer:
    """Sign up. The first person becomes the administrator of the installation."""
    user = actions.users.sign_up(
        session(), passwords, signup=services().settings.signup, **new.model_dump(exclude_none=True)
    )
    return Answer(user, headers={"Location": f"/api/v2/users/{user.id}"})


@users.get("/users")
@auth_required
@query(WantedUsers)
@returns(UserList)
def find_users(wanted: WantedUsers) -> UserList:
    """Find people by their ids, or by a part of their names.

    A search leaves out who was locked out, and answers those first whose nickname or display name begins with `q`, then
    by nickname.
    """
    if wanted.ids is not None:
        return UserList(users=queries.users.by_ids(session(), wanted.ids))
    return UserList(users=queries.users.search(session(), wanted.q, limit=wanted.limit))


@users.get("/users/<int:user_id>")
@auth_required
@returns(User, etag=True)
def read_user(user_id: int) -> User:
    """One person."""
    return queries.users.get(session(), user_id)


@users.get("/users/me")
@auth_required
@returns(User, etag=True)
def read_myself() -> User:
    """Yourself."""
    return queries.users.get(session(), actor().id)


@users.patch("/users/me")
@auth_required
@limited(OWN_PASSWORD)
@body(ProfileChanges)
@refuses(409)
@returns(User)
def change_myself(changes: ProfileChanges) -> User:
    """Change your names or your password. A new password ends all your other sessions."""
    return actions.users.update_profile(
        session(),
        passwords,
        actor(),
        keep_session_id=current_user().session_id,
        **changes.model_dump(exclude_none=True),
    )


@users.patch("/users/<int:user_id>")
@administrators_only
@body(UserChanges)
@refuses(409)
@returns(User)
def change_user(user_id: int, changes: UserChanges) -> User:
    """Make somebody administrator or member, lock them out or let them in again."""
    return actions.users.change(
        session(), actor(), user_id, role=changes.role, deactivated=changes.deactivated
    )
