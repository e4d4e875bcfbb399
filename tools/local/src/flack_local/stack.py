"""A whole installation on this machine: databases, services, ingress. `make up` runs one; tests start their own.

with Stack() as stack:
    requests.get(stack.url + "/api/v2/installation")
    stack.kill("redis")
    stack.start("redis")
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from flack_local import ingress, postgres, services, valkey
from flack_local.console import Console
from flack_local.keys import load_or_make
from flack_local.layout import Layout
from flack_local.ports import Ports
from flack_local.process import Child, Spec, rotate
from flack_local.record import end_leftovers, forget, record

BROKEN_AFTER = 3  # times that a child may end before it was ready


class ChildFailed(Exception):
    """A child did not come up. `name` and its last log lines."""

    def __init__(self, name: str, reason: str, log: list[str]) -> None:
        super().__init__("\n".join([f"{name} {reason}", *log]))
        self.name = name
        self.reason = reason
        self.log = log


class Stack:
    """An installation in `data_dir` (default: a temporary folder, removed at the end) on `port` (default: a free one).

    `settings` are FLACK_ settings for all services; `replicas` says how many processes a service has when not one
    (they are named `api`, `api-2`, …); `without` names services that are left out.
    """

    def __init__(
        self,
        data_dir: Path | None = None,
        port: int | None = None,
        *,
        settings: Mapping[str, str] | None = None,
        replicas: Mapping[str, int] | None = None,
        without: frozenset[str] = frozenset(),
        console: Console | None = None,
    ) -> None:
        self._temporary = data_dir is None
        self.layout = Layout((data_dir or Path(tempfile.mkdtemp(prefix="flack-"))).resolve())
        self.console = console or Console(quiet=True)
        self.children: dict[str, Child] = {}
        self._settings = dict(settings or {})
        self._replicas = dict(replicas or {})
        self._without = without
        self._ports = Ports()
        self.port = port or self._ports.take()
        # Children end with the thread that started them, so one thread that lives as long as the stack starts all.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="starter")

    @property
    def url(self) -> str:
        """The address of the ingress."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        try:
            self.up()
        except BaseException:
            self.down()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.down()

    def up(self, prepared: Callable[[], None] = lambda: None) -> None:
        """Start everything and wait until it is ready. `prepared` runs when the database has its schema.

        Raises ChildFailed.
        """
        self.layout.make()
        end_leftovers(self.layout)
        keys = load_or_make(self.layout.keys)
        database_port, redis_port = self._ports.take(), self._ports.take()
        self.database_url = postgres.url(database_port, keys.services_database, postgres.SERVICES)
        self.owner_database_url = postgres.url(database_port, keys.database)
        self.redis_url = valkey.url(redis_port, keys.redis)
        instances = self._instances()
        addresses = services.Addresses(
            self.database_url,
            self.owner_database_url,
            self.redis_url,
            f"http://127.0.0.1:{instances['api'][0][0]}",
        )
        self._owned = services.owned(addresses, keys, self.layout.processes)
        if not (self.layout.postgres / "PG_VERSION").exists():
            self.console.step("creating the database cluster")
        postgres.make_cluster(self.layout.postgres, keys.database)
        self.add(postgres.spec(self.layout.postgres, database_port, keys.database))
        self.add(valkey.spec(self.layout.run / "redis", redis_port, keys.redis))
        for service in services.SERVICES:
            self._add_service(service, instances[service.name])
        self.add(ingress.spec(self.layout.run / "traefik", self.port, self._ports.take(), instances))
        self._start_all(
            lambda: postgres.make_database(database_port, keys.database, keys.services_database), prepared
        )

    def _start_all(self, make_database: Callable[[], None], prepared: Callable[[], None]) -> None:
        self.console.step("starting postgres and redis")
        at_once = [name for name in self.children if name.split("-")[0] not in ("api", "worker", "beat")]
        for name in at_once:  # whatever does without the schema need not wait for it
            self.launch(name)
        self._await(["postgres", "redis"])
        make_database()
        self.console.step("migrating the database")
        self.migrate()
        prepared()
        later = [name for name in self.children if name not in at_once]
        self.console.step(
            f"starting {', '.join(name for name in self.children if name not in ('postgres', 'redis'))}"
        )
        for name in later:
            self.launch(name)
        self._await(list(self.children))

    def down(self) -> None:
        """End every child, those that need others first."""
        first = [child for name, child in self.children.items() if name not in ("postgres", "redis")]
        last = [child for name, child in self.children.items() if name in ("postgres", "redis")]
        for group in (first, last):
            with ThreadPoolExecutor(max(1, len(group))) as pool:
                list(pool.map(Child.stop, group))
        self._starter.shutdown()
        forget(self.layout)
        if self._temporary:
            shutil.rmtree(self.layout.root, ignore_errors=True)

    def migrate(self) -> None:
        """Bring the schema to its newest version, with the same command as the chart's Job. Raises ChildFailed."""
        if not services.installed(services.MIGRATION):
            return
        child = self._process(services.MIGRATION, "migrate", 0, 0)
        self._starter.submit(child.start).result()
        deadline = time.monotonic() + 120
        while child.running and time.monotonic() < deadline:
            time.sleep(0.02)
        if child.exit_status != 0:
            child.kill()
            raise ChildFailed("migrate", f"ended with status {child.exit_status}", child.tail())

    def start(self, name: str, timeout: float = 60) -> None:
        """Start a child that was stopped or killed, and wait until it is ready. Raises ChildFailed."""
        self.launch(name)
        self._await([name], timeout)

    def stop(self, name: str) -> None:
        """End a child as an orderly shutdown does (TERM, and its drain)."""
        self.children[name].stop()

    def kill(self, name: str) -> None:
        """End a child at once (KILL)."""
        self.children[name].kill()

    def suspend(self, name: str) -> None:
        """Freeze a child: its connections stay open, nothing is answered."""
        self.children[name].suspend()

    def resume(self, name: str) -> None:
        """Let a frozen child go on."""
        self.children[name].resume()

    def restart(self, name: str) -> None:
        """Stop and start a child."""
        self.stop(name)
        self.start(name)

    def log(self, name: str) -> str:
        """All that a child has printed in this run."""
        path = self._log(name)
        return path.read_text(errors="replace") if path.exists() else ""

    def pid(self, name: str) -> int | None:
        """The process id of a running child."""
        return self.children[name].pid

    def direct_url(self, name: str) -> str:
        """The address of one process of a service, past the ingress."""
        return f"http://127.0.0.1:{self.children[name].spec.environment['FLACK_PORT']}"

    def metrics_url(self, name: str) -> str:
        """The address of its probes and metrics."""
        return f"http://127.0.0.1:{self.children[name].spec.environment['FLACK_METRICS_PORT']}"

    def _instances(self) -> dict[str, list[tuple[int, int]]]:
        """Service → the port and metrics port of each of its processes."""
        return {
            service.name: [
                (self._ports.take(), self._ports.take()) for _ in range(self._replicas.get(service.name, 1))
            ]
            for service in services.SERVICES
        }

    def _add_service(self, service: services.Service, instances: list[tuple[int, int]]) -> None:
        if service.name in self._without:
            return
        if not services.installed(service):
            self.console.step(f"{service.name} is not installed: left out")
            return
        for number, (port, metrics_port) in enumerate(instances, start=1):
            name = service.name if number == 1 else f"{service.name}-{number}"
            self.children[name] = self._process(service, name, port, metrics_port)

    def _process(self, service: services.Service, name: str, port: int, metrics_port: int) -> Child:
        overrides = {
            f"FLACK_{setting.removeprefix('FLACK_')}": value for setting, value in self._settings.items()
        }
        environment = services.environment(service, self._owned, overrides)
        spec = services.spec(service, name, self.layout.run / name, port, metrics_port, environment)
        return self.make_child(spec)

    def add(self, spec: Spec) -> None:
        """Take a process into the stack; it is started later."""
        self.children[spec.name] = self.make_child(spec)

    def make_child(self, spec: Spec) -> Child:
        """The child that runs a spec. Tests that put something between processes do it here."""
        rotate(self._log(spec.name))
        return Child(spec, self._log(spec.name))

    def _log(self, name: str) -> Path:
        return self.layout.logs / f"{name}.log"

    def launch(self, name: str) -> None:
        """Start a child without waiting until it is ready."""
        self._starter.submit(self.children[name].start).result()
        record(self.layout, self.children.values())

    def _await(self, names: list[str], timeout: float = 90) -> None:
        """Wait until all are ready; one that ends is started again, a few times."""
        deadline = time.monotonic() + timeout
        waiting, ended = list(names), dict.fromkeys(names, 0)
        while waiting:
            for name in list(waiting):
                child = self.children[name]
                if child.running and child.spec.ready():
                    waiting.remove(name)
                elif not child.running:
                    ended[name] += 1
                    if ended[name] >= BROKEN_AFTER:
                        raise ChildFailed(name, f"ended with status {child.exit_status}", child.tail())
                    time.sleep(0.2)
                    self.launch(name)
                elif time.monotonic() > deadline:
                    raise ChildFailed(name, f"was not ready within {timeout:.0f} s", child.tail())
            time.sleep(0.05)
