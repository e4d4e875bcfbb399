"""`python tests/bench/patterns/run.py [--rounds 5]`: what the patterns of docs/flask-at-scale.md gain, side by side.

Written to docs/benchmarks/patterns.{json,md}.
"""

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = Path(__file__).parents[3]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "bench"), str(ROOT / "tests" / "bench" / "api")]

import servers  # noqa: E402
from client import always, ask, request  # noqa: E402
from figures import figure, machine, percentile  # noqa: E402
from flack_domain import migrate  # noqa: E402
from processes import Server, running, settings  # noqa: E402

WORKERS = {
    "sync": ["-k", "sync"],
    "threads": ["-k", "gthread", "--threads", "8"],
    "gevent": ["-k", "gevent"],
}
PAGE_SECONDS = 0.2
CONNECTIONS = 32

WHAT = {
    "sync /database": "a query of 20 ms · sync worker",
    "threads /database": "a query of 20 ms · 8 threads",
    "gevent /database": "a query of 20 ms · gevent",
    "gevent /expand-inline": "a link expanded in the request (a page of 200 ms)",
    "gevent /expand-queued": "the same left to a queue",
    "one process": "Flack's api, empty answers · one process",
    "two processes": "the same · two processes",
}


def main() -> None:
    """Start everything, measure in turns, write the report."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=5)
    rounds = arguments.parse_args().rounds
    about = machine()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        (folder / "valkey").mkdir()
        postgres = stack.enter_context(servers.embedded_postgres(folder))
        redis = stack.enter_context(servers.embedded_valkey(folder / "valkey"))
        migrate.upgrade(postgres)
        environment = {
            "DATABASE_URL": postgres,
            "REDIS_URL": redis,
            "PAGE_URL": stack.enter_context(_slow_page()),
        }
        by_worker = {name: stack.enter_context(_gunicorn(name, environment)) for name in WORKERS}
        pair = [stack.enter_context(_api(postgres, redis)) for _ in range(2)]
        found = _measure(by_worker, pair, rounds)
        memory = {
            "with v1": pair[0].memory(),
            "without v1": stack.enter_context(_api(postgres, redis, FLACK_V1_ENABLED="false")).memory(),
        }
    about["load_after"] = os.getloadavg()[0]
    _write({"machine": about, "rounds": rounds, "patterns": found, "memory": memory})


def _measure(by_worker: dict[str, Server], pair: list[Server], rounds: int) -> dict[str, Any]:
    values: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))

    def note(name: str, ports: list[int], path: str, times: int) -> None:
        rate, seconds = _rate(ports, path, times)
        values[name]["a_second"].append(rate)
        values[name]["p50_ms"].append(percentile(seconds, 0.5) * 1000)
        values[name]["p99_ms"].append(percentile(seconds, 0.99) * 1000)

    for server in by_worker.values():  # their pools open a connection for each client once
        _rate([server.port], "/database", 2 * CONNECTIONS)
    for number in range(rounds):
        order = list(by_worker) if number % 2 == 0 else list(by_worker)[::-1]
        for worker in order:
            note(f"{worker} /database", [by_worker[worker].port], "/database", 320)
        note("gevent /expand-inline", [by_worker["gevent"].port], "/expand-inline", 160)
        note("gevent /expand-queued", [by_worker["gevent"].port], "/expand-queued", 320)
        note("one process", [pair[0].port], "/api/v2/jwks", 2000)
        note("two processes", [server.port for server in pair], "/api/v2/jwks", 2000)
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
    return {name: {key: figure(values[name][key]) for key in values[name]} for name in WHAT}


def _rate(ports: list[int], path: str, times: int) -> tuple[float, list[float]]:
    """Answers a second, and how long each took, with the connections spread over the ports."""
    made, seconds = always(request("GET", path, {"Connection": "keep-alive"})), list[float]()
    share, connections = times // len(ports), CONNECTIONS // len(ports)

    def run(port: int) -> None:
        seconds.extend(ask(port, made, 200, times=share, connections=connections))

    threads = [threading.Thread(target=run, args=(port,)) for port in ports]
    before = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(seconds) / (time.perf_counter() - before), seconds


@contextmanager
def _gunicorn(worker: str, environment: dict[str, str]) -> Iterator[Server]:
    port = servers.ports.take()
    command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", *WORKERS[worker], "-w", "1"]
    with running(worker, [*command, "--chdir", str(HERE), "waits:app"], port, environment) as server:
        yield server


@contextmanager
def _api(database_url: str, redis_url: str, **more: str) -> Iterator[Server]:
    port = servers.ports.take()
    environment = settings(database_url, redis_url, port, FLACK_DATABASE_POOL_SIZE="4", **more)
    with running("api", [sys.executable, "-m", "flack_api"], port, environment) as server:
        ask(port, always(request("GET", "/api/v2/jwks", {})), 200, times=20, connections=1)
        yield server


@contextmanager
def _slow_page() -> Iterator[str]:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            time.sleep(PAGE_SECONDS)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<title>A slow page</title>")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()


def _write(found: dict[str, Any]) -> None:
    folder = ROOT / "docs" / "benchmarks"
    (folder / "patterns.json").write_text(json.dumps(found, indent=2) + "\n")
    rows = [
        f"| {WHAT[name]} | {_cell(figures['a_second'], '{:,.0f}')} | {_cell(figures['p50_ms'])} | "
        f"{_cell(figures['p99_ms'])} |"
        for name, figures in found["patterns"].items()
    ]
    about, memory = found["machine"], found["memory"]
    text = f"""# What the patterns gain

`make bench-patterns` makes this page for [Flask at scale](../flask-at-scale.md): {CONNECTIONS} connections from one
client program, {found["rounds"]} rounds; one process each unless said. {about["processor"]}, {about["cores"]} cores
shared with the clients and the databases, Python {about["python"]}; load {about["load_before"]:.1f} before and
{about["load_after"]:.1f} after. Median (least–most).

| what | answers a second | p50 ms | p99 ms |
| --- | ---: | ---: | ---: |
{chr(10).join(rows)}

api's resident memory with v1 is {memory["with v1"] / 2**20:.0f} MiB, without it {memory["without v1"] / 2**20:.0f} MiB.
"""
    (folder / "patterns.md").write_text(text)
    print(text)


def _cell(of_rounds: dict[str, float], form: str = "{:.1f}") -> str:
    spread = f"{form.format(of_rounds['min'])}–{form.format(of_rounds['max'])}"
    return f"{form.format(of_rounds['median'])} ({spread})"


if __name__ == "__main__":
    main()
