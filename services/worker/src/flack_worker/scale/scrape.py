"""Asking pods for the few numbers that the page shows."""

import http.client
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from flack_worker.scale.observed import ObservedPod

SECONDS = 1.0
MAX_BYTES = 1 << 20
AT_ONCE = 8
_WANTED = ("flack_http_requests_total", "flack_realtime_connections", "flack_realtime_deliveries_total")


@dataclass(frozen=True, slots=True)
class Counters:
    """Of one process, since its start."""

    requests: float = 0
    connections: float = 0
    deliveries: float = 0


def read_counters(lines: Iterable[str]) -> Counters:
    """Sum the wanted metrics over their labels; Prometheus text format, everything else is skipped unread."""
    sums = dict.fromkeys(_WANTED, 0.0)
    for line in lines:
        if line.startswith("flack_"):
            name = line.partition("{")[0].partition(" ")[0]
            if name in sums:
                sums[name] += float(line.rpartition(" ")[2])
    return Counters(*sums.values())


def scrape(host: str, port: int) -> Counters | None:
    """The counters of one process, or None where it does not answer within a second."""
    connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
    try:
        connection.request("GET", "/metrics")
        response = connection.getresponse()
        if response.status != 200:
            return None
        return read_counters(response.read(MAX_BYTES).decode().splitlines())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()


def scrape_all(pods: Sequence[ObservedPod]) -> dict[str, Counters]:
    """The counters of each pod that answers, by its name."""

    def one(pod: ObservedPod) -> Counters | None:
        return scrape(pod.metrics_host, pod.metrics_port) if pod.metrics_host else None

    if not pods:
        return {}
    with ThreadPoolExecutor(min(AT_ONCE, len(pods))) as pool:
        answers = pool.map(one, pods)
        return {pod.name: counters for pod, counters in zip(pods, answers, strict=True) if counters}
