"""What a session became, for a browser that never received it.

api takes a refresh token once. When the answer that carries its successor is lost, because somebody closed the tab in
that moment, the browser comes back with the old cookie, and to api that looks like theft: the session would end. So
the newest successor of each session stays in Redis, sealed like the cookie, until the browser shows that it has it.
Without Redis everything works but that.
"""

import hashlib
from contextlib import suppress

from redis import Redis
from redis.exceptions import RedisError

from flack_web.cookie import LIFETIME, Session, SessionCookie

PREFIX = "flack:web:handover:"


class Handover:
    """Sessions on their way to browsers."""

    def __init__(self, redis: Redis, cookie: SessionCookie) -> None:
        self._redis, self._cookie = redis, cookie

    def successor(self, session: Session) -> Session | None:
        """What this session became already, if it did and the browser does not know."""
        with suppress(RedisError):
            sealed = self._redis.get(PREFIX + name(session))
            if isinstance(sealed, bytes):
                return self._cookie.open(sealed.decode())
        return None

    def keep(self, before: Session, after: Session) -> None:
        """`before` became `after`. Whoever came with `before` has received it, so what led to it is forgotten."""
        with suppress(RedisError):
            pipe = self._redis.pipeline(transaction=False)
            pipe.set(PREFIX + name(before), self._cookie.seal(after), ex=LIFETIME)
            if before.previous:
                pipe.delete(PREFIX + before.previous)
            pipe.execute()


def name(session: Session) -> str:
    """A name for a session's tokens that tells nothing of them."""
    return hashlib.sha256(session.refresh_token.encode()).hexdigest()
