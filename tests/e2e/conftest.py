"""A fresh namespace with restricted Pod Security, the chart in it, and people who chat. All is removed at the end."""

import os
from collections.abc import Iterator

import pytest
from cluster import Cluster, Release, Values, own_namespace
from hosts import Ingress
from people import Person


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.cluster)
        item.add_marker(pytest.mark.timeout(900))
    items.sort(
        key=lambda item: item.path.name == "test_nodes.py"
    )  # last: they take nodes from under the others


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with own_namespace() as made:
        yield made


@pytest.fixture(scope="session")
def ingress(cluster: Cluster) -> Ingress:
    """FLACK_E2E_INGRESS (such as `127.0.0.1:8080`), else the NodePort of the Service `traefik`, else kind's port."""
    given = os.environ.get("FLACK_E2E_INGRESS")
    if given:
        address, port = given.rsplit(":", 1)
        return Ingress(address, int(port))
    return Ingress("127.0.0.1", cluster.node_port("traefik", "web") or 8080)


@pytest.fixture(scope="session")
def url(cluster: Cluster, ingress: Ingress) -> str:
    """The address of the installation under test: a host name of this run's own, over plain HTTP."""
    return ingress.url(f"{cluster.namespace}.example.org")


@pytest.fixture(scope="session")
def values(cluster: Cluster) -> Values:
    """The chart's defaults, small enough for a shared machine, under a host name of this run's own."""
    return small(f"{cluster.namespace}.example.org")


def small(host: str) -> Values:
    """Values for a machine that does other things too."""
    resources = {"requests": {"cpu": "10m", "memory": "64Mi"}, "limits": {"cpu": "1", "memory": "512Mi"}}
    return {
        "chat": {"rateLimits": False, "v1": {"anonymousRead": True}},
        "ingress": {"hosts": [{"host": host}], "tls": {"required": False}},
        "defaults": {"resources": resources, "autoscaling": {"enabled": False}},
        "api": {"resources": resources},
        "worker": {"resources": resources},
        "beat": {"resources": resources},
        "migrations": {"resources": resources},
    }


@pytest.fixture(scope="session")
def release(cluster: Cluster, values: Values) -> Iterator[Release]:
    made = Release(cluster.namespace)
    made.install(values)
    yield made


@pytest.fixture
def person(release: Release, url: str) -> Person:
    return Person(url).sign_up()
