"""What a client can say, and what is done when it comes and goes.

Handlers are given to python-socketio's server itself: Flask-SocketIO would build a request context for each event,
which nothing here reads.
"""

from collections.abc import Callable
from typing import Any

from flack_contracts.wire import packet_of
from flack_kit.logging import get_logger
from flack_kit.request_id import accepted_or_new, new_request_id, set_request_id
from socketio.exceptions import ConnectionRefusedError as Refusal

from flack_realtime import v1
from flack_realtime.api import ApiAway
from flack_realtime.fanout import Client, FanoutManager, frames
from flack_realtime.memberships import Memberships
from flack_realtime.presence import Presence
from flack_realtime.sessions import Session, Sessions, session_of
from flack_realtime.tokens import Refused, Tokens
from flack_realtime.typing import Typing
from flack_realtime.v1 import V1

log = get_logger(__name__)

HEADS_INTERVAL = 30

_NOT_SIGNED_IN = {"ok": False, "code": "not_signed_in"}

Handler = Callable[[Session, Any], Any]


class Gateway:
    """The handlers of Socket.IO's events."""

    def __init__(
        self, manager: FanoutManager, sessions: Sessions, tokens: Tokens, memberships: Memberships,
        presence: Presence, typing: Typing, v1_clients: V1 | None, *, sockets_per_user: int,
    ) -> None:  # fmt: skip
        self._manager, self._sessions, self._tokens = manager, sessions, tokens
        self._memberships, self._presence, self._v1 = memberships, presence, v1_clients
        self._sockets_per_user = sockets_per_user
        self.refused = 0
        """Connections refused because their person had enough."""
        self._handlers: dict[str, Handler] = {
            "authenticate": tokens.authenticate,
            "typing": typing.typing,
            "watch_presence": presence.watch,
        }

    def register(self, server: Any) -> None:
        """Give the handlers to a python-socketio server."""
        server.on("connect", self.connect)
        server.on("disconnect", self.disconnect)
        server.on("*", self.event)
        self._manager.on_connected = self.connected

    def connect(self, sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        """Let a client in: with an access token, or, where v1 is served, without anything."""
        set_request_id(accepted_or_new(environ.get("HTTP_X_REQUEST_ID")))
        client = self._manager.index.clients[sid]
        if auth is None and self._v1 is not None:
            client.data = Session(client)
            return
        try:
            claims = self._tokens.claims(auth.get("token") if isinstance(auth, dict) else None)
        except Refused:
            raise Refusal("invalid_token", {"code": "invalid_token"}) from None
        except ApiAway:
            raise Refusal("unavailable", {"code": "unavailable"}) from None
        if self._sessions.count(claims.user_id) >= self._sockets_per_user:
            self.refused += 1
            log.warning("too_many_connections", user_id=claims.user_id)
            raise Refusal("too_many_connections", {"code": "too_many_connections"})
        client.data = Session(
            client, user_id=claims.user_id, session_id=claims.session_id, expires_at=claims.exp
        )

    def connected(self, client: Client) -> None:
        """A client was told that it is connected: put it into its rooms and say `ready`."""
        session = session_of(client)
        if session is None:
            return
        if session.user_id is None:
            if self._v1 is not None:
                self._v1.connected(session)
            return
        self._sessions.add(session)
        try:
            if self._tokens.ended(session):  # between the check of its token and now
                session.close("signed_out")
                return
            streams = self._memberships.enter_all(client, session.user_id)
        except ApiAway as error:
            log.warning("memberships_unknown", user_id=session.user_id, reason=str(error))
            client.link.close_with("unavailable", frames.TRY_AGAIN_LATER)
            return
        ready = {
            "user_id": session.user_id,
            "session_id": session.session_id,
            "streams": streams,
            "heads_interval": HEADS_INTERVAL,
        }
        self._manager.send(client, packet_of("ready", ready))
        self._presence.arrived(session.user_id)

    def event(self, name: str, sid: str, *arguments: Any) -> Any:
        """Any event of a client. Unknown ones are ignored, as a newer client may say more."""
        set_request_id(new_request_id())
        client = self._manager.index.clients.get(sid)
        session = session_of(client) if client else None
        if session is None:
            return None
        try:
            if name in self._handlers:
                # Who came without `auth` would be taken for a v1 client for ever.
                if session.user_id is None:
                    return _NOT_SIGNED_IN
                return self._handlers[name](session, arguments[0] if arguments else None)
            if name in v1.EVENTS and self._v1 is not None and session.user_id is None:
                self._v1.event(session, name, list(arguments))
        except ApiAway as error:
            log.warning("event_not_taken", event_name=name, reason=str(error))
            if (
                session.user_id is None
            ):  # v1 knows one answer, without arguments, which says that it was taken
                return self._manager.server.not_handled
            return {"ok": False, "code": "unavailable"}
        return None

    def disconnect(self, sid: str, reason: str) -> None:
        """A client has gone."""
        client = self._manager.index.clients.get(sid)
        session = session_of(client) if client else None
        if session is None:
            return
        if session.user_id is None:
            if self._v1 is not None:
                self._v1.disconnected(session)
        elif self._sessions.remove(session):
            self._memberships.left(session.user_id)
            self._presence.left(session.user_id)
