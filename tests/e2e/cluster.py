"""The cluster that KUBECONFIG names, through the `kubernetes` client; and Helm, through its SDK in this process."""

import contextlib
import json
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import helm_python
from kubernetes import client, config
from kubernetes.stream import stream

CHART = Path(__file__).parents[2] / "helm" / "flack"
COMPONENT = "app.kubernetes.io/component"
SERVICES = ("api", "web", "realtime", "worker")
RESTRICTED = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}

Values = dict[str, Any]
T = TypeVar("T")


def until(what: str, look: Callable[[], T], *, seconds: float = 120, every: float = 0.5) -> T:
    """Look until the answer is true, and return it; fails with what was waited for."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s"
        time.sleep(every)
    return found


class Cluster:
    """Reads and changes objects of one namespace."""

    def __init__(self, namespace: str) -> None:
        config.load_kube_config()
        self.namespace = namespace
        self.core, self.apps = client.CoreV1Api(), client.AppsV1Api()
        self.scaling, self.batch = client.AutoscalingV2Api(), client.BatchV1Api()
        self.network = client.NetworkingV1Api()

    def create_namespace(self) -> None:
        body = {"metadata": {"name": self.namespace, "labels": RESTRICTED}}
        self.core.create_namespace(body)

    def delete_namespace(self) -> None:
        with contextlib.suppress(client.ApiException):
            self.core.delete_namespace(self.namespace)

    def namespace_is_gone(self) -> bool:
        return self.namespace not in {item.metadata.name for item in self.core.list_namespace().items}

    def pods(self, component: str | None = None, *, leaving: bool = False) -> list[Any]:
        """The pods of a component (or all); those on their way out only with `leaving`."""
        selector = f"{COMPONENT}={component}" if component else COMPONENT
        found = self.core.list_namespaced_pod(self.namespace, label_selector=selector).items
        return [pod for pod in found if leaving or not pod.metadata.deletion_timestamp]

    def ready_pods(self, component: str) -> list[Any]:
        return [pod for pod in self.pods(component) if is_ready(pod)]

    def all_ready(self) -> bool:
        """Whether each Deployment has all its pods, of the newest template, ready."""
        deployments = self.apps.list_namespaced_deployment(self.namespace).items
        return bool(deployments) and all(
            item.status.observed_generation == item.metadata.generation
            and (item.status.updated_replicas or 0)
            == (item.status.ready_replicas or 0)
            == item.status.replicas
            for item in deployments
            if item.spec.replicas
        )

    def replace_pods(self, component: str) -> None:
        """Delete the pods of a component one after the other, each time until a new one is ready."""
        for pod in self.pods(component):
            before = len(self.ready_pods(component))
            self.core.delete_namespaced_pod(pod.metadata.name, self.namespace)
            until(
                f"a new pod of {component}",
                lambda gone=pod.metadata.name, before=before: (
                    gone not in names(self.pods(component)) and len(self.ready_pods(component)) >= before
                ),
            )

    def restart(self, component: str) -> None:
        """Make new pods of a component, as `kubectl rollout restart` does, and wait for them."""
        mark = {"annotations": {"kubectl.kubernetes.io/restartedAt": str(time.time())}}
        body = {"spec": {"template": {"metadata": mark}}}
        self.apps.patch_namespaced_deployment(f"flack-{component}", self.namespace, body)
        until(f"new pods of {component}", self.all_ready, seconds=300)

    def logs(self, pod: str, container: str) -> str:
        return str(self.core.read_namespaced_pod_log(pod, self.namespace, container=container))

    def node_port(self, service: str, port: str) -> int | None:
        """The NodePort of a Service by its name and its port's, in whatever namespace it is."""
        services = self.core.list_service_for_all_namespaces(field_selector=f"metadata.name={service}").items
        found = [item.node_port for one in services for item in one.spec.ports if item.name == port]
        return found[0] if found else None

    def last_log(self, component: str) -> str:
        """What the newest pod of a component with one container has said, a finished Job's too."""
        newest = max(self.pods(component), key=lambda pod: pod.metadata.creation_timestamp)
        return self.logs(newest.metadata.name, newest.spec.containers[0].name)

    def sql(self, query: str) -> str:
        """What the bundled database answers."""
        return self.run("flack-postgresql-0", "psql", "-U", "flack", "-d", "flack", "-tAc", query)

    def run(self, pod: str, *command: str) -> str:
        """What a command in a pod's main container prints."""
        look = self.core.connect_get_namespaced_pod_exec
        return str(stream(look, pod, self.namespace, command=command, stdout=True, stderr=True)).strip()

    def secret(self, name: str) -> dict[str, str]:
        return dict(self.core.read_namespaced_secret(name, self.namespace).data)

    def warnings(self) -> list[str]:
        events = self.core.list_namespaced_event(self.namespace).items
        return [f"{e.involved_object.name}: {e.reason}: {e.message}" for e in events if e.type == "Warning"]


@contextlib.contextmanager
def own_namespace() -> Iterator[Cluster]:
    """A new namespace, removed at the end."""
    made = Cluster(f"flack-e2e-{secrets.token_hex(3)}")
    made.create_namespace()
    try:
        yield made
    finally:
        made.delete_namespace()


def is_ready(pod: Any) -> bool:
    return any(item.type == "Ready" and item.status == "True" for item in pod.status.conditions or [])


def names(pods: list[Any]) -> set[str]:
    return {pod.metadata.name for pod in pods}


class Release:
    """One release of the chart."""

    def __init__(self, namespace: str, name: str = "flack") -> None:
        self.namespace, self.name = namespace, name

    @contextlib.contextmanager
    def helm(self) -> Iterator[helm_python.Config]:
        with helm_python.Config(namespace=self.namespace) as configuration:
            yield configuration

    def install(self, values: Values, *, wait: bool = True) -> None:
        with self.helm() as helm:
            helm.install(CHART, self.name, values, namespace=self.namespace, wait=_wait(wait), timeout=300)

    def upgrade(self, values: Values) -> None:
        with self.helm() as helm:
            helm.upgrade(CHART, self.name, values, namespace=self.namespace, wait=_wait(True), timeout=300)

    def revision(self) -> int:
        """The number of the newest revision."""
        with self.helm() as helm:
            return len(helm.history(self.name))

    def rollback(self, revision: int) -> None:
        with self.helm() as helm:
            helm.rollback(self.name, version=revision, wait=_wait(True), timeout=300)

    def test(self) -> str:
        """What the test pod printed. Raises `helm_python.HelmError` where it failed."""
        with self.helm() as helm:
            return str(json.dumps(helm.test(self.name, timeout=120, logs=True)))

    def uninstall(self) -> None:
        with self.helm() as helm:
            helm.uninstall(self.name, wait="watcher", timeout=180)


def _wait(wanted: bool) -> str | None:
    return "watcher" if wanted else None
