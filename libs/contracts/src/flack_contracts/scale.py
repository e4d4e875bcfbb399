"""A snapshot of the installation for the page `/scale`: beat writes it, web shows it."""

from typing import Literal

from pydantic import Field

from flack_contracts.base import Contract, UtcTime

SCALE_SNAPSHOT_KEY = "flack:scale:snapshot"
"""The Redis key under which the newest snapshot lies as JSON."""
SCALE_SNAPSHOT_SECONDS = 30
"""How long a snapshot lives in Redis; an old one is worse than none."""
SCALE_WATCHED_KEY = "flack:scale:watched"
"""Whoever shows the page sets this key for some ten seconds at each look. While it is there a snapshot is made every
2 s, else every 10 s: nobody looks most of the time, and looking at every pod costs each of them."""

PodState = Literal["pending", "starting", "ready", "draining", "failed"]


class Pod(Contract):
    """One replica: a pod in Kubernetes, a process elsewhere. Rates are over the time since the last snapshot."""

    name: str
    state: PodState
    started_at: UtcTime | None = None
    restarts: int = 0
    node: str | None = None
    requests_per_second: float = 0
    connections: int = 0
    deliveries_per_second: float = 0
    cpu_millicores: float | None = None
    memory_bytes: int | None = None


class Target(Contract):
    """One thing that an autoscaler goes by: `cpu`, or the name of a metric. Values are averages over the pods."""

    metric: str
    current: str | None = None
    target: str


class Autoscaler(Contract):
    """What an autoscaler wants and why."""

    min_replicas: int
    max_replicas: int
    current_replicas: int
    desired_replicas: int
    targets: list[Target] = Field(default_factory=list)


class ServiceScale(Contract):
    """A service with its replicas, in order of their names."""

    name: str
    pods: list[Pod] = Field(default_factory=list)
    autoscaler: Autoscaler | None = None


class ScaleSnapshot(Contract):
    """The whole installation at one moment. `error` says what could not be read, if anything."""

    at: UtcTime
    source: Literal["kubernetes", "processes", "none"]
    services: list[ServiceScale] = Field(default_factory=list)
    requests_per_second: float = 0
    connections: int = 0
    deliveries_per_second: float = 0
    queues: dict[str, int] = Field(default_factory=dict)
    """Tasks of each queue, waiting or in hand."""
    relay_lag_seconds: float = 0
    error: str | None = None
