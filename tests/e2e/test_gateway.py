"""The chat at a Gateway, by HTTPRoutes instead of an Ingress."""

import pytest
from cluster import Cluster, Release, Values, until
from hosts import Ingress
from kubernetes import client
from people import Person, two_people_chat


@pytest.fixture
def gateway() -> dict[str, str]:
    """A Gateway of the cluster."""
    try:
        found = client.CustomObjectsApi().list_cluster_custom_object(
            "gateway.networking.k8s.io", "v1", "gateways"
        )["items"]
    except client.ApiException:
        found = []
    if not found:
        pytest.skip("this cluster has no Gateway")
    return {"name": found[0]["metadata"]["name"], "namespace": found[0]["metadata"]["namespace"]}


def test_the_chat_is_reached_through_a_gateway(
    release: Release, cluster: Cluster, ingress: Ingress, values: Values, gateway: dict[str, str]
) -> None:
    host = f"{cluster.namespace}-gateway.example.org"
    routes = {"enabled": True, "parentRefs": [gateway], "hostnames": [host]}
    release.upgrade({**values, "ingress": {"enabled": False}, "gateway": routes})
    url = ingress.url(host)
    until("the route", lambda: Person(url).page("/sign-in").status_code == 200)

    two_people_chat(url)

    release.upgrade(values)
    until("the Ingress again", lambda: Person(ingress.url(f"{cluster.namespace}.example.org")).page().ok)
