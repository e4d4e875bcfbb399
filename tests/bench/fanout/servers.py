"""The servers of the comparison, each as its own documentation says it should be run."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgpack
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flack_contracts import streams, wire
from flack_kit.jwt import Signer
from processes import HERE, build, children, free_port, wait_for_port

NAMES = ("flack", "stock", "node", "floor")


def event(size: int) -> dict[str, object]:
    """An event whose Socket.IO packet is about `size` bytes long, stamped with the time of publishing."""
    return {"t": time.monotonic_ns(), "pad": "x" * max(0, size - 47)}


class Server:
    """One server process, its port, and how a message is published to its room."""

    def __init__(self, name: str, redis_port: int, scratch: Path) -> None:
        self.name, self.redis_port, self.scratch = name, redis_port, scratch
        self.port = free_port()
        self.tokens: Path | None = None
        self._stub: ThreadingHTTPServer | None = None
        self.process = getattr(self, f"_start_{name}")()
        wait_for_port(self.port, self.process)
        time.sleep(1)  # gunicorn listens before its worker runs
        self.pid = (
            (children(self.process.pid) or [self.process.pid])[0]
            if name in ("flack", "stock")
            else self.process.pid
        )

    @property
    def redis_url(self) -> str:
        """The Redis that every server of one run shares."""
        return f"redis://127.0.0.1:{self.redis_port}/0"

    def message(self, size: int, room: str = "bench") -> tuple[str, bytes]:
        """What to publish, and on which Redis channel, for one event of `size` bytes to a room."""
        make: Callable[[int, str], tuple[str, bytes]] = getattr(self, f"_message_{self.name}")
        return make(size, room)

    def stop(self) -> None:
        """End the process and what it started."""
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self._stub:
            self._stub.shutdown()

    def _popen(self, command: list[Any], **environment: str) -> "subprocess.Popen[bytes]":
        log = (self.scratch / f"{self.name}.log").open("ab")
        return subprocess.Popen(command, env={**os.environ, **environment}, stdout=log, stderr=log)

    # Flack's own realtime service, with tokens and rooms: the stub stands in for api.

    def _start_flack(self) -> "subprocess.Popen[bytes]":
        pem = (
            Ed25519PrivateKey.generate()
            .private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            .decode()
        )
        signer = Signer(pem)
        self.tokens = self.scratch / "tokens"
        now = int(time.time())
        claims = {"iss": "flack", "aud": "flack", "role": "member", "iat": now, "exp": now + 3600}
        self.tokens.write_text(
            "\n".join(
                signer.sign({**claims, "sub": str(user), "sid": str(user)}) for user in range(1, 10_001)
            )
        )
        self._stub = _api_stub(signer)
        threading.Thread(target=self._stub.serve_forever, daemon=True).start()
        return self._popen(
            [sys.executable, "-m", "flack_realtime"],
            FLACK_BIND="127.0.0.1", FLACK_PORT=str(self.port), FLACK_METRICS_PORT=str(free_port()),
            FLACK_REDIS_URL=self.redis_url, FLACK_API_URL=f"http://127.0.0.1:{self._stub.server_port}",
            FLACK_SERVICE_KEY="bench", FLACK_LOG_LEVEL="warning", FLACK_DRAIN_SECONDS="0", FLACK_GRACEFUL_TIMEOUT="1",
            FLACK_REALTIME_CONNECTS_PER_SECOND="100000", FLACK_REALTIME_CONNECT_BURST="100000",
        )  # fmt: skip

    def _message_flack(self, size: int, room: str) -> tuple[str, bytes]:
        name = streams.channel_stream(1 if room == "bench" else 2)
        return streams.room_channel(name), wire.packet("event", orjson.dumps(event(size)))

    def _start_stock(self) -> "subprocess.Popen[bytes]":
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "-k",
            "gevent",
            "-w",
            "1",
            "--worker-connections",
            "20000",
            "-b",
        ]
        return self._popen(
            [*command, f"127.0.0.1:{self.port}", "--chdir", HERE / "peers", "stock:app"],
            REDIS_URL=self.redis_url,
        )

    def _message_stock(self, size: int, room: str) -> tuple[str, bytes]:
        # What python-socketio 5.18's RedisManager publishes for emit(event, data, room=room).
        message = {
            "method": "emit", "event": "event", "binary": False, "data": [event(size)], "namespace": "/",
            "room": room, "skip_sid": None, "callback": None, "host_id": "bench",
        }  # fmt: skip
        return "flask-socketio", orjson.dumps(message)

    def _start_node(self) -> "subprocess.Popen[bytes]":
        return self._popen(
            ["node", HERE / "peers" / "node.mjs"], PORT=str(self.port), REDIS_URL=self.redis_url
        )

    def _message_node(self, size: int, room: str) -> tuple[str, bytes]:
        packet = {"type": 2, "data": ["event", event(size)], "nsp": "/"}
        options = {"rooms": [room], "except": [], "flags": {}}
        return f"socket.io#/#{room}#", msgpack.packb(["bench", packet, options])

    def _start_floor(self) -> "subprocess.Popen[bytes]":
        program = build("floor", self.scratch / "bin")
        return self._popen([program, str(self.port), str(self.redis_port), "floor:bench"])

    def _message_floor(self, size: int, room: str) -> tuple[str, bytes]:
        return f"floor:{room}", wire.packet("event", orjson.dumps(event(size)))


def _memberships(user: int) -> dict[str, Any]:
    return {"user_id": user, "seq": 0, "channel_ids": [1], "streams": {f"user:{user}": 0, "channel:1": 0}}


def _api_stub(signer: Signer) -> ThreadingHTTPServer:
    """api as far as realtime asks it: public keys, and that everybody is in channel 1."""

    class Stub(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path == "/api/v2/jwks":
                body = orjson.dumps(signer.key_set())
            else:
                users = map(int, self.path.split("=")[1].split(","))
                body = orjson.dumps({"people": [_memberships(user) for user in users]})
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            """Quiet."""

    return ThreadingHTTPServer(("127.0.0.1", 0), Stub)
