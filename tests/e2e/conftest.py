"""A fresh namespace with restricted Pod Security, the chart in it, and people who chat. All is removed at the end."""

import os
import secrets
from collections.abc import Iterator

import pytest
from cluster import Cluster, Release, Values
from kubernetes import client
from people import Address, Person


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.cluster)
        item.add_marker(pytest.mark.timeout(900))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    made = Cluster(f"flack-e2e-{secrets.token_hex(3)}")
    made.create_namespace()
    yield made
    made.delete_namespace()


@pytest.fixture(scope="session")
def address(cluster: Cluster) -> Address:
    """Where the ingress controller answers: FLACK_E2E_ADDRESS, or the NodePort of the Service `traefik`."""
    host = f"{cluster.namespace}.example.org"
    given = os.environ.get("FLACK_E2E_ADDRESS")
    if given:
        return Address(given, host)
    services: list[client.V1Service] = cluster.core.list_service_for_all_namespaces().items
    ports = [
        p.node_port for s in services if s.metadata.name == "traefik" for p in s.spec.ports if p.name == "web"
    ]
    return Address(f"http://127.0.0.1:{ports[0]}" if ports and ports[0] else "http://127.0.0.1:8080", host)


@pytest.fixture(scope="session")
def values(address: Address) -> Values:
    """The chart's defaults, small enough for a shared machine, under a host name of this run's own."""
    small = {"requests": {"cpu": "10m", "memory": "64Mi"}, "limits": {"cpu": "1", "memory": "512Mi"}}
    return {
        "chat": {"rateLimits": False},
        "ingress": {"hosts": [{"host": address.host}], "tls": {"required": False}},
        "defaults": {"resources": small, "autoscaling": {"enabled": False}},
        "api": {"resources": small},
        "worker": {"resources": small},
        "beat": {"resources": small},
        "migrations": {"resources": small},
    }


@pytest.fixture(scope="session")
def release(cluster: Cluster, values: Values) -> Iterator[Release]:
    made = Release(cluster.namespace)
    made.install(values)
    yield made


@pytest.fixture
def person(release: Release, address: Address) -> Person:
    return Person(address).sign_up()
