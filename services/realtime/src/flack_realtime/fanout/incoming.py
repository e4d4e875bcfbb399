"""The reading half of a connection: frames in the event loop, Socket.IO packets in a greenlet of the burst.

What runs in the event loop must not block. Packets therefore queue in the connection's inbox, and one greenlet
handles them in order and ends when the inbox is empty: who is silent costs no greenlet, and nobody's events overtake
each other.
"""

from collections import deque
from time import monotonic
from typing import TYPE_CHECKING, Any

import gevent

from . import frames
from .handshake import Socket
from .outgoing import Outgoing

if TYPE_CHECKING:
    from .engine import Engine

_READ_SIZE = 8192
_READABLE = 1
_PONG_SIZE = 7
_STRANGER_BYTES = 16 * 1024
"""The longest message of who has not connected yet: nobody holds more memory before saying who they are."""
_CONTROL_BYTES = 125
_CLOSED, _PAUSE = object(), object()


class Incoming(Outgoing):
    """Reads frames, answers the small ones itself, and hands Socket.IO packets to the engine one by one."""

    __slots__ = (
        "_fragments",
        "_inbox",
        "_rest",
        "_spent",
        "_watcher",
        "_working",
        "deaf",
        "joined",
        "pong_at",
        "sid",
    )

    def __init__(self, engine: "Engine", sid: str, sock: Socket) -> None:
        super().__init__(engine, sock)
        self.sid = sid
        self.joined = self._working = False
        self.deaf = False
        """Whether what the peer has said and nobody has handled yet is dropped: it was closed by us."""
        self.pong_at: float | None = monotonic()
        self._rest: bytearray | None = None
        self._fragments: bytearray | None = None
        self._inbox: deque[Any] | None = None
        self._spent = (0, 0, 0)
        """A second, and the frames and the events that came in it."""
        self._watcher: Any = engine.loop.io(sock.fileno(), _READABLE)

    def listen(self) -> None:
        """Begin, or go on, to read."""
        if not self._watcher.active:
            self._watcher.start(self._readable)

    def _readable(self) -> None:
        try:
            data = self._sock.recv(_READ_SIZE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.lost()
            return
        # The answer to our ping is most of what ever comes, so it takes the short way; answers to nothing are counted.
        awaited = self.pong_at is None and self._rest is self._fragments is None
        if awaited and len(data) == _PONG_SIZE and frames.is_pong(data):
            self.pong_at = monotonic()
            return
        try:
            self._parse(data)
        except frames.ProtocolError as error:
            self.refuse(error)

    def refuse(self, error: frames.ProtocolError) -> None:
        """Close because of what the peer sent."""
        self._engine.stats.protocol_errors += 1
        self.close_with(error.reason, error.code)

    def _parse(self, data: bytes) -> None:
        buffer: bytes | bytearray = data
        if self._rest is not None:
            self._rest += data
            buffer = self._rest
        found, used = frames.read_frames(buffer, self._frame_limit())
        self._rest = bytearray(buffer[used:]) if used < len(buffer) else None
        for frame in found:
            if self.closing:
                return
            self._frame(*frame)
        # Pings and fragments are no events, and cost nobody a greenlet: they are counted where they are read.
        if self._spend(frames=len(found) or 1)[1] > self._engine.frames_per_second and not self.closing:
            self._watcher.stop()
            self._enqueue(_PAUSE)

    def _frame_limit(self) -> int:
        return max(self._message_limit() - len(self._fragments or b""), _CONTROL_BYTES)

    def _message_limit(self) -> int:
        limit = self._engine.message_limit
        return limit if self.joined else min(limit, _STRANGER_BYTES)

    def _frame(self, final: bool, opcode: int, payload: bytes) -> None:
        if opcode == frames.TEXT and final and self._fragments is None:
            self._packet(payload)
        elif opcode == frames.PING:
            self.put(frames.server_frame(payload, frames.PONG))
        elif opcode == frames.CLOSE:
            frames.check_close(payload)
            self._leave(self._engine.server.reason.TRANSPORT_CLOSE)
        elif opcode == frames.BINARY:
            raise frames.ProtocolError("binary is not accepted", frames.NO_BINARY)
        elif opcode == frames.TEXT and self._fragments is None:
            self._fragments = bytearray(payload)
        elif opcode == frames.CONTINUATION and self._fragments is not None:
            self._fragments += payload
            if len(self._fragments) > self._message_limit():
                raise frames.ProtocolError("message too big", frames.TOO_BIG)
            if final:
                whole, self._fragments = bytes(self._fragments), None
                self._packet(whole)
        elif opcode != frames.PONG:
            raise frames.ProtocolError("fragments out of order")

    def _packet(self, payload: bytes) -> None:
        """An Engine.IO packet (protocol 4: the first byte is its kind)."""
        kind = payload[:1]
        if kind == b"3":
            self.pong_at = monotonic()
        elif kind == b"4":
            self._message(payload[1:])
        elif kind == b"1":
            self._leave(self._engine.server.reason.CLIENT_DISCONNECT)
        elif kind != b"6":
            raise frames.ProtocolError("unexpected Engine.IO packet")

    def _leave(self, say: str) -> None:
        """The peer says goodbye. What it said before is still handled."""
        self.close_with("", frames.NORMAL, say=say, heed=True)

    def _message(self, payload: bytes) -> None:
        try:
            text = payload.decode()
        except UnicodeDecodeError as error:
            raise frames.ProtocolError("not UTF-8", frames.BAD_TEXT) from error
        if not (self.joined or self._working) and text[:1] != "0":
            raise frames.ProtocolError("a packet before connecting")
        self._enqueue(text)
        if self._inbox and len(self._inbox) >= self._engine.inbox_limit:
            self._watcher.stop()  # backpressure: the kernel's buffer fills, and then the client has to wait

    def enqueue_end(self) -> None:
        """Let the end be handled after everything that came before it."""
        self._enqueue(_CLOSED)

    def _enqueue(self, item: Any) -> None:
        if self._inbox is None:
            self._inbox = deque()
        self._inbox.append(item)
        if not self._working:
            self._working = True
            gevent.spawn(self._work)

    def _work(self) -> None:
        while self._inbox:
            item = self._inbox.popleft()
            if item is _CLOSED:
                self._engine.disconnected(self)
            elif item is _PAUSE:
                gevent.sleep(1.0)
            elif not self.deaf:
                self._engine.handle(self, item)
                self._rest_if_busy()
        self._inbox, self._working = None, False
        if not self.closing:
            self.listen()

    def _rest_if_busy(self) -> None:
        # A bound on events a second and socket, kept by not reading: nobody can take the loop for themselves.
        if self._spend(events=1)[2] >= self._engine.events_per_second:
            gevent.sleep(1.0)

    def _spend(self, *, frames: int = 0, events: int = 0) -> tuple[int, int, int]:
        second, read, handled = self._spent
        now = int(monotonic())
        if second != now:
            read = handled = 0
        self._spent = (now, read + frames, handled + events)
        return self._spent
