"""Who is signed in on which open socket of this process."""

import math
from collections.abc import Callable, Iterable
from typing import Any

from flack_realtime.fanout import Client
from flack_realtime.fanout.frames import POLICY


class Session:
    """One open socket: a signed-in person's, or (without a user) that of a v1 client."""

    __slots__ = (
        "client",
        "expires_at",
        "hears_v1",
        "session_id",
        "typed_at",
        "user_id",
        "v1_user_id",
        "watching",
    )

    def __init__(
        self,
        client: Client,
        *,
        user_id: int | None = None,
        session_id: int | None = None,
        expires_at: float = 0.0,
    ) -> None:
        self.client = client
        self.user_id, self.session_id, self.expires_at = user_id, session_id, expires_at
        self.v1_user_id: int | None = None
        """Whom a v1 client's latest event was accepted for."""
        self.hears_v1 = False
        self.typed_at = 0.0
        self.watching: frozenset[int] = frozenset()

    def close(self, reason: str) -> None:
        """Close the socket and tell the client why."""
        self.client.link.close_with(reason, POLICY)


class Sessions:
    """The open sessions by person, and when their tokens end."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._by_user: dict[int, list[Session]] = {}
        self._ending: dict[int, set[Session]] = {}
        """By the second in which the token ends. Who has gone is taken out: a storm's dead would stay ten minutes."""

    def add(self, session: Session) -> None:
        """A person's socket is open."""
        if session.user_id is not None:
            self._by_user.setdefault(session.user_id, []).append(session)
            self.renew(session, session.expires_at)

    def remove(self, session: Session) -> bool:
        """A socket is gone; True if it was the person's last here."""
        sessions = self._by_user.get(session.user_id or 0, [])
        if session not in sessions:
            return False
        sessions.remove(session)
        self._forget_end(session)
        if not sessions:
            del self._by_user[session.user_id or 0]
        return not sessions

    def of(self, user_id: int) -> list[Session]:
        """A person's open sessions here."""
        return list(self._by_user.get(user_id, ()))

    def count(self, user_id: int) -> int:
        """How many open sessions a person has here."""
        return len(self._by_user.get(user_id, ()))

    def users(self) -> list[int]:
        """Everybody who is here."""
        return list(self._by_user)

    def renew(self, session: Session, expires_at: float) -> None:
        """The session's token is good until then (Unix seconds)."""
        self._forget_end(session)
        session.expires_at = expires_at
        self._ending.setdefault(math.ceil(expires_at), set()).add(session)

    def expired(self) -> Iterable[Session]:
        """Sessions whose token has ended, each once."""
        now = self._now()
        for second in [second for second in self._ending if second <= now]:
            yield from self._ending.pop(second)

    def _forget_end(self, session: Session) -> None:
        second = math.ceil(session.expires_at)
        ending = self._ending.get(second)
        if ending is not None:
            ending.discard(session)
            if not ending:
                del self._ending[second]


def session_of(client: Client) -> Session | None:
    """The session of a client, or None before it was let in."""
    data: Any = client.data
    return data if isinstance(data, Session) else None
