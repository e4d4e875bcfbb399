"""What is measured, one function a scenario. Each takes a running server and answers its figures by name."""

import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import redis
from compared import TOKENS, Server
from processes import Clients, Usage

Result = dict[str, float]
MESSAGE_BYTES = 317
DELIVERIES_A_SECOND, LIGHT = 20_000, 5_000
ROOMS = {10: 10, 100: 100, 1_000: 1_000, 10_000: 1}
"""Sizes of rooms, and the number of the channel that has as many members (`servers.memberships`)."""


@dataclass(frozen=True)
class Bench:
    """The clients' program and the Redis that everything publishes to."""

    program: Path
    redis: "redis.Redis"

    def clients(self, server: Server, sockets: int, *, rate: float = 400, first: int = 0) -> Clients:
        """Open that many sockets, at so many a second, and wait until all are ready."""
        clients = self.knocking(server, sockets, rate=rate, first=first)
        clients.connected()
        return clients

    def knocking(
        self, server: Server, sockets: int, *, rate: float, first: int, api_port: int | None = None
    ) -> Clients:
        """Begin to open that many sockets; with `api_port` their clients ask there for what they missed."""
        return Clients(
            self.program, server.port, sockets, server.tokens, rate=rate, first=first, api_port=api_port
        )

    def publish_at(self, server: Server, per_second: float, seconds: float, channel: int = 1) -> int:
        """Publish at an even rate for some seconds. Returns how many messages were published."""
        began, sent = time.monotonic(), 0
        while (elapsed := time.monotonic() - began) < seconds:
            if sent <= elapsed * per_second:
                server.publish(self.redis, MESSAGE_BYTES, channel)
                sent += 1
            else:
                time.sleep(min(0.002, 1 / per_second))
        return sent

    def deliver(
        self,
        server: Server,
        clients: Clients,
        members: int,
        seconds: float,
        channel: int = 1,
        per_second: int = DELIVERIES_A_SECOND,
    ) -> Result:
        """Offer that many deliveries a second to a room; what each cost and how long it took."""
        self.publish_at(server, 20, 1, channel)
        time.sleep(0.5)
        clients.say("begin")
        before = Usage.of(server.pid)
        sent = self.publish_at(server, per_second / members, seconds, channel)
        got = _all_of(clients, sent * members)
        cpu = Usage.of(server.pid).cpu - before.cpu
        return {
            "deliveries": got["deliveries"],
            "missing": sent * members - got["deliveries"],
            "cpu_seconds": cpu,
            "deliveries_per_cpu_second": got["deliveries"] / max(cpu, 0.01),
            "microseconds_per_delivery": cpu / max(1, got["deliveries"]) * 1e6,
            "p50_ms": got["p50_ms"],
            "p99_ms": got["p99_ms"],
            "client_cpu_percent": got["client_cpu"] / got["seconds"] * 100,
        }


def fan_out(bench: Bench, server: Server, sockets: int, seconds: float) -> Result:
    """One room with everybody in it, at the full load and at one that leaves every server time."""
    clients = bench.clients(server, sockets)
    try:
        full = bench.deliver(server, clients, sockets, seconds)
        light = bench.deliver(server, clients, sockets, seconds / 2, per_second=LIGHT)
    finally:
        clients.close()
    return {**full, "light_p50_ms": light["p50_ms"], "light_p99_ms": light["p99_ms"]}


def _all_of(clients: Clients, deliveries: int) -> Result:
    """What the clients counted, once all is there or ten seconds have passed: a busy machine makes a server late."""
    for _ in range(100):
        time.sleep(0.1)
        got = clients.say("end")
        if got["deliveries"] >= deliveries:
            break
    return got


def connections(bench: Bench, server: Server, sockets: int, seconds: float) -> Result:
    """What connections cost: to hear of a message for nobody, to hold, and to lose some hundreds.

    `seconds` must be those in which everything that comes again and again comes once: then what idling costs in a
    span can be taken off the others.
    """
    few = bench.clients(
        server, 50, first=TOKENS - 50
    )  # what is loaded at the first connection is not counted
    try:
        elsewhere = _elsewhere(bench, server)
    finally:
        few.close()
    # Idling is measured after the others have gone: what 9,000 connects leave to do, and to collect, is done by then.
    # Stock is so long at work for 2,500 who leave at once that it misses the others' heartbeats and closes them all.
    staying, leaving = sockets * 9 // 10, sockets // 10
    before = _settled(server)
    clients = bench.clients(server, staying)
    try:
        _settled(server)
        others = bench.clients(server, leaving, first=staying)
        time.sleep(1)
        full = Usage.of(server.pid)
        others.close()  # Flack hears their rooms for half a minute more: this too is theirs
        lost = _spent(server, 2 * seconds, since=full)
        idle = _spent(server, seconds)
        if lost_too := clients.say("end")["closed_by_server"]:
            raise RuntimeError(f"{lost_too} of those who should have stayed were closed")
    finally:
        clients.close()
    return {
        "rss_bytes_per_connection": (full.rss - before.rss) / (staying + leaving),
        "elsewhere_cpu_us": elsewhere * 1e6,
        "disconnect_cpu_ms": (lost - 2 * idle) / leaving * 1000,
        "idle_cpu_percent": idle / seconds * 100,
    }


