"""An installation that can be broken at every joint: two processes of a kind, cables between them, clocks that jump."""

import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import psycopg
import redis
from flack_local.postgres import OWNER
from flack_local.process import Child, Spec
from flack_local.stack import Stack

from .account import Account
from .pages import SlowPage
from .proxy import Cable

SETTINGS = {
    "RATE_LIMITS_ENABLED": "false",
    "DRAIN_SECONDS": "2",
    "GRACEFUL_TIMEOUT": "5",
    "PREVIEW_SECONDS": "30",
}
CLOCK = Path(__file__).with_name("clock.c")


def compiler() -> str | None:
    """The C compiler that the clock needs, or None."""
    return shutil.which("cc") or shutil.which("gcc")


class Installation(Stack):
    """Two api, two realtime, and a second beat that stands still until a fault starts it."""

    def __init__(self) -> None:
        self._held = ExitStack()
        self.page = self._held.enter_context(SlowPage())
        settings = {**SETTINGS, "PREVIEW_ALLOW_ORIGINS": self.page.origin}
        super().__init__(settings=settings, replicas={"api": 2, "realtime": 2, "beat": 2})
        self._cables: dict[str, Cable] = {}
        self._clocks: dict[str, Path] = {}
        self._library: Path | None = None
        self._person: Account | None = None

    def __enter__(self) -> "Installation":
        super().__enter__()
        self.stop("beat-2")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self._held.close()

    def cable(self, name: str) -> Cable:
        """`redis`: realtime to Redis. `postgres`: api to PostgreSQL. `ingress`: the readers' sockets."""
        if name not in self._cables:
            ports = {"redis": urlsplit(self.redis_url).port, "postgres": urlsplit(self.database_url).port}
            self._cables[name] = self._held.enter_context(Cable(ports.get(name) or self.port))
        return self._cables[name]

    @property
    def socket_url(self) -> str:
        """Where the readers' sockets go: the ingress, by cable."""
        return f"http://127.0.0.1:{self.cable('ingress').port}"

    def make_child(self, spec: Spec) -> Child:
        """Put cables and clocks in between."""
        return super().make_child(
            replace(spec, environment={**spec.environment, **self._additions(spec.name)})
        )

    def _additions(self, name: str) -> dict[str, str]:
        if name.startswith("realtime"):
            return {"FLACK_REDIS_URL": self._by_cable(self.redis_url, "redis"), **self._clock(name)}
        if name.startswith("api"):
            return {"FLACK_DATABASE_URL": self._by_cable(self.database_url, "postgres"), **self._clock(name)}
        return self._clock(name) if name.startswith(("web", "worker", "beat")) else {}

    def _by_cable(self, url: str, name: str) -> str:
        return url.replace(f":{urlsplit(url).port}/", f":{self.cable(name).port}/")

    def _clock(self, name: str) -> dict[str, str]:
        if compiler() is None:
            return {}
        if self._library is None:
            self._library = self.layout.run / "clock.so"
            subprocess.run(
                [str(compiler()), "-O1", "-shared", "-fPIC", "-o", str(self._library), str(CLOCK)], check=True
            )
        self._clocks[name] = self.layout.run / f"{name}.clock"
        self._clocks[name].write_bytes(struct.pack("=q", 0))
        return {"LD_PRELOAD": str(self._library), "FLACK_TEST_CLOCK": str(self._clocks[name])}

    def set_clock(self, name: str, seconds: int) -> None:
        """Let a process's clock differ by so many seconds."""
        with self._clocks[name].open("r+b") as file:
            file.write(struct.pack("=q", seconds))

    @contextmanager
    def database(self, *, owner: bool = False) -> Iterator["psycopg.Connection[tuple[Any, ...]]"]:
        """A connection past the cable, as services have it or as the server's owner."""
        url = self.owner_database_url if owner else self.database_url
        login = {"user": OWNER} if owner else {}
        with psycopg.connect(url.replace("+psycopg", ""), **login) as connection:
            yield connection

    @contextmanager
    def redis(self) -> "Iterator[redis.Redis]":
        """A client past the cable."""
        with redis.Redis.from_url(self.redis_url, socket_timeout=10) as client:
            yield client

    @property
    def person(self) -> Account:
        """Somebody for faults that need one."""
        if self._person is None:
            self._person = Account(self.url, "bystander").sign_up()
        return self._person
