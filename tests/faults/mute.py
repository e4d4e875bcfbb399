"""A client that reads nothing: a bare WebSocket with a small buffer, which nobody empties."""

import base64
import json
import os
import socket
import struct
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class Mute:
    """Connects to one realtime process, joins with a token, and never reads again."""

    def __init__(self, url: str, token: str) -> None:
        address = urlsplit(url)
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.settimeout(20)
        self._socket.connect((address.hostname, address.port))
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {address.netloc}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self._until(b"\r\n\r\n")
        self._say("40" + json.dumps({"token": token}))
        self._until(b'"ready"')

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def _say(self, text: str) -> None:
        data, mask = text.encode(), os.urandom(4)
        masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(data))
        self._socket.sendall(struct.pack("!BBH", 0x81, 0x80 | 126, len(data)) + mask + masked)

    def _until(self, mark: bytes) -> None:
        seen = b""
        while mark not in seen:
            data = self._socket.recv(4096)
            if not data:
                raise ConnectionError("realtime closed before it said ready")
            seen += data
