"""In Kubernetes: pods and autoscalers of the own namespace, read through the `kubernetes` client.

Answers are taken as JSON and parsed here: the client's own models cost ten times the CPU, every two seconds.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson
from flack_contracts.scale import Autoscaler, PodState, Target

from flack_worker.scale.observed import Observed, ObservedPod, SourceError
from flack_worker.scale.quantities import bytes_of, millicores_of

COMPONENT = "app.kubernetes.io/component"
INSTANCE = "app.kubernetes.io/instance"
METRICS_PORT = 9000
_SECONDS = 2.0


class ClusterSource:
    """Reads with the pod's own service account; its Role lets it list these things and nothing else."""

    def __init__(self, namespace: str, release: str = "") -> None:
        from kubernetes import client, config  # 34 MiB that only a beat in Kubernetes pays

        config.load_incluster_config()  # type: ignore[no-untyped-call]  # publishes no types
        self._pods = client.CoreV1Api().list_namespaced_pod
        self._autoscalers = client.AutoscalingV2Api().list_namespaced_horizontal_pod_autoscaler
        self._custom = client.CustomObjectsApi().list_namespaced_custom_object
        self._errors: tuple[type[Exception], ...] = (client.ApiException, OSError, _urllib3_error())
        self._namespace = namespace
        self._selector = f"{INSTANCE}={release}" if release else COMPONENT

    def read(self) -> Observed:
        """What runs. Raises `SourceError` where the API server does not answer."""
        try:
            pods = self._items(self._pods, self._namespace)
            autoscalers = self._items(self._autoscalers, self._namespace)
        except self._errors as error:
            raise SourceError("The cluster's API does not answer.") from error
        used = self._usage()
        return Observed(
            pods=[pod for item in pods if (pod := read_pod(item, used))],
            autoscalers={service_of(item): read_autoscaler(item) for item in autoscalers},
        )

    def _usage(self) -> dict[str, tuple[float, int]]:
        """CPU and memory by pod; none where the cluster has no metrics server."""
        try:
            return read_usage(self._items(self._custom, "metrics.k8s.io", "v1beta1", self._namespace, "pods"))
        except SourceError:
            return {}
        except self._errors:
            return {}

    def _items(self, ask: Callable[..., Any], *arguments: str) -> list[dict[str, Any]]:
        response = ask(
            *arguments, label_selector=self._selector, _preload_content=False, _request_timeout=_SECONDS
        )
        if response.status != 200:
            raise SourceError(f"The cluster's API answers {response.status}.")
        items: list[dict[str, Any]] = orjson.loads(response.data)["items"]
        return items


def _urllib3_error() -> type[Exception]:
    from urllib3.exceptions import HTTPError

    return HTTPError


def service_of(item: dict[str, Any]) -> str:
    """Which service an object belongs to."""
    metadata = item["metadata"]
    return str(metadata.get("labels", {}).get(COMPONENT) or metadata["name"].rpartition("-")[2])


def read_pod(item: dict[str, Any], used: dict[str, tuple[float, int]]) -> ObservedPod | None:
    """A pod, or None for one that has done its work (a Job's)."""
    metadata, spec, status = item["metadata"], item["spec"], item.get("status", {})
    if status.get("phase") == "Succeeded":
        return None
    name = str(metadata["name"])
    cpu, memory = used.get(name, (None, None))
    state = state_of(item)
    started = status.get("startTime")
    return ObservedPod(
        service=service_of(item),
        name=name,
        state=state,
        metrics_host=status.get("podIP") if state in ("ready", "draining") and _has_metrics(spec) else None,
        metrics_port=METRICS_PORT,
        started_at=datetime.fromisoformat(started) if started else None,
        restarts=sum(container.get("restartCount", 0) for container in status.get("containerStatuses", [])),
        node=spec.get("nodeName"),
        cpu_millicores=cpu,
        memory_bytes=memory,
    )


def state_of(item: dict[str, Any]) -> PodState:
    """What the pod is doing, in one word."""
    status = item.get("status", {})
    containers = status.get("containerStatuses", [])
    if item["metadata"].get("deletionTimestamp"):
        return "draining"
    if status.get("phase") == "Failed" or any(_waits_after_failure(container) for container in containers):
        return "failed"
    if status.get("phase") != "Running":
        return "pending"
    conditions = {condition["type"]: condition["status"] for condition in status.get("conditions", [])}
    return "ready" if conditions.get("Ready") == "True" else "starting"


def read_autoscaler(item: dict[str, Any]) -> Autoscaler:
    """An autoscaler with what it goes by."""
    spec, status = item["spec"], item.get("status", {})
    current = {
        _metric_name(metric): _value(metric, "current") for metric in status.get("currentMetrics") or []
    }
    return Autoscaler(
        min_replicas=spec.get("minReplicas", 1),
        max_replicas=spec["maxReplicas"],
        current_replicas=status.get("currentReplicas", 0),
        desired_replicas=status.get("desiredReplicas", 0),
        targets=[
            Target(metric=name, current=current.get(name), target=_value(metric, "target") or "")
            for metric in spec.get("metrics", [])
            if (name := _metric_name(metric))
        ],
    )


def read_usage(items: list[dict[str, Any]]) -> dict[str, tuple[float, int]]:
    """Millicores and bytes of each pod, from the metrics server's list."""
    return {
        item["metadata"]["name"]: (
            sum(millicores_of(container["usage"]["cpu"]) for container in item["containers"]),
            sum(bytes_of(container["usage"]["memory"]) for container in item["containers"]),
        )
        for item in items
    }


def _has_metrics(spec: dict[str, Any]) -> bool:
    return any(
        port.get("name") == "metrics"
        for container in spec["containers"]
        for port in container.get("ports", [])
    )


def _waits_after_failure(container: dict[str, Any]) -> bool:
    reason = container.get("state", {}).get("waiting", {}).get("reason", "")
    return reason in ("CrashLoopBackOff", "ImagePullBackOff", "ErrImagePull", "CreateContainerConfigError")


def _source(metric: dict[str, Any]) -> dict[str, Any]:
    """The part of a metric that differs by its type: `resource`, `pods`, `external`, …"""
    kind = str(metric.get("type", ""))
    found: dict[str, Any] = metric.get(kind[:1].lower() + kind[1:]) or {}
    return found


def _metric_name(metric: dict[str, Any]) -> str:
    source = _source(metric)
    return str(source.get("name") or source.get("metric", {}).get("name", ""))


def _value(metric: dict[str, Any], side: str) -> str | None:
    values = _source(metric).get(side, {})
    if "averageUtilization" in values:
        return f"{values['averageUtilization']} %"
    value = values.get("averageValue", values.get("value"))
    return None if value is None else str(value)
