"""The api service for tests that need the process as it runs."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

import requests
import servers
from api_fixtures import PASSWORD, SERVICE_KEY, new_signing_key


@dataclass
class ApiProcess:
    """A process of api and where it listens."""

    process: "subprocess.Popen[bytes]"
    port: int
    metrics_port: int

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        given = {"timeout": 20, **options}
        return requests.request(method, f"http://127.0.0.1:{self.port}{path}", **given)

    def probe(self, path: str) -> int:
        try:
            return requests.get(f"http://127.0.0.1:{self.metrics_port}{path}", timeout=2).status_code
        except requests.ConnectionError:
            return 0

    def sign_up(self) -> dict[str, str]:
        """The headers of somebody who signed up and in."""
        self.call("POST", "/api/v2/users", json={"nickname": "ada", "password": PASSWORD})
        grant = {"grant": "password", "nickname": "ada", "password": PASSWORD}
        token = self.call("POST", "/api/v2/tokens", json=grant).json()["access_token"]
        return {"Authorization": f"Bearer {token}"}


@contextmanager
def api_process(
    database_url: str, redis_url: str, *, output: IO[bytes] | None = None, **settings: str
) -> Iterator[ApiProcess]:
    """A process that is gone at the end. It writes into `output`, or where this one writes."""
    port, metrics_port = servers.ports.take(), servers.ports.take()
    values = {
        "BIND": "127.0.0.1", "PORT": port, "METRICS_PORT": metrics_port, "DATABASE_URL": database_url,
        "REDIS_URL": redis_url, "SERVICE_KEY": SERVICE_KEY, "SIGNING_KEYS": new_signing_key(),
        "TRUSTED_PROXIES": 0, "GRACEFUL_TIMEOUT": 5, **settings,
    }  # fmt: skip
    environment = {**os.environ, **{f"FLACK_{name}": str(value) for name, value in values.items()}}
    process = subprocess.Popen(
        [sys.executable, "-m", "flack_api"], env=environment, stdout=output, stderr=output
    )
    running = ApiProcess(process, port, metrics_port)
    try:
        servers.wait_until(lambda: process.poll() is not None or running.probe("/readyz") == 200, seconds=60)
        assert process.poll() is None
        yield running
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(30)
