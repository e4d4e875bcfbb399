"""`kubectl apply -k k8s/`: the same chat, without Helm."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster import SERVICES, Cluster, until
from hosts import Ingress
from people import two_people_chat

MANIFESTS = Path(__file__).parents[2] / "k8s"
NAMESPACE = "flack"  # k8s/base names it


def kubectl(*arguments: str) -> None:
    subprocess.run(["kubectl", *arguments], check=True, timeout=300)


@pytest.fixture
def applied() -> Iterator[Cluster]:
    """What `kubectl apply -k k8s/` made, until the test's end."""
    space = Cluster(NAMESPACE)
    if not shutil.which("kubectl"):
        pytest.skip("kubectl is not installed")
    if not space.namespace_is_gone():
        pytest.skip(f"the namespace {NAMESPACE}, which k8s/base names, is in use in this cluster")
    kubectl("apply", "-k", str(MANIFESTS))
    yield space
    kubectl("delete", "-k", str(MANIFESTS), "--timeout=180s")
    until("the namespace's end", space.namespace_is_gone, seconds=180)


def test_the_manifests_make_a_chat(applied: Cluster, ingress: Ingress) -> None:
    until("every pod", applied.all_ready, seconds=180)

    assert all(len(applied.ready_pods(service)) == 1 for service in SERVICES)
    two_people_chat(ingress.url("flack-manifests.example.org"))
