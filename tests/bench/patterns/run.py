"""`python tests/bench/patterns/run.py [--rounds 5]`: what the patterns of docs/flask-at-scale.md gain, side by side.

Written to docs/benchmarks/patterns.{json,md}.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = Path(__file__).parents[3]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "bench"), str(ROOT / "tests" / "bench" / "api")]

import servers  # noqa: E402
from client import always, ask, request  # noqa: E402
from figures import durability, figure, machine, percentile  # noqa: E402
from flack_domain import migrate  # noqa: E402
from page import write_page  # noqa: E402
from pools import POOLS, pool  # noqa: E402
from processes import Server, running  # noqa: E402
from versions import Versions, api  # noqa: E402
from views import cost_of_views  # noqa: E402

CONNECTIONS = 32
SMALL_POOL = 10
WORKERS = {
    "sync": ["-k", "sync"],
    "threads": ["-k", "gthread", "--threads", "8"],
    "a thread each": ["-k", "gthread", "--threads", str(CONNECTIONS)],
    "gevent": ["-k", "gevent"],
    "small pool": ["-k", "gevent"],
}

Measure = Callable[[], dict[str, dict[str, float]]]
"""Measures once; figures by pattern and by what they are."""


def main() -> None:
    """Start everything, measure in turns, write the page."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--out", type=Path, default=ROOT / "docs" / "benchmarks")
    options = arguments.parse_args()
    about = machine()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        (folder / "valkey").mkdir()
        postgres = stack.enter_context(servers.embedded_postgres(folder))
        redis = stack.enter_context(servers.embedded_valkey(folder / "valkey"))
        migrate.upgrade(postgres)
        about["postgresql"] = durability(postgres)
        found = _in_turns(_measures(stack, postgres, redis), options.rounds)
    about["load_after"] = os.getloadavg()[0]
    write_page(
        {"machine": about, "rounds": options.rounds, "connections": CONNECTIONS, "patterns": found},
        options.out,
    )


def _in_turns(measures: list[Measure], rounds: int) -> dict[str, Any]:
    """Figures by name. The order turns around each round, so that nothing is always measured first."""
    values: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for number in range(rounds):
        for measure in measures if number % 2 == 0 else measures[::-1]:
            for name, found in measure().items():
                for key, value in found.items():
                    values[name][key].append(value)
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
    return {name: {key: figure(values[name][key]) for key in values[name]} for name in values}


def _measures(stack: ExitStack, postgres: str, redis: str) -> list[Measure]:
    pages = stack.enter_context(_pages())
    environment = {
        "DATABASE_URL": postgres,
        "REDIS_URL": redis,
        "PAGE_URL": f"http://127.0.0.1:{pages.port}/",
    }
    pool_of = {name: str(SMALL_POOL if name == "small pool" else 100) for name in WORKERS}
    workers = {
        name: stack.enter_context(_gunicorn(name, {**environment, "POOL": pool_of[name]})).port
        for name in WORKERS
    }
    pair = [stack.enter_context(api(postgres, redis)).port for _ in range(2)]
    pools = {name: stack.enter_context(pool(name, redis)) for name in POOLS}
    versions = Versions(postgres, redis)
    for port in workers.values():  # their pools open a connection for each client once
        _rate([port], "/database", 2 * CONNECTIONS)
    return [
        *(_asks(f"{name} /database", [workers[name]], "/database", 320) for name in WORKERS),
        _asks("gevent /expand-inline", [workers["gevent"]], "/expand-inline", 160),
        _asks("gevent /expand-queued", [workers["gevent"]], "/expand-queued", 320),
        _asks("one process", pair[:1], "/api/v2/jwks", 2000),
        _asks("two processes", pair, "/api/v2/jwks", 2000),
        cost_of_views(),
        versions.measure,
        *(_named(f"celery {name}", pools[name].measure) for name in POOLS),
        *(_named(f"{how} query", partial(_queries, how, environment)) for how in ("blocking", "gevent")),
    ]


def _asks(name: str, ports: list[int], path: str, times: int) -> Measure:
    return _named(name, partial(_rate, ports, path, times))


def _named(name: str, measure: Callable[[], dict[str, float]]) -> Measure:
    return lambda: {name: measure()}


def _rate(ports: list[int], path: str, times: int) -> dict[str, float]:
    """Answers a second, how long each took and the client's own CPU, with the connections spread over the ports."""
    made, seconds = always(request("GET", path, {"Connection": "keep-alive"})), list[float]()
    share, connections = times // len(ports), CONNECTIONS // len(ports)

    def run(port: int) -> None:
        seconds.extend(ask(port, made, 200, times=share, connections=connections))

    threads = [threading.Thread(target=run, args=(port,)) for port in ports]
    before, own = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {
        "a_second": len(seconds) / (time.perf_counter() - before),
        "p50_ms": percentile(seconds, 0.5) * 1000,
        "p99_ms": percentile(seconds, 0.99) * 1000,
        "client_us": (time.process_time() - own) / len(seconds) * 1e6,
    }


def _queries(how: str, environment: dict[str, str]) -> dict[str, float]:
    command = [sys.executable, str(HERE / "queries.py"), how]
    done = subprocess.run(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


@contextmanager
def _gunicorn(worker: str, environment: dict[str, str]) -> Iterator[Server]:
    port = servers.ports.take()
    command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", *WORKERS[worker], "-w", "1"]
    with running(worker, [*command, "--chdir", str(HERE), "waits:app"], port, environment) as server:
        yield server


@contextmanager
def _pages() -> Iterator[Server]:
    port = servers.ports.take()
    with running("pages", [sys.executable, str(HERE / "pages.py"), str(port)], port, {}) as server:
        yield server


if __name__ == "__main__":
    main()
