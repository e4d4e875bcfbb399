"""Nodes: their zones, who stands on them, and taking them out of service."""

import os
import subprocess
from typing import Any

from cluster import COMPONENT, Cluster, is_ready, until
from kubernetes import client

ZONE = "topology.kubernetes.io/zone"
FINISHED = ("Succeeded", "Failed")


class Nodes:
    """The nodes of a cluster, by name."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._core, self._policy = cluster.core, client.PolicyV1Api()

    def all(self) -> dict[str, Any]:
        """Every node by its name."""
        return {node.metadata.name: node for node in self._core.list_node().items}

    def ready(self) -> set[str]:
        return {name for name, node in self.all().items() if is_ready(node)}

    def zone_of(self, name: str) -> str:
        return str(self.all()[name].metadata.labels.get(ZONE, name))

    def cordon(self, name: str, *, closed: bool = True) -> None:
        """Let no new pod stand there, or let them again."""
        self._core.patch_node(name, {"spec": {"unschedulable": closed}})

    def drain(self, name: str, *, within: str | None = None) -> None:
        """What `kubectl drain` does: cordon, then evict as fast as the budgets allow, and wait for the end.

        `within` a namespace, its services' pods leave and its databases stay: they are one pod each, for small
        installations. Without it everything leaves but what belongs to the node itself.
        """
        self.cordon(name)
        for pod in self._movable(name, within):
            until(f"{pod.metadata.name} may be evicted", lambda pod=pod: self._evict(pod))
        until(f"{name} is empty", lambda: not self._movable(name, within), seconds=180)

    def _movable(self, name: str, within: str | None) -> list[Any]:
        pods = self._core.list_pod_for_all_namespaces(field_selector=f"spec.nodeName={name}").items
        pods = [pod for pod in pods if pod.status.phase not in FINISHED and not _of_the_node(pod)]
        if within is None:
            return pods
        databases = ("postgresql", "redis")
        ours = [pod for pod in pods if pod.metadata.namespace == within]
        return [pod for pod in ours if (pod.metadata.labels or {}).get(COMPONENT) not in databases]

    def _evict(self, pod: Any) -> bool:
        body = {"metadata": {"name": pod.metadata.name, "namespace": pod.metadata.namespace}}
        try:
            self._core.create_namespaced_pod_eviction(pod.metadata.name, pod.metadata.namespace, body)
        except client.ApiException as refused:
            if refused.status == 429:  # the budget: somebody else is away
                return False
            if refused.status != 404:
                raise
        return True


def _of_the_node(pod: Any) -> bool:
    owners = pod.metadata.owner_references or []
    return any(owner.kind in ("DaemonSet", "Node") for owner in owners)


def power(action: str, number: int) -> None:
    """cut, mend, kill or start: what the command that E2E_NODE_COMMAND names does to a node.

    Each can be asked for again. A node whose kubelet came before its container runtime waits for ever: asked again,
    it is started.
    """
    command = [os.environ["E2E_NODE_COMMAND"], action, str(number)]
    try:
        subprocess.run(command, check=True, timeout=90)
    except subprocess.TimeoutExpired:
        subprocess.run(command, check=True, timeout=300)
