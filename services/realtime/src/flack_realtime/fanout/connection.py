"""One WebSocket connection. It stands where engineio keeps its `Socket` objects and answers to the same names.

It holds a socket, one event-loop watcher and a few flags: no greenlet, no queue, no copy of the request.
"""

from contextlib import suppress
from socket import SHUT_WR
from time import monotonic
from typing import TYPE_CHECKING, Any

from gevent.event import Event

from . import frames
from .handshake import Socket
from .incoming import Incoming
from .outgoing import stop

if TYPE_CHECKING:
    from .engine import Engine

_PING = frames.server_frame(b"2")


class Connection(Incoming):
    """A WebSocket connection: heartbeat and end, on top of reading and writing."""

    __slots__ = ("_ended", "_opened", "_session")
    connected = upgraded = True
    upgrading = False

    def __init__(self, engine: "Engine", sid: str, sock: Socket) -> None:
        super().__init__(engine, sid, sock)
        self._opened = monotonic()
        self._session: dict[str, Any] | None = None
        self._ended: Event | None = None

    def start(self, greeting: bytes) -> None:
        """Send the first bytes and begin to listen."""
        self.listen()
        self._engine.wheel.add(self, min(self._engine.ping_interval, self._engine.connect_timeout))
        self.put(greeting)

    def beat(self) -> float | None:
        """Send a ping when one is due; close when the last was not answered, or nobody ever connected."""
        now = monotonic()
        if self.closing:
            left = (self.pong_at or 0.0) - now
            if left > 0:
                return left
            self._release()
            return None
        if self.pong_at is None:
            self.close_with("ping timeout", frames.GOING_AWAY, say=self._engine.server.reason.PING_TIMEOUT)
            return self._engine.linger
        if not self.joined and now - self._opened >= self._engine.connect_timeout:
            self.close_with("never connected", frames.POLICY)
            return self._engine.linger
        due = self.pong_at + self._engine.ping_interval - now
        if due > 0.05:
            return due
        self.pong_at = None
        self.put(_PING)
        return self._engine.ping_timeout

    def close(self, wait: bool = True, abort: bool = False, reason: str | None = None) -> None:
        """Close (the name that engineio's server calls). Nothing is waited for here, whatever `wait` says."""
        self.close_with("", frames.NORMAL, say=reason or self._engine.server.reason.SERVER_DISCONNECT)

    def left(self) -> None:
        """Nobody is connected through this any more: somebody has to, or it is closed as one where nobody ever did."""
        self.joined, self._opened = False, monotonic()

    def close_with(
        self, reason: str, code: int, *, last: bytes = b"", say: str | None = None, heed: bool = False
    ) -> None:
        """Say goodbye: the frame `last`, then a close frame with code and reason. What has spilled is dropped.

        The WebSocket is closed, not Socket.IO's session, so that clients come back by themselves. `say` is the reason
        for our own side where it differs from what the peer is told. `heed` has what the peer said before handled.
        """
        if self.closing:
            return
        self.deaf = not heed
        self.reason = say or reason
        goodbye = last + self._engine.goodbye(reason) + frames.close_frame(code, reason)
        self.make_room_for_goodbye(len(goodbye))
        self.closing = True
        self.put(goodbye)
        if self.closed:  # writing failed, and `lost` did the rest
            return
        if self._spill is None:
            self.finish()
        else:  # who is behind gets as long as for a ping to come and read why
            self.write = len  # whatever comes now is dropped, and called taken
            self._watcher.stop()
            self.pong_at = monotonic() + self._engine.ping_timeout
            self._engine.wheel.add(self, self._engine.ping_timeout)

    def finish(self) -> None:
        """Everything was said: end our direction and give the peer a moment to end its own.

        Closing at once, with bytes of the peer unread, would reset the connection and take our last frame with it.
        """
        if self.closed:
            return
        with suppress(OSError):
            self._sock.shutdown(SHUT_WR)
        self._end()
        self._watcher.stop()
        self._watcher.start(self._discard)
        self.pong_at = monotonic() + self._engine.linger
        self._engine.wheel.add(self, self._engine.linger)

    def lost(self) -> None:
        """The peer is gone."""
        if not self.closed:
            self.reason = self.reason or self._engine.server.reason.TRANSPORT_CLOSE
            self._release()

    def _discard(self) -> None:
        try:
            while data := self._sock.recv(65_536):
                if len(data) < 65_536:
                    return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._release()

    def _end(self) -> None:
        if self.closed:
            return
        self.closing = self.closed = True
        self.write = len
        self._rest = self._fragments = None
        self.forget_spill()
        self.enqueue_end()

    def _release(self) -> None:
        self._end()
        if self._watcher is not None:
            stop(self._watcher)
            self._watcher = None
            self._sock.close()
            if self._ended is not None:
                self._ended.set()

    def wait_ended(self) -> None:
        """Block the calling greenlet until the connection has ended."""
        if self._watcher is not None:
            self._ended = Event()
            self._ended.wait()

    @property
    def session(self) -> dict[str, Any]:
        """engineio's user session, made only if somebody asks for it."""
        if self._session is None:
            self._session = {}
        return self._session

    @session.setter
    def session(self, value: dict[str, Any]) -> None:
        self._session = value

    def check_ping_timeout(self) -> bool:
        """engineio's own monitor is off: the wheel does this."""
        return not self.closed
