"""The seam with engineio: one method of its server is replaced, so that connections are ours.

`engineio.Server._handle_connect` is not public. `tests/unit/test_fanout_seam.py` fails if it, or what it calls, moves.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import gevent
import orjson
from engineio import packet as eio_packet
from socketio import packet as sio_packet

from . import frames
from .connection import Connection
from .handshake import BadUpgrade, switching_protocols, take_socket
from .incoming import Incoming
from .outgoing import Outgoing
from .polling import PollingSocket
from .wheel import Wheel

log = logging.getLogger(__name__)

Link = Incoming | PollingSocket

FLASK_ENVIRON = (
    "flask.app", "REQUEST_METHOD", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "SERVER_NAME", "SERVER_PORT",
    "SERVER_PROTOCOL", "REMOTE_ADDR", "HTTP_HOST", "HTTP_COOKIE", "HTTP_USER_AGENT", "HTTP_X_REQUEST_ID",
    "wsgi.url_scheme",
)  # fmt: skip
"""What is kept of a request's environ for the handlers' sake: enough for Flask-SocketIO's request context."""


@dataclass
class Stats:
    """Counters that the fan-out raises; whoever exports metrics reads them."""

    deliveries: int = 0
    slow_consumers: int = 0
    protocol_errors: int = 0
    gaps: int = 0


class Engine:
    """engineio's server with connections that are written to directly. Limits are in bytes and seconds."""

    def __init__(
        self,
        sio: Any,
        *,
        keep_environ: tuple[str, ...] = FLASK_ENVIRON,
        spill_limit: int = 1 << 20,
        message_limit: int = 256 * 1024,
        inbox_limit: int = 32,
        events_per_second: int = 50,
        frames_per_second: int = 500,
        connect_timeout: float = 20.0,
        linger: float = 2.0,
    ) -> None:
        self.sio, self.server = sio, sio.eio
        self.loop = gevent.get_hub().loop
        self.ping_interval: float = self.server.ping_interval
        self.ping_timeout: float = self.server.ping_timeout
        self.spill_limit, self.message_limit = spill_limit, message_limit
        self.inbox_limit = inbox_limit
        self.events_per_second, self.frames_per_second = events_per_second, frames_per_second
        self.connect_timeout, self.linger = connect_timeout, linger
        self.wheel = Wheel()
        self.stats = Stats()
        self.goodbye: Callable[[str], bytes] = lambda _reason: b""
        self.replaced: Callable[[Link], None] = lambda _link: None
        self.rerouted: Callable[[Outgoing], None] = lambda _link: None
        self.forgotten: Callable[[Link], None] = lambda _link: None
        self._kept = keep_environ
        self.server._handle_connect = self._handle_connect
        self.server.start_service_task = False  # the wheel does what the monitor did
        self.server.max_http_buffer_size = message_limit
        if sio.packet_class is sio_packet.Packet:
            sio.packet_class = StrictPacket

    def _handle_connect(
        self,
        environ: WSGIEnvironment,
        start_response: StartResponse,
        transport: str,
        jsonp_index: int | None = None,
    ) -> Any:
        sid = self.server.generate_id()
        kept = {name: environ[name] for name in self._kept if name in environ}
        if transport == "polling":
            return self._open_polling(sid, kept, jsonp_index)
        try:
            answer = switching_protocols(environ)
        except BadUpgrade as error:
            return self.bad_upgrade(error)
        if self._refused(sid, kept):
            return self.server._unauthorized()
        sock, released = take_socket(environ)
        connection = Connection(self, sid, sock)
        self.server.sockets[sid] = connection
        connection.start(answer + frames.server_frame(b"0" + self._opening(sid, [])))
        return self.hold(connection, released)

    def _open_polling(self, sid: str, kept: WSGIEnvironment, jsonp_index: int | None) -> Any:
        polling = PollingSocket(self, sid)
        self.server.sockets[sid] = polling
        if self._refused(sid, kept):
            del self.server.sockets[sid]
            return self.server._unauthorized()
        upgrades = self.server._upgrades(sid, "polling")
        polling.queue.put(_opened(self._opening(sid, upgrades)))
        polling.schedule_ping()
        polling.connected = True
        return self.server._ok(polling.poll(), jsonp_index=jsonp_index)

    def _refused(self, sid: str, kept: WSGIEnvironment) -> bool:
        answer = self.server._trigger_event("connect", sid, kept, run_async=False)
        return answer is not None and answer is not True

    def _opening(self, sid: str, upgrades: list[str]) -> bytes:
        return orjson.dumps(
            {
                "sid": sid,
                "upgrades": upgrades,
                "pingInterval": int(self.ping_interval * 1000),
                "pingTimeout": int(self.ping_timeout * 1000),
                "maxPayload": self.message_limit,
            }
        )

    def waiting_bytes(self) -> int:
        """What clients that do not keep up have not taken yet: adds up all of them, so ask at most now and then."""
        return sum(link.waiting_bytes for link in self.server.sockets.values())

    def hold(self, connection: Connection, released: bool) -> Any:
        """End the WSGI request, or keep it until the connection ends where the server still owns the socket."""
        if released:
            raise StopIteration  # as engineio's own driver tells gunicorn: this socket is no longer yours
        connection.wait_ended()
        return ()

    def replace(self, polling: PollingSocket, connection: Connection) -> None:
        """A polling session goes on by WebSocket."""
        self.server.sockets[connection.sid] = connection
        connection.joined = polling.joined
        self.replaced(connection)

    def handle(self, link: Link, text: str) -> None:
        """Hand a Socket.IO packet to python-socketio. What is not one closes the connection with a reason."""
        try:
            if not text:
                raise frames.ProtocolError("an empty packet")
            self.server.handlers["message"](link.sid, text)
        except frames.ProtocolError as error:
            link.refuse(error)
        except Exception:  # a handler of the application failed: logged, and this socket takes no other along
            log.exception("realtime handler failed")
            link.close_with("internal error", frames.INTERNAL)

    def bad_upgrade(self, error: BadUpgrade) -> Any:
        """400, with the version of the protocol that is spoken here (RFC 6455 section 4.4)."""
        answer = self.server._bad_request(str(error))
        answer["headers"].append(("Sec-WebSocket-Version", "13"))
        return answer

    def disconnected(self, link: Link) -> None:
        """A WebSocket has ended: tell python-socketio once everything before it was handled."""
        if self.server.sockets.get(link.sid) is link:
            del self.server.sockets[link.sid]
            self.server._trigger_event("disconnect", link.sid, link.reason, run_async=False)
            self.forgotten(link)


