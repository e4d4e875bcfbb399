"""Putting a snapshot together, and keeping the newest in Redis."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import groupby
from typing import Literal, Protocol

from flack_contracts.scale import (
    SCALE_SNAPSHOT_KEY,
    SCALE_SNAPSHOT_SECONDS,
    SCALE_WATCHED_KEY,
    Pod,
    ScaleSnapshot,
    ServiceScale,
)
from redis import Redis

from flack_worker.beat.queue_length import queue_lengths
from flack_worker.scale.connections import CONNECTIONS_OPEN
from flack_worker.scale.observed import Observed, ObservedPod, SourceError
from flack_worker.scale.rates import RateMeter, Rates
from flack_worker.scale.scrape import scrape_all

UNWATCHED_SECONDS = 10.0
SourceName = Literal["kubernetes", "processes", "none"]


class Source(Protocol):
    """Says what runs."""

    def read(self) -> Observed:
        """Raises `SourceError`."""


class Snapshots:
    """Makes snapshots. Without a source it shows only what Redis and beat know themselves."""

    def __init__(
        self,
        redis: "Redis",
        source: Source | None,
        source_name: SourceName,
        relay_lag: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._redis, self._source, self._source_name = redis, source, source_name
        self._relay_lag = relay_lag
        self._meter = RateMeter()
        self._next = 0.0

    def step(self) -> None:
        """Make a snapshot if somebody looks at the page, or if the last one is older than ten seconds."""
        now = time.monotonic()
        if now >= self._next or self._redis.exists(SCALE_WATCHED_KEY):
            self._next = now + UNWATCHED_SECONDS - 0.5
            made = self.make()
            self._redis.set(SCALE_SNAPSHOT_KEY, made.model_dump_json(), ex=SCALE_SNAPSHOT_SECONDS)

    def make(self) -> ScaleSnapshot:
        """A snapshot of this moment. Raises RedisError."""
        observed, error = Observed([]), None
        try:
            observed = self._source.read() if self._source else observed
        except SourceError as problem:
            error = str(problem)
        rates = self._meter.measure(scrape_all(observed.pods), time.monotonic())
        CONNECTIONS_OPEN.look(observed.pods if self._source and error is None else None, rates)
        return ScaleSnapshot(
            at=datetime.now(UTC),
            source=self._source_name,
            services=_services(observed, rates),
            requests_per_second=round(sum(rate.requests_per_second for rate in rates.values()), 2),
            connections=sum(rate.connections for rate in rates.values()),
            deliveries_per_second=round(sum(rate.deliveries_per_second for rate in rates.values()), 2),
            queues=queue_lengths(self._redis),
            relay_lag_seconds=round(self._relay_lag(), 3),
            error=error,
        )


def _services(observed: Observed, rates: dict[str, Rates]) -> list[ServiceScale]:
    ordered = sorted(observed.pods, key=lambda pod: (pod.service, pod.name))
    return [
        ServiceScale(
            name=name,
            pods=[_pod(pod, rates.get(pod.name, Rates())) for pod in pods],
            autoscaler=observed.autoscalers.get(name),
        )
        for name, pods in groupby(ordered, key=lambda pod: pod.service)
    ]


def _pod(pod: ObservedPod, rates: Rates) -> Pod:
    return Pod(
        name=pod.name,
        state=pod.state,
        started_at=pod.started_at,
        restarts=pod.restarts,
        node=pod.node,
        requests_per_second=rates.requests_per_second,
        connections=rates.connections,
        deliveries_per_second=rates.deliveries_per_second,
        cpu_millicores=pod.cpu_millicores,
        memory_bytes=pod.memory_bytes,
    )
