"""The servers of the comparison as processes, with the CPU time that they take."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import servers
from api_fixtures import SERVICE_KEY, new_signing_key

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Server:
    """One server, its port, and what its processes have used."""

    name: str
    port: int
    process: "subprocess.Popen[bytes]"

    def cpu(self) -> float:
        """CPU seconds of all its processes up to now."""
        top = psutil.Process(self.process.pid)
        times = [process.cpu_times() for process in (top, *top.children(recursive=True))]
        return sum(used.user + used.system for used in times)

    def memory(self) -> int:
        """Resident bytes of its largest process: the one that serves."""
        top = psutil.Process(self.process.pid)
        return max(process.memory_info().rss for process in (top, *top.children(recursive=True)))


@contextmanager
def running(name: str, command: list[str], port: int, environment: dict[str, str]) -> Iterator[Server]:
    """Start a server and wait until it accepts connections; end it with TERM."""
    process = subprocess.Popen(
        command, cwd=HERE, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )  # fmt: skip
    server = Server(name, port, process)
    try:
        servers.wait_until(lambda: _answers(server), seconds=120)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def settings(database_url: str, redis_url: str, port: int, **more: str) -> dict[str, str]:
    """The environment of api: nobody is limited, everything is counted."""
    return {
        "FLACK_DATABASE_URL": database_url,
        "FLACK_REDIS_URL": redis_url,
        "FLACK_SERVICE_KEY": SERVICE_KEY,
        "FLACK_SIGNING_KEYS": new_signing_key(),
        "FLACK_BIND": "127.0.0.1",
        "FLACK_PORT": str(port),
        "FLACK_METRICS_PORT": str(servers.ports.take()),
        "FLACK_RATE_LIMIT_REQUESTS": "10000000/minute",
        "FLACK_RATE_LIMIT_SIGN_IN_ADDRESS": "10000000/minute",
        **more,
    }


@contextmanager
def all_running(database_url: str, redis_url: str) -> Iterator[dict[str, Server]]:
    """Flack, bare Flask and FastAPI on the same databases."""
    with ExitStack() as stack:
        found = {}
        for name in ("flack", "flask", "fastapi"):
            port = servers.ports.take()
            command = [sys.executable, "serve.py", name]
            if name == "fastapi":
                command = [
                    sys.executable,
                    "-m",
                    "uvicorn",
                    "fast:app",
                    "--port",
                    str(port),
                    "--no-access-log",
                    "--loop",
                    "uvloop",
                    "--http",
                    "httptools",
                ]
            environment = settings(database_url, redis_url, port, DATABASE_URL=database_url)
            found[name] = stack.enter_context(running(name, command, port, environment))
        yield found


def _answers(server: Server) -> bool:
    if server.process.poll() is not None:
        raise RuntimeError(f"{server.name} ended with {server.process.returncode}")
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", server.port)) == 0
