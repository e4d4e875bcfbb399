"""One live connection: Engine.IO 4 and Socket.IO 5 over WebSocket, as far as a client of Flack needs them.

picows reads the frames (in C), so that a delivery costs the generator little beside what it costs the server.
"""

import asyncio
from typing import Any, Protocol

import orjson
from picows import (
    WSCloseCode,
    WSError,
    WSFrame,
    WSHandshakeError,
    WSListener,
    WSMsgType,
    WSTransport,
    ws_connect,
)

_PING, _PONG, _OPEN = b"2", b"3", b"0"
_CONNECTED, _REFUSED, _GOODBYE = b"40", b"44", b"41"
_TEXT = WSMsgType.TEXT


class Hears(Protocol):
    """Who is told what a connection brings."""

    def heard(self, name: str, data: Any) -> None:
        """An event of Socket.IO."""

    def lost(self, reason: str) -> None:
        """The connection is gone, and not because we closed it."""


class Refused(Exception):
    """No connection was made: `status` of HTTP, or what Socket.IO said."""

    def __init__(self, status: str, retry_after: float = 0.0) -> None:
        super().__init__(status)
        self.status, self.retry_after = status, retry_after


class Live(WSListener):  # type: ignore[misc]  # picows is compiled
    """A connection. `open` makes one."""

    def __init__(self, hears: Hears, token: str) -> None:
        self._hears, self._token = hears, token
        self._transport: WSTransport | None = None
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._parts: list[bytes] = []
        self._left = False
        self.why = "lost"

    @classmethod
    async def open(cls, hears: Hears, url: str, token: str, host: str | None, seconds: float) -> "Live":
        """Connect, prove who one is, and wait until realtime says `ready`. Raises Refused."""
        address = "ws" + url.removeprefix("http") + "/socket.io/?EIO=4&transport=websocket"
        headers = {"Origin": url} if host is None else {"Host": host, "Origin": f"http://{host}"}
        live = cls(hears, token)
        try:
            async with asyncio.timeout(seconds):
                await ws_connect(
                    lambda: live, address, extra_headers=headers, websocket_handshake_timeout=None,
                    read_buffer_init_size=2048, max_redirects=0,
                )  # fmt: skip
                await live._ready
        except WSHandshakeError as error:
            response = getattr(error, "response", None)
            status = str(int(response.status)) if response is not None else "handshake"
            after = response.headers.get("Retry-After", "1") if response is not None else "1"
            raise Refused(status, float(after) if after.isdigit() else 1.0) from None
        except TimeoutError:
            live.close()
            raise Refused("timeout") from None
        except (OSError, WSError) as error:
            raise Refused("connection") from error
        return live

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Part of picows' interface."""
        self._transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Part of picows' interface."""
        if frame.msg_type is WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code())
            transport.disconnect()
            return
        data = frame.get_payload_as_bytes()
        if not frame.fin or self._parts:
            self._parts.append(data)
            if not frame.fin:
                return
            data = b"".join(self._parts)
            self._parts = []
        self._packet(transport, data)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """Part of picows' interface."""
        if not self._ready.done():
            self._ready.set_exception(Refused("connection"))
            self._ready.exception()  # looked at, also where the handshake failed and nobody waits for it any more
        elif not self._left:
            self._hears.lost(self.why)

    def _packet(self, transport: WSTransport, data: bytes) -> None:
        if data[:2] == b"42":
            name, *arguments = orjson.loads(data[2:])
            if name == "ready" and not self._ready.done():
                self._ready.set_result(None)
            elif name == "closing":
                self.why = str(arguments[0].get("reason", "closing"))
            self._hears.heard(name, arguments[0] if arguments else None)
        elif data == _PING:
            transport.send(_TEXT, _PONG)
        elif data[:1] == _OPEN:
            transport.send(_TEXT, b"40" + orjson.dumps({"token": self._token}))
        elif data[:2] == _REFUSED and not self._ready.done():
            self._ready.set_exception(Refused(orjson.loads(data[2:]).get("message", "refused")))
        elif data[:2] == _GOODBYE:
            transport.disconnect()

    def say(self, name: str, data: Any) -> None:
        """Send an event, if the connection is there."""
        if self._transport is not None and not self._transport.is_disconnected:
            self._transport.send(_TEXT, b"42" + orjson.dumps([name, data]))

    def close(self, *, rudely: bool = False) -> None:
        """Leave: with a goodbye, or (`rudely`) as a network that breaks does."""
        self._left = True
        if self._transport is None or self._transport.is_disconnected:
            return
        if not rudely:
            self._transport.send(_TEXT, _GOODBYE)
            self._transport.send_close(WSCloseCode.OK)
        self._transport.disconnect()