def connects(bench: Bench, server: Server, sockets: int) -> Result:
    """What it costs to open a connection, with all that comes within a second after the last."""
    few = bench.clients(server, 50, first=TOKENS - 50)
    try:
        before = _settled(server)
        clients = bench.clients(server, sockets)
        try:
            time.sleep(1)
            after, client_cpu = Usage.of(server.pid), clients.say("end")["client_cpu"]
        finally:
            clients.close()
    finally:
        few.close()
    return {
        "connect_cpu_ms": (after.cpu - before.cpu) / sockets * 1000,
        "client_connect_cpu_ms": client_cpu / sockets * 1000,
    }


def _elsewhere(bench: Bench, server: Server, messages: int = 40_000, per_second: float = 4_000) -> float:
    """CPU seconds of a message whose room nobody here is in, with all else that the server does in that time."""
    before = _settled(server)
    sent = bench.publish_at(server, per_second, messages / per_second, channel=2)
    return (_settled(server).cpu - before.cpu) / sent


def _spent(server: Server, seconds: float, since: Usage | None = None) -> float:
    """CPU seconds of a span of time, that began a moment ago with `since` or begins now."""
    before = since or Usage.of(server.pid)
    time.sleep(seconds)
    return Usage.of(server.pid).cpu - before.cpu


def _settled(server: Server) -> Usage:
    """Wait until the server has nothing left to do: half a second in which it uses less than a tenth of a core."""
    for _ in range(20):  # where many idle connections cost more than that, ten seconds are enough
        if _spent(server, 0.5) < 0.05:
            break
    return Usage.of(server.pid)


def rooms(bench: Bench, server: Server, sockets: int, seconds: float) -> Result:
    """Rooms of growing size among the same open sockets: CPU of a delivery in each.

    The C writer has one room. Its two sizes, with so many sockets open, tell what the kernel asks for more sockets.
    """
    if server.name == "floor":
        costs = {size: fan_out(bench, server, min(size, sockets), seconds) for size in (1_000, 10_000)}
        return {f"of_{size}_us": found["microseconds_per_delivery"] for size, found in costs.items()}
    clients = bench.clients(server, sockets)
    try:
        found = {
            size: bench.deliver(server, clients, min(size, sockets), seconds, channel)
            for size, channel in ROOMS.items()
        }
    finally:
        clients.close()
    return {
        **{f"of_{size}_us": result["microseconds_per_delivery"] for size, result in found.items()},
        "client_cpu_percent": max(result["client_cpu_percent"] for result in found.values()),
    }


def memory(bench: Bench, server: Server, sockets: int) -> Result:
    """What Python holds for a connection, by the package or file of Flack's that allocated it: bytes."""
    warm = sockets // 4  # what grows in steps has grown
    first = bench.clients(server, warm, rate=100)  # counting makes a server slow
    try:
        before = server.allocated()
        others = bench.clients(server, sockets, rate=100, first=warm)
        try:
            time.sleep(5)  # what a connect leaves for a moment is gone
            after = server.allocated()
        finally:
            others.close()
    finally:
        first.close()
    found: Result = defaultdict(float)
    for file in after:
        found[_whose(file)] += (after[file] - before.get(file, 0)) / sockets
    return {"python": sum(found.values()), **{name: size for name, size in found.items() if abs(size) >= 8}}


def _whose(file: str) -> str:
    """A file of ours by its path in its package, another one by its package, or `Python` for the standard library."""
    parts = Path(file).parts
    for number, part in enumerate(parts):
        if part.startswith("flack_") and parts[number - 1] == "src":
            return "/".join(parts[number:])
        if part == "site-packages":
            return parts[number + 1]
    return "Python" if file.startswith(sys.base_prefix) or file.startswith("<") else parts[-1]


Scenario = Callable[[Bench, Server], Result]
