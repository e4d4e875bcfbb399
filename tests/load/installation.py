"""What the installation costs while it is loaded: CPU of its processes here, or of its pods in a cluster."""

import asyncio
import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import psutil

from .quantities import quantity

_TICKS = os.sysconf("SC_CLK_TCK")
_ANSWER_SECONDS = 5
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class NoCluster(Exception):
    """The cluster that KUBECONFIG names does not tell its CPU; the message says why, and what to do."""


class Installation(Protocol):
    """Where CPU can be read."""

    description: str
    cores: float
    """CPU cores that it could use if nobody else did."""

    async def used(self) -> dict[str, float]:
        """CPU cores in use since the last look, by process or service."""


class LocalProcesses:
    """The processes of an installation that `make up` runs on this machine."""

    def __init__(self, record: Path) -> None:
        self._record = record
        self._before: dict[str, tuple[float, float]] = {}
        self.cores = float(os.cpu_count() or 1)
        self.description = f"processes on this machine ({self.cores:.0f} cores, shared with the generator)"

    @classmethod
    def behind(cls, port: int) -> "LocalProcesses | None":
        """Those behind the ingress that listens on this port, or None where it is not `make up`'s."""
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
                with suppress(psutil.Error, OSError):
                    record = Path(psutil.Process(connection.pid).cwd()).parent / "processes.json"
                    if record.exists():
                        return cls(record)
        return None

    async def used(self) -> dict[str, float]:
        """Part of `Installation`."""
        now, used = time.monotonic(), {}
        for name, pid in self._children():
            with suppress(OSError):
                seconds = sum(_cpu_seconds(pid))
                before = self._before.get(name)
                self._before[name] = now, seconds
                if before is not None and now > before[0]:
                    used[name] = max(0.0, seconds - before[1]) / (now - before[0])
        return used

    def _children(self) -> Iterator[tuple[str, int]]:
        try:
            listed = json.loads(self._record.read_text())["children"]
        except (OSError, ValueError):
            return
        for entry in listed:
            yield entry["name"], entry["pid"]


def _cpu_seconds(pid: int) -> Iterator[float]:
    """CPU of a process and of its children that have ended, and the same of each child that lives.

    From /proc/<pid>/stat, fields 14 to 17 of proc(5). psutil would read all of /proc for each family.
    """
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    yield sum(map(int, fields[11:15])) / _TICKS
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        with suppress(OSError):
            yield from _cpu_seconds(int(child))


class ClusterPods:
    """The pods of a namespace, as the metrics API of the cluster that KUBECONFIG names tells."""

    def __init__(self, namespace: str) -> None:
        from kubernetes import client, config

        config.load_kube_config(os.environ.get("KUBECONFIG"))  # not what it was when the library was imported
        self._namespace = namespace
        self._metrics: Any = client.CustomObjectsApi()
        nodes = client.CoreV1Api().list_node(_request_timeout=_ANSWER_SECONDS).items
        self.cores = sum(quantity(node.status.allocatable["cpu"]) for node in nodes)
        self.description = (
            f"pods of namespace {namespace} on {len(nodes)} node(s) with {self.cores:.0f} cores, "
            f"cluster {client.Configuration.get_default_copy().host}"
        )

    async def used(self) -> dict[str, float]:
        """Part of `Installation`."""
        return await asyncio.to_thread(self._read)

    def _read(self) -> dict[str, float]:
        listed = self._metrics.list_namespaced_custom_object(
            "metrics.k8s.io", "v1beta1", self._namespace, "pods", _request_timeout=_ANSWER_SECONDS
        )
        used: dict[str, float] = {}
        for pod in listed["items"]:
            name = (
                pod["metadata"].get("labels", {}).get("app.kubernetes.io/component", pod["metadata"]["name"])
            )
            cores = sum(quantity(container["usage"]["cpu"]) for container in pod["containers"])
            used[name] = used.get(name, 0.0) + cores
        return used


def find(url: str, namespace: str) -> Installation | None:
    """The installation behind an address, where this machine can see it. Raises NoCluster.

    Nothing tells whether the cluster that KUBECONFIG names is the one behind the address.
    """
    parts = urlsplit(url)
    if parts.hostname in LOOPBACK:
        local = LocalProcesses.behind(parts.port or (443 if parts.scheme == "https" else 80))
        if local is not None:
            return local
    if os.environ.get("KUBECONFIG"):
        return _cluster(namespace)
    return None


def _cluster(namespace: str) -> ClusterPods:
    from kubernetes.client import ApiException
    from kubernetes.config import ConfigException
    from urllib3.exceptions import HTTPError
    from yaml import YAMLError

    try:
        return ClusterPods(namespace)
    except (ApiException, ConfigException, HTTPError, YAMLError, OSError, ValueError, TypeError) as error:
        why = getattr(error, "reason", None) or str(error) or type(error).__name__
        raise NoCluster(
            f"KUBECONFIG={os.environ['KUBECONFIG']} leads to no cluster whose CPU can be read: "
            f"{' '.join(str(why).split())}. Without KUBECONFIG CPU is not known, and the rest is measured."
        ) from None
