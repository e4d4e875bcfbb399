"""Long-polling clients, and their move to WebSocket. They are few: engineio's own queue and greenlets serve them.

What waits for one is bounded in bytes, as a WebSocket's spill queue is.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from time import monotonic, time
from typing import TYPE_CHECKING, Any
from wsgiref.types import StartResponse, WSGIEnvironment

import gevent
from engineio import exceptions
from engineio import packet as eio_packet
from engineio import socket as eio_socket

from . import frames
from .connection import Connection
from .handshake import BadUpgrade, Socket, switching_protocols, take_socket

if TYPE_CHECKING:
    from .engine import Engine

_PACKETS_A_POLL = 16
"""What python-engineio's client takes in one answer; over more it gives the session up."""
_PACKET_BYTES = 64
"""For how much a packet counts beside what is in it: a queue of empty ones is not free."""
_NOOP, _PROBED = eio_packet.Packet(eio_packet.NOOP), frames.server_frame(b"3probe")


class PollingSocket(eio_socket.Socket):  # type: ignore[misc]  # engineio publishes no types
    """engineio's socket, that takes the frames of the fan-out as well."""

    def __init__(self, engine: "Engine", sid: str) -> None:
        super().__init__(engine.server, sid)
        self._engine = engine
        self._opened = monotonic()
        self.joined = False
        self.waiting_bytes = 0
        """What the client has not fetched yet."""
        self.write: Callable[[bytes], int] = self._write
        self.direct = None
        self.reason: str | None = None
        self._successor: Connection | None = None
        engine.wheel.add(self, engine.connect_timeout)

    def _write(self, frame: bytes) -> int:
        if self._successor is not None:  # it moved while a long room was being written to
            self._successor.put(frame)
        elif not self.closed and not self.closing:
            self._wait(_Waiting(frames.frame_payload(frame).decode(), len(frame)))
        return len(frame)

    def send(self, pkt: eio_packet.Packet) -> None:
        """Send a packet of python-socketio's: an answer to the client, say, who may ask without ever polling."""
        if self.closing or pkt.packet_type != eio_packet.MESSAGE or pkt.binary:
            super().send(pkt)
        elif self.check_ping_timeout():
            encoded = pkt.encode()
            self._wait(_Waiting(encoded, len(encoded)))

    def _wait(self, packet: "_Waiting") -> None:
        """Queue a packet; whoever has too many is closed."""
        if self.reason is not None:  # it is being closed
            return
        if self.waiting_bytes + packet.size > self._engine.spill_limit:
            self._engine.stats.slow_consumers += 1
            self.close_with("slow_consumer", frames.POLICY)
        else:
            self.waiting_bytes += packet.size
            self.queue.put(packet)

    def poll(self) -> list[eio_packet.Packet]:
        """Wait for packets and answer them, no more at a time than any client takes."""
        packets: list[Any] = []
        try:
            packets.append(self.queue.get(timeout=self.server.ping_interval + self.server.ping_timeout))
            while packets[-1] is not None and len(packets) < _PACKETS_A_POLL:
                packets.append(self.queue.get(block=False))
        except self.server.get_queue_empty_exception():
            if not packets:
                raise exceptions.QueueEmpty from None
        self.waiting_bytes -= sum(packet.size for packet in packets if isinstance(packet, _Waiting))
        if packets[-1] is None:
            packets.pop()
            if packets:  # the end is the next poll's answer
                self.queue.put(None)
        return packets

    def spill(self, frame: bytes, sent: int) -> None:
        """Never needed: a queue takes everything at once."""

    def lost(self) -> None:
        """Never needed: a queue does not fail."""

    def left(self) -> None:
        """Nobody is connected through this any more: somebody has to, or it is closed."""
        self.joined, self._opened = False, monotonic()

    def receive(self, pkt: eio_packet.Packet) -> None:
        """Handle a packet of the client; what breaks the protocol ends the session."""
        if pkt.packet_type != eio_packet.MESSAGE:
            super().receive(pkt)
        elif isinstance(pkt.data, bytes):
            self.close_with("binary is not accepted", frames.NO_BINARY)
        elif not self.joined and str(pkt.data)[:1] != "0":
            self.close_with("a packet before connecting", frames.PROTOCOL_ERROR)
        else:
            self._engine.handle(self, pkt.encode()[1:])

    def refuse(self, error: frames.ProtocolError) -> None:
        """Close because of what the peer sent."""
        self._engine.stats.protocol_errors += 1
        self.close_with(error.reason, error.code)

    def close_with(self, reason: str, code: int, *, last: bytes = b"", say: str | None = None) -> None:
        """Queue a goodbye and end the session. Handlers run in a greenlet of their own: whoever calls must not wait."""
        self.reason = say or reason
        goodbye = self._engine.goodbye(reason)
        if goodbye:
            self.queue.put(eio_packet.Packet(encoded_packet=frames.frame_payload(goodbye).decode()))
        gevent.spawn(self.close, wait=False, reason=self.reason)

    def close(self, wait: bool = True, abort: bool = False, reason: str | None = None) -> None:
        """Close without waiting for a client to fetch what is queued: it may never come."""
        super().close(wait=False, abort=abort, reason=reason)
        if not self.upgraded:
            self._engine.forgotten(self)

    def beat(self) -> float | None:
        """Close whoever stopped polling or never connected."""
        if self.closed or self.upgraded:
            if self._engine.server.sockets.get(self.sid) is self:
                del self._engine.server.sockets[self.sid]
            return None
        if not self.joined and monotonic() - self._opened >= self._engine.connect_timeout:
            self.close_with("never connected", frames.POLICY)
        elif self.last_ping and time() - self.last_ping > self.server.ping_timeout:
            # engineio's check_ping_timeout would close right here, and handlers of the end may block the wheel.
            self.close_with("ping timeout", frames.GOING_AWAY, say=self.server.reason.PING_TIMEOUT)
        return float(self._engine.ping_timeout)

    def _upgrade_websocket(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        try:
            answer = switching_protocols(environ)
        except BadUpgrade as error:
            return self._engine.bad_upgrade(error)
        sock, released = take_socket(environ)
        connection = UpgradingConnection(self._engine, self, sock)
        connection.start(answer)
        return self._engine.hold(connection, released)

    def moved(self, connection: Connection) -> Iterable[eio_packet.Packet]:
        """The client speaks WebSocket now: what is still queued, to be sent there."""
        self._successor = connection
        self.upgraded, self.upgrading = True, False
        left = []
        with suppress(self.server.get_queue_empty_exception()):
            while True:
                left.append(self.queue.get(block=False))
        self.closed = True
        self.queue.put(None)
        return [packet for packet in left if packet is not None and packet.packet_type != eio_packet.NOOP]


class _Waiting(eio_packet.Packet):  # type: ignore[misc]  # engineio publishes no types
    """A packet that waits, and for how many bytes it counts."""

    def __init__(self, encoded: str, size: int) -> None:
        super().__init__(encoded_packet=encoded)
        self.size = size + _PACKET_BYTES


class UpgradingConnection(Connection):
    """A WebSocket that takes over a polling session by the probe of Engine.IO 4: `2probe`, `3probe`, `5`."""

    __slots__ = ("_polling",)

    def __init__(self, engine: "Engine", polling: PollingSocket, sock: Socket) -> None:
        super().__init__(engine, polling.sid, sock)
        self._polling: PollingSocket | None = polling

    def _packet(self, payload: bytes) -> None:
        polling = self._polling
        if polling is None:
            super()._packet(payload)
        elif payload == b"2probe" and not polling.upgrading:
            polling.upgrading = True
            self.put(_PROBED)
            polling.queue.put(_NOOP)  # ends the request that waits, so that nothing is lost between the two
        elif payload == b"5" and polling.upgrading:
            self._polling = None
            self._engine.replace(polling, self)
            for packet in polling.moved(self):
                self.send(packet)
        else:
            raise frames.ProtocolError("not an upgrade")

    def _end(self) -> None:
        if self._polling is not None:  # given up half way: the session goes on by polling
            self._polling.upgrading, self._polling = False, None
        super()._end()