def _opened(data: bytes) -> Any:
    return eio_packet.Packet(encoded_packet="0" + data.decode())


# python-socketio calls the application's handlers of these names for a client's event as well: whoever says
# `disconnect` would be taken for gone and go on listening.
_SERVERS_OWN = {"connect", "disconnect", "*"}


class StrictPacket(sio_packet.Packet):  # type: ignore[misc]  # python-socketio publishes no types
    """A Socket.IO packet that accepts only what a client may send and we handle: no binary, no odd shapes."""

    def decode(self, encoded_packet: str) -> int | None:
        """Decode, or raise ProtocolError."""
        try:
            attachments: int | None = super().decode(encoded_packet)
        except (ValueError, TypeError, IndexError, RecursionError) as error:
            raise frames.ProtocolError("not a Socket.IO packet") from error
        if self.packet_type in (sio_packet.BINARY_EVENT, sio_packet.BINARY_ACK) or attachments:
            raise frames.ProtocolError("binary is not accepted", frames.NO_BINARY)
        if self.packet_type == sio_packet.EVENT:
            good = isinstance(self.data, list) and len(self.data) > 0 and isinstance(self.data[0], str)
            if good and self.data[0] in _SERVERS_OWN:
                raise frames.ProtocolError("an event that only the server has")
        elif self.packet_type == sio_packet.ACK:
            good = isinstance(self.data, list) and self.id is not None
        else:
            good = self.packet_type in (sio_packet.CONNECT, sio_packet.DISCONNECT)
        if not good:
            raise frames.ProtocolError("not a Socket.IO packet")
        return attachments
