"""The chart, installed into a namespace of its own for a run and removed afterwards."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import helm_python
import yaml
from kubernetes import client, config

from .profile import HERE

CHART = HERE.parents[1] / "helm" / "flack"
VALUES = HERE / "values.yaml"
_SECONDS = 300


@contextlib.contextmanager
def release(namespace: str, host: str, tag: str, *, keep: bool) -> Iterator[None]:
    """Flack in this namespace, under this host name, from images with this tag."""
    config.load_kube_config()
    core = client.CoreV1Api()
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    with contextlib.suppress(client.ApiException):
        core.create_namespace({"metadata": {"name": namespace, "labels": labels}})
    with helm_python.Config(namespace=namespace) as helm:
        helm.install(
            CHART, "flack", _values(VALUES, host, tag), namespace=namespace, wait="watcher", timeout=_SECONDS
        )
        try:
            yield
        finally:
            if not keep:
                helm.uninstall("flack", wait="watcher", timeout=180)
                core.delete_namespace(namespace)


def _values(path: Path, host: str, tag: str) -> dict[str, Any]:
    values: dict[str, Any] = yaml.safe_load(path.read_text())
    values["ingress"] = {"hosts": [{"host": host}], "tls": {"required": False}}
    if tag:
        values["image"] = {"tag": tag}
    return values
