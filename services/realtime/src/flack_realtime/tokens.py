"""Signing in with an access token, renewing it on an open socket, and what happens when it ends."""

from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import gevent
from flack_contracts.base import utc_text
from flack_contracts.tokens import ACCESS_TOKEN_SECONDS, AccessClaims
from flack_kit.jwt import InvalidToken, Verifier
from pydantic import ValidationError

from flack_realtime.ended import Ended
from flack_realtime.sessions import Session, Sessions


class Refused(Exception):
    """The token is not good."""


class Tokens:
    """Checks tokens offline and remembers which sessions have ended, as long as a token of theirs could live."""

    def __init__(
        self, verifier: Verifier, sessions: Sessions, ended: Ended, now: Callable[[], float]
    ) -> None:
        self._verifier, self._sessions, self._now = verifier, sessions, now
        self._ended = ended
        self._all_ended: dict[int, float] = {}
        """By person: when all of their sessions were ended at once."""
        ended.on_ended = self._close

    def start(self) -> None:
        """Begin to watch for tokens that end."""
        gevent.spawn(self._watch)

    def claims(self, token: Any) -> AccessClaims:
        """The claims of a good token. Raises Refused, and ApiAway where it cannot be told."""
        if not isinstance(token, str):
            raise Refused
        try:
            claims = AccessClaims.model_validate(self._verifier.claims(token))
            user_id, session_id = claims.user_id, claims.session_id
        except (InvalidToken, ValidationError, ValueError) as error:
            raise Refused from error
        if session_id in self._ended or self._all_ended.get(user_id, 0.0) >= claims.iat:
            raise Refused
        return claims

    def authenticate(self, session: Session, data: Any) -> dict[str, Any]:
        """`authenticate {token}`: go on with a newer token of the same person."""
        try:
            claims = self.claims(data.get("token") if isinstance(data, dict) else None)
        except Refused:
            return {"ok": False, "code": "invalid_token"}
        if claims.user_id != session.user_id:
            return {"ok": False, "code": "other_user"}
        session.session_id = claims.session_id
        self._sessions.renew(session, claims.exp)
        return {"ok": True, "expires_at": expiry_text(claims.exp)}

    def ended(self, session: Session) -> bool:
        """Whether a socket's session has ended. Raises ApiAway where that cannot be told."""
        return session.session_id is not None and session.session_id in self._ended

    def end(self, user_id: int, session_id: int | None) -> int:
        """A session was signed out or revoked (all of the person's without an id): close its sockets; how many."""
        if session_id is None:
            self._all_ended[user_id] = self._now()
        else:
            self._ended.add(session_id)
        ended = [s for s in self._sessions.of(user_id) if session_id is None or s.session_id == session_id]
        for session in ended:
            session.close("signed_out")
        return len(ended)

    def _watch(self) -> None:
        swept = monotonic()
        while True:
            gevent.sleep(1.0)
            for session in self._sessions.expired():
                session.close("token_expired")
            if monotonic() - swept > ACCESS_TOKEN_SECONDS:
                swept, oldest = monotonic(), self._now() - ACCESS_TOKEN_SECONDS - 60
                self._all_ended = {
                    user: moment for user, moment in self._all_ended.items() if moment > oldest
                }

    def _close(self, session_ids: set[int]) -> None:
        for user_id in self._sessions.users():
            for session in self._sessions.of(user_id):
                if session.session_id in session_ids:
                    session.close("signed_out")


def expiry_text(moment: int) -> str:
    """A token's end as the API writes times."""
    return utc_text(datetime.fromtimestamp(moment, UTC))
