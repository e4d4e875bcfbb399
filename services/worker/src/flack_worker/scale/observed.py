"""What a source saw, before anything is measured."""

from dataclasses import dataclass, field
from datetime import datetime

from flack_contracts.scale import Autoscaler, PodState


class SourceError(Exception):
    """What runs could not be read. The message is for the page: no address, no credential."""


@dataclass(frozen=True, slots=True)
class ObservedPod:
    """A replica, and where it tells its metrics."""

    service: str
    name: str
    state: PodState
    metrics_host: str | None
    metrics_port: int
    started_at: datetime | None = None
    restarts: int = 0
    node: str | None = None
    cpu_millicores: float | None = None
    memory_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """Everything that runs at one moment."""

    pods: list[ObservedPod]
    autoscalers: dict[str, Autoscaler] = field(default_factory=dict)
