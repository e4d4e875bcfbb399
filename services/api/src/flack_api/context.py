"""What a view hands to its action: the request's session, who asks, and how passwords are checked."""

from collections.abc import Callable
from typing import Any

import gevent
from flack_domain import queries
from flack_domain.actor import Actor
from flack_domain.passwords import Passwords
from flask import g
from gevent import monkey

from flack_api.database import current_session as session
from flack_api.http.auth import current_user

__all__ = ["actor", "offload", "passwords", "session", "still_administrator"]


def actor() -> Actor:
    """Who asks, as actions and queries want it. Only behind `auth_required`."""
    caller = current_user()
    kind = _Administrator if caller.role == "administrator" else Actor
    return kind(caller.user_id, caller.role)


def still_administrator(user_id: int) -> bool:
    """Whether the caller, whose token says administrator, is one yet: the token may be older than its owner's role.

    Asked of the database once a request: the route's guard and the action's policy decide alike.
    """
    if "still_administrator" not in g:
        g.still_administrator = queries.users.is_administrator(session(), user_id)
    return bool(g.still_administrator)


class _Administrator(Actor):
    """Asked for where it decides, which is seldom; so nobody's other requests cost a statement more."""

    __slots__ = ()

    @property
    def is_administrator(self) -> bool:
        return still_administrator(self.id)


def offload(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """Run what needs the CPU for long in the hub's thread pool, so that the event loop goes on."""
    if not monkey.is_module_patched("threading"):
        return function(*arguments)
    return gevent.get_hub().threadpool.apply(function, arguments)


passwords = Passwords(offload=offload)
