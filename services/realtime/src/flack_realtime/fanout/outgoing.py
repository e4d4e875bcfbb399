"""The writing half of a connection: straight into the kernel, and a bounded queue only where that is full."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engineio import packet as eio_packet

from . import frames
from .handshake import Socket
from .spill import SpillQueue

if TYPE_CHECKING:
    from .engine import Engine

_WRITABLE = 2


class Outgoing:
    """Writes frames in order. `write` is the socket's own `send` as long as the peer keeps up."""

    __slots__ = ("_engine", "_sock", "_spill", "_write_watcher", "closed", "closing", "reason", "write")

    sid: str

    def __init__(self, engine: "Engine", sock: Socket) -> None:
        self._engine, self._sock = engine, sock
        self.write: Callable[[bytes], int] = sock.send
        self.closing = self.closed = False
        self.reason: str | None = None
        self._spill: SpillQueue | None = None
        self._write_watcher: Any = None

    @property
    def direct(self) -> Socket | None:
        """The socket, while what is written to it needs no queue."""
        return None if self.closing or self._spill is not None else self._sock

    @property
    def waiting_bytes(self) -> int:
        """What the peer has not taken yet."""
        return 0 if self._spill is None else self._spill.size

    def send(self, packet: eio_packet.Packet) -> None:
        """Send an Engine.IO packet (the name that engineio's server calls)."""
        encoded = packet.encode()
        if isinstance(encoded, bytes):
            self.put(frames.server_frame(encoded, frames.BINARY))
        else:
            self.put(frames.server_frame(encoded.encode()))

    def put(self, frame: bytes) -> None:
        """Write one frame to this socket alone."""
        try:
            sent = self.write(frame)
        except BlockingIOError:
            self.spill(frame, 0)
        except OSError:
            self.lost()
        else:
            if sent != len(frame):
                self.spill(frame, sent)

    def spill(self, frame: bytes, sent: int) -> None:
        """Keep what the kernel did not take, and send it when it can."""
        if self.closed:
            return
        self._spill = SpillQueue(self._engine.spill_limit)
        self.write = self._behind
        self._write_watcher = self._engine.loop.io(self._sock.fileno(), _WRITABLE)
        self._write_watcher.start(self._writable)
        self._engine.rerouted(self)
        self._keep(frame, sent)

    def _behind(self, frame: bytes) -> int:
        self._keep(frame, 0)
        return len(frame)

    def _keep(self, frame: bytes, sent: int) -> None:
        assert self._spill is not None
        if not self._spill.push(frame, sent) and not self.closing:
            self._engine.stats.slow_consumers += 1
            self.close_with("slow_consumer", frames.POLICY)

    def _writable(self) -> None:
        spill = self._spill
        while spill:
            try:
                sent = self._sock.send(spill.head())
            except BlockingIOError:
                return
            except OSError:
                self.lost()
                return
            spill.taken(sent)
        self._spill = None
        stop(self._write_watcher)
        self._write_watcher = None
        if self.closing:
            self.finish()
        else:
            self.write = self._sock.send
            self._engine.rerouted(self)

    def make_room_for_goodbye(self, size: int) -> None:
        """Drop what has spilled, but for a frame already begun, so that `size` more bytes fit."""
        if self._spill is not None:
            self._spill.keep_only_first()
            self._spill.limit = max(self._spill.limit, self._spill.size + size)

    def forget_spill(self) -> None:
        """Give up on what has spilled."""
        stop(self._write_watcher)
        self._write_watcher = self._spill = None

    def lost(self) -> None:
        """The peer is gone."""
        raise NotImplementedError

    def left(self) -> None:
        """Nobody is connected through this any more."""
        raise NotImplementedError

    def finish(self) -> None:
        """The last byte went out."""
        raise NotImplementedError

    def close_with(
        self, reason: str, code: int, *, last: bytes = b"", say: str | None = None, heed: bool = False
    ) -> None:
        """Close and tell why."""
        raise NotImplementedError


def stop(watcher: Any) -> None:
    """Stop an event-loop watcher and free it."""
    if watcher is not None:
        watcher.stop()
        watcher.close()
