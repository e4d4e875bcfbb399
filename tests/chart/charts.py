"""The chart as an SRE sees it: values in, objects out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

CHART = Path(__file__).parents[2] / "helm" / "flack"
KINDS = ["keda.sh/v1alpha1", "monitoring.coreos.com/v1", "gateway.networking.k8s.io/v1"]
LIVE = ["apiregistration.k8s.io/v1"]  # what tells the chart that a cluster answers

Object = dict[str, Any]


class Rendered(list[Object]):
    """The objects of one rendering."""

    def of(self, kind: str) -> dict[str, Object]:
        """All objects of a kind, by name."""
        return {found["metadata"]["name"]: found for found in self if found["kind"] == kind}

    def one(self, kind: str, name: str) -> Object:
        """The object of a kind with a name."""
        return self.of(kind)[name]

    def pods(self) -> dict[str, Object]:
        """Everything that becomes a pod, `Kind/name` to its pod spec."""
        found = {}
        for item in self:
            name = f"{item['kind']}/{item['metadata']['name']}"
            if item["kind"] == "Pod":
                found[name] = item["spec"]
            elif item["kind"] in ("Deployment", "StatefulSet", "Job"):
                found[name] = item["spec"]["template"]["spec"]
        return found

    def container(self, deployment: str) -> Object:
        """The main container of a Deployment."""
        return self.one("Deployment", deployment)["spec"]["template"]["spec"]["containers"][0]

    def environment(self, deployment: str) -> dict[str, Any]:
        """The variables of a Deployment's container: the value, or the reference."""
        return environment(self.container(deployment))


def environment(container: Object) -> dict[str, Any]:
    """The variables of a container: the value, or the reference."""
    return {item["name"]: item.get("value", item.get("valueFrom")) for item in container["env"]}


def containers(pod: Object) -> list[Object]:
    """All containers of a pod spec, those that run first included."""
    return [*pod.get("initContainers", []), *pod["containers"]]


Render = Callable[..., Rendered]


def values_file(name: str) -> Object:
    """The values of one of the ready files."""
    loaded: Object = yaml.safe_load((CHART / name).read_text())
    return loaded


EVERYTHING: Object = {
    "keda": {"enabled": True},
    "gateway": {
        "enabled": True,
        "parentRefs": [{"name": "public", "namespace": "gateways"}],
        "sessionPersistence": True,
    },
    "monitoring": {
        "serviceMonitor": {"enabled": True},
        "prometheusRule": {"enabled": True},
        "dashboard": {"enabled": True},
    },
    "realtime": {"polling": {"enabled": True}},
}
EXTERNAL: Object = {
    "postgresql": {"enabled": False, "external": {"host": "db.example.org", "existingSecret": "db"}},
    "redis": {"enabled": False, "external": {"host": "redis.example.org", "existingSecret": "cache"}},
}
VARIANTS: dict[str, Object] = {
    "defaults": {},
    "everything on": EVERYTHING,
    "external databases": EXTERNAL,
    "small": values_file("values-small.yaml"),
    "production": values_file("values-production.yaml"),
    "kind": values_file("values-kind.yaml"),
}
