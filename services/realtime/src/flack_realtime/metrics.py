"""Metrics of the fan-out, read from its own counters when somebody scrapes: the loop of deliveries pays nothing."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from flack_realtime.admission import Admission
from flack_realtime.fanout import FanoutManager
from flack_realtime.gateway import Gateway
from flack_realtime.overload import Overload
from flack_realtime.v1 import V1

Family = CounterMetricFamily | GaugeMetricFamily


class RealtimeCollector(Collector):
    """What this process holds and has done."""

    def __init__(
        self,
        manager: FanoutManager,
        admission: Admission,
        gateway: Gateway,
        overload: Overload,
        v1: V1 | None,
    ) -> None:
        self._manager, self._admission, self._gateway = manager, admission, gateway
        self._overload, self._v1 = overload, v1

    def collect(self) -> Iterator[Family]:
        """The current values."""
        stats, subscriptions = self._manager.engine.stats, self._manager.subscriptions
        sockets = self._manager.engine.server.sockets
        yield GaugeMetricFamily("flack_realtime_connections", "Open connections", len(sockets))
        yield GaugeMetricFamily(
            "flack_realtime_v1_connections",
            "Open connections that came without an access token: v1 clients, and mistaken ones",
            self._v1.connections if self._v1 is not None else 0,
        )
        yield CounterMetricFamily(
            "flack_realtime_deliveries", "Packets handed to connections", stats.deliveries
        )
        yield GaugeMetricFamily(
            "flack_realtime_send_queue_bytes",
            "Bytes that wait for clients that do not keep up",
            self._manager.engine.waiting_bytes(),
        )
        yield GaugeMetricFamily(
            "flack_realtime_subscriptions", "Redis channels this process hears", len(subscriptions)
        )
        yield GaugeMetricFamily("flack_realtime_redis_up", "Whether Redis is there", int(subscriptions.up))
        yield CounterMetricFamily(
            "flack_realtime_gaps", "Times that Redis was away and clients were told to sync", stats.gaps
        )
        yield CounterMetricFamily(
            "flack_realtime_slow_consumers", "Connections closed for staying behind", stats.slow_consumers
        )
        yield CounterMetricFamily(
            "flack_realtime_protocol_errors", "Connections closed for what they sent", stats.protocol_errors
        )
        yield CounterMetricFamily(
            "flack_realtime_connects_refused", "New connections answered 503", self._admission.refused
        )
        yield CounterMetricFamily(
            "flack_realtime_people_refused", "Connections of people who had enough", self._gateway.refused
        )
        yield GaugeMetricFamily(
            "flack_realtime_loop_pause_seconds", "Longest pause of the event loop since the last scrape",
            self._overload.take_longest(),
        )  # fmt: skip
