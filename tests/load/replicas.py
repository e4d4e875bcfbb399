"""How many pods each service has over time, as the autoscalers decide, and whether that is as it should be."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from kubernetes import client, config

from .quantities import quantity

_COMPONENT = "app.kubernetes.io/component"
_SECONDS = 5


@dataclass
class Scaled:
    """One service that an autoscaler rules."""

    least: int
    most: int
    wanted: list[int] = field(default_factory=list)
    """What the autoscaler wants, look by look."""
    ready: list[int] = field(default_factory=list)
    metric: list[dict[str, float]] = field(default_factory=list)
    """What it goes by: the average over the pods, by metric."""

    @property
    def reached_most(self) -> bool:
        """Whether it has as many pods as it may have, all ready."""
        return bool(self.ready) and self.ready[-1] >= self.most

    @property
    def back_at_least(self) -> bool:
        """Whether it has as few as it may have."""
        return bool(self.ready) and self.wanted[-1] == self.ready[-1] == self.least

    def flaws(self) -> list[str]:
        """What is wrong with the curve: it must rise to the most without falling, and then fall without rising."""
        found = []
        if max(self.wanted, default=0) < self.most:
            found.append(f"rose to {max(self.wanted, default=0)} of {self.most}")
        if self.wanted and self.wanted[-1] != self.least:
            found.append(f"ended at {self.wanted[-1]} instead of {self.least}")
        top = self.wanted.index(max(self.wanted)) if self.wanted else 0
        steps = list(zip(self.wanted, self.wanted[1:], strict=False))
        if any(after < before for before, after in steps[:top]):
            found.append("fell before it had risen to the most")
        if any(after > before for before, after in steps[top:]):
            found.append("rose again after it had fallen")
        return found


class Replicas:
    """Looks at the Deployments and HorizontalPodAutoscalers of one namespace (KEDA's are such, too)."""

    def __init__(self, namespace: str) -> None:
        config.load_kube_config()
        self._namespace = namespace
        self._apps, self._scaling = client.AppsV1Api(), client.AutoscalingV2Api()
        self.services: dict[str, Scaled] = {}
        self.looks: list[float] = []

    async def look(self, now: float) -> None:
        """Take down how things are."""
        deployments, autoscalers = await asyncio.to_thread(self._read)
        self.looks.append(now)
        for scaler in autoscalers:
            target = scaler.spec.scale_target_ref.name
            found = deployments.get(target)
            if found is None:
                continue
            name = found.metadata.labels[_COMPONENT]
            service = self.services.setdefault(
                name, Scaled(scaler.spec.min_replicas or 1, scaler.spec.max_replicas)
            )
            service.wanted.append(found.spec.replicas or 0)
            service.ready.append(found.status.ready_replicas or 0)
            service.metric.append(_metrics(scaler))

    def _read(self) -> tuple[dict[str, Any], list[Any]]:
        deployments = self._apps.list_namespaced_deployment(self._namespace, _request_timeout=_SECONDS).items
        listed = self._scaling.list_namespaced_horizontal_pod_autoscaler(
            self._namespace, _request_timeout=_SECONDS
        )
        return {item.metadata.name: item for item in deployments}, listed.items


def _metrics(scaler: Any) -> dict[str, float]:
    found: dict[str, float] = {}
    for number, metric in enumerate(scaler.status.current_metrics or []):
        if metric.resource is not None:
            found["cpu"] = quantity(metric.resource.current.average_value)
        elif metric.external is not None:
            found[f"external-{number}"] = quantity(metric.external.current.average_value)
    return found


def ingress_address() -> str:
    """Where the ingress controller answers on this machine: the NodePort of the Service `traefik`, else port 8080."""
    services = client.CoreV1Api().list_service_for_all_namespaces().items
    for service in services:
        for port in service.spec.ports or []:
            if service.metadata.name == "traefik" and port.name == "web" and port.node_port:
                return f"http://127.0.0.1:{port.node_port}"
    return "http://127.0.0.1:8080"
