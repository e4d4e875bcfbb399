"""The servers of the comparison, each as its own documentation says it should be run."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgpack
import orjson
import redis
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flack_contracts import streams, wire
from flack_kit.jwt import Signer
from installation import Installation
from processes import HERE, build, free_port, tree, wait_for_port

NAMES = ("flack", "stock", "node", "floor")
OTHERS = ("stock_other", "node_other")
"""The peers in the other way that their documentation has: of deliveries alone, and half as many rounds."""
TOKENS = 12_000


def event(size: int) -> dict[str, object]:
    """An event whose Socket.IO packet is about `size` bytes long, stamped with the time of publishing."""
    return {"t": time.monotonic_ns(), "pad": "x" * max(0, size - 47)}


class Server:
    """One server process, its port, and how a message is published to its room."""

    def __init__(
        self,
        name: str,
        redis_port: int,
        scratch: Path,
        *,
        installation: Installation | None = None,
        traced: bool = False,
        **environment: str,
    ) -> None:
        self._environment, self._traced = environment, scratch / f"{name}.traced" if traced else None
        self.installation = installation
        self.name, self.redis_port, self.scratch = name, redis_port, scratch
        self.port = free_port()
        self.tokens: Path | None = None
        self._stub: ThreadingHTTPServer | None = None
        self.process = getattr(self, f"_start_{name}")()
        wait_for_port(self.port, self.process)
        time.sleep(1)  # gunicorn listens before its worker runs
        self.pid = self.process.pid

    @property
    def redis_url(self) -> str:
        """The Redis that every server of one run shares."""
        return f"redis://127.0.0.1:{self.redis_port}/0"

    def message(self, size: int, channel: int) -> tuple[str, bytes]:
        """What to publish, and where, for one event of `size` bytes to a room: that of everybody is number 1."""
        make: Callable[[int, int], tuple[str, bytes]] = getattr(self, f"_message_{self.name}")
        return make(size, channel)

    def publish(self, client: "redis.Redis", size: int, channel: int) -> None:
        """Publish one event of `size` bytes to a room."""
        where, what = self.message(size, channel)
        if self.name == "node_other":
            client.execute_command("SPUBLISH", where, what)
        else:
            client.publish(where, what)

    def allocated(self) -> dict[str, int]:
        """Bytes that Python holds for each source file, by tracemalloc (`traced.py`)."""
        assert self._traced
        self._traced.unlink(missing_ok=True)
        os.kill(tree(self.pid)[-1], signal.SIGRTMIN)
        while not self._traced.exists():
            time.sleep(0.1)
        sums: dict[str, int] = json.loads(self._traced.read_text())
        return sums

    def stop(self) -> None:
        """End the process and what it started: a launcher would leave the server behind."""
        os.killpg(self.pid, signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self.pid, signal.SIGKILL)
            self.process.wait()
        if self._stub:
            self._stub.shutdown()
            self._stub.server_close()

    def _popen(self, command: list[Any], **environment: str) -> "subprocess.Popen[bytes]":
        log = (self.scratch / f"{self.name}.log").open("ab")
        if self._traced:
            command = [word if word != "-m" else HERE / "traced.py" for word in command]
            environment["TRACED"] = str(self._traced)
        return subprocess.Popen(
            command, env={**os.environ, **environment}, stdout=log, stderr=log, start_new_session=True
        )

    # Flack's own realtime service, with tokens and rooms. Without an installation a stub stands in for api.

    def _start_flack(self) -> "subprocess.Popen[bytes]":
        if self.installation:
            self.tokens = self.installation.tokens
            api_url, service_key = self.installation.api_url, self.installation.service_key
        else:
            signer, self.tokens = _tokens(self.scratch)
            self._stub = _api_stub(signer)
            threading.Thread(target=self._stub.serve_forever, daemon=True).start()
            api_url, service_key = f"http://127.0.0.1:{self._stub.server_port}", "bench"
        return self._popen(
            [sys.executable, "-m", "flack_realtime"],
            FLACK_BIND="127.0.0.1", FLACK_PORT=str(self.port), FLACK_METRICS_PORT=str(free_port()),
            FLACK_REDIS_URL=self.redis_url, FLACK_API_URL=api_url, FLACK_SERVICE_KEY=service_key,
            FLACK_LOG_LEVEL="warning", FLACK_DRAIN_SECONDS="0", FLACK_GRACEFUL_TIMEOUT="1", **self._environment,
        )  # fmt: skip

    def _message_flack(self, size: int, channel: int) -> tuple[str, bytes]:
        if self.installation:
            return self.installation.chat.message(channel)
        name = streams.channel_stream(channel)
        return streams.room_channel(name), wire.packet("event", orjson.dumps(event(size)))

    def _start_stock(self) -> "subprocess.Popen[bytes]":
        return self._gunicorn("gevent")

    def _start_stock_other(self) -> "subprocess.Popen[bytes]":
        # gevent-websocket is where only this server finds it: engineio's choice of a driver is what can be imported.
        worker = "geventwebsocket.gunicorn.workers.GeventWebSocketWorker"
        return self._gunicorn(worker, PYTHONPATH=str(HERE / "peers" / "site"))

    def _gunicorn(self, worker: str, **environment: str) -> "subprocess.Popen[bytes]":
        gunicorn = [
            sys.executable,
            "-m",
            "gunicorn",
            "-k",
            worker,
            "-w",
            "1",
            "--worker-connections",
            "20000",
        ]
        place = ["-b", f"127.0.0.1:{self.port}", "--no-control-socket", "--chdir", HERE / "peers"]
        return self._popen([*gunicorn, *place, "stock:app"], REDIS_URL=self.redis_url, **environment)

    def _message_stock(self, size: int, channel: int) -> tuple[str, bytes]:
        # What python-socketio 5.18's RedisManager publishes for emit(event, data, room=room).
        message = {
            "method": "emit", "event": "event", "binary": False, "data": [event(size)], "namespace": "/",
            "room": _room(channel), "skip_sid": None, "callback": None, "host_id": "bench",
        }  # fmt: skip
        return "flask-socketio", orjson.dumps(message)

    _message_stock_other = _message_stock

    def _start_node(self) -> "subprocess.Popen[bytes]":
        return self._popen(
            ["node", HERE / "peers" / "node.mjs"], PORT=str(self.port), REDIS_URL=self.redis_url
        )

    def _message_node(self, size: int, channel: int) -> tuple[str, bytes]:
        room, packet = _room(channel), {"type": 2, "data": ["event", event(size)], "nsp": "/"}
        options = {"rooms": [room], "except": [], "flags": {}}
        return f"socket.io#/#{room}#", msgpack.packb(["bench", packet, options])

    def _start_node_other(self) -> "subprocess.Popen[bytes]":
        return self._popen(
            ["node", HERE / "peers" / "node.mjs"], PORT=str(self.port), REDIS_URL=self.redis_url, SHARDED="1"
        )

    def _message_node_other(self, size: int, channel: int) -> tuple[str, bytes]:
        room, packet = _room(channel), {"type": 2, "data": ["event", event(size)], "nsp": "/"}
        options = {"rooms": [room], "except": [], "flags": {}}
        message = {"uid": "bench", "nsp": "/", "type": 3, "data": {"packet": packet, "opts": options}}
        return f"socket.io#/#{room}#", orjson.dumps(message)

    def _start_floor(self) -> "subprocess.Popen[bytes]":
        program = build("floor", self.scratch / "bin")
        return self._popen([program, str(self.port), str(self.redis_port), "floor:bench"])

    def _message_floor(self, size: int, channel: int) -> tuple[str, bytes]:
        return f"floor:{_room(channel)}", wire.packet("event", orjson.dumps(event(size)))


def _room(channel: int) -> str:
    return "bench" if channel == 1 else "elsewhere"


@cache
def _tokens(scratch: Path) -> tuple[Signer, Path]:
    """Access tokens of users 1, 2, …, one a line, and who signed them."""
    key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    signer, path, now = Signer(key.decode()), scratch / "tokens", int(time.time())
    claims = {"iss": "flack", "aud": "flack", "role": "member", "iat": now, "exp": now + 7200}
    path.write_text(
        "\n".join(
            signer.sign({**claims, "sub": str(user), "sid": str(user)}) for user in range(1, TOKENS + 1)
        )
    )
    return signer, path


def _memberships(user: int) -> dict[str, Any]:
    """Everybody is in channel 1; channels 10, 100 and 1,000 have as many members."""
    channels = [1, *(size for size in (10, 100, 1_000) if user <= size)]
    streams = {f"user:{user}": 0} | {f"channel:{channel}": 0 for channel in channels}
    return {"user_id": user, "seq": 0, "channel_ids": channels, "streams": streams}


def _api_stub(signer: Signer) -> ThreadingHTTPServer:
    """api as far as realtime asks it: public keys, that everybody is in channel 1, and that no session has ended."""

    class Stub(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one piece

        def handle(self) -> None:
            with suppress(ConnectionError):
                super().handle()

        def do_GET(self) -> None:
            if self.path == "/api/v2/jwks":
                body = orjson.dumps(signer.key_set())
            elif self.path.startswith("/internal/sessions/"):
                body = orjson.dumps({"session_ids": []})
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
