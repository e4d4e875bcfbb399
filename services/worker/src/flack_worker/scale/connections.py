"""How many connections are open in all, as realtime's autoscaler reads it."""

from collections.abc import Iterator, Sequence

from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from flack_worker.scale.observed import ObservedPod
from flack_worker.scale.rates import Rates


class ConnectionsOpen(Collector):
    """Says nothing as long as nothing is known, and keeps the last count while it is not known again: too low a number
    would take away pods that hold connections."""

    def __init__(self) -> None:
        self._count: int | None = None

    def look(self, pods: Sequence[ObservedPod] | None, rates: dict[str, Rates]) -> None:
        """Count anew. `pods` is None where what runs could not be read.

        Where a ready pod does not answer, the count may only grow. One that drains may be silent: it is about to end,
        or its node is lost.
        """
        if pods is None:
            return
        count = sum(rate.connections for rate in rates.values())
        silent = any(
            pod.service == "realtime" and pod.state == "ready" and pod.name not in rates for pod in pods
        )
        if not silent:
            self._count = count
        elif self._count is not None:
            self._count = max(count, self._count)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The last count, if there was one."""
        if self._count is not None:
            help_text = "Open connections of all realtime processes"
            yield GaugeMetricFamily("flack_connections_open", help_text, self._count)


CONNECTIONS_OPEN = ConnectionsOpen()
REGISTRY.register(CONNECTIONS_OPEN)
