"""What every realtime process is told on `flack:control`."""

import gevent
from flack_contracts.control import Heads, SessionEnded, read_control
from flack_kit.logging import get_logger
from flack_kit.request_id import set_request_id

from flack_realtime.sync import Sync
from flack_realtime.tokens import Tokens
from flack_realtime.v1 import V1

log = get_logger(__name__)


class Control:
    """Hands control messages on. Unknown kinds, from a newer version, are logged and left."""

    def __init__(self, tokens: Tokens, sync: Sync, v1: V1 | None) -> None:
        self._tokens, self._sync, self._v1 = tokens, sync, v1

    def __call__(self, data: bytes) -> None:
        """Handle one message. Must not hold up whoever reads from Redis."""
        try:
            message = read_control(data)
        except ValueError:
            log.warning("control_unknown")
            return
        if isinstance(message, Heads):
            gevent.spawn(self._sync.heads, message.streams)
            return
        set_request_id(message.request_id)
        if isinstance(message, SessionEnded):
            closed = self._tokens.end(message.user_id, message.session_id)
            if closed:
                log.info("sockets_closed", user_id=message.user_id, sockets=closed)
        elif self._v1 is not None:
            self._v1.signed_out(message.user_id)
        set_request_id(None)  # the greenlet that hears Redis goes on
