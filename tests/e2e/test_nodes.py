"""Three nodes: pods stand in different zones, and a node may leave, planned or not."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from cluster import SERVICES, Cluster, Release, own_namespace, until
from conftest import small
from faults.trial import READERS, WRITERS, around, people
from hosts import Ingress
from load import Load
from nodes import Nodes, power
from people import Listener, Person

VICTIM = 3  # E2E_NODE_COMMAND counts nodes as they were made


@pytest.fixture(scope="module")
def spread() -> Iterator[Cluster]:
    """A namespace for an installation whose databases stand on a node that no test takes away."""
    with own_namespace() as made:
        if len(Nodes(made).ready()) < 3:
            pytest.skip("fewer than three nodes")
        yield made
    until("the namespace's end", made.namespace_is_gone, seconds=180)


@pytest.fixture(scope="module")
def nodes(spread: Cluster) -> Nodes:
    return Nodes(spread)


@pytest.fixture(scope="module")
def victim(nodes: Nodes) -> str:
    """The last node, from which what is not Flack's has moved away."""
    name = sorted(nodes.all())[VICTIM - 1]
    nodes.drain(name)
    return name


@pytest.fixture(scope="module")
def installed(spread: Cluster, nodes: Nodes, victim: str, ingress: Ingress) -> Iterator[str]:
    """Three pods of each service, as in production. The URL."""
    host = f"{spread.namespace}.example.org"
    values = small(host)
    release = Release(spread.namespace)
    release.install(values)  # while the victim is closed, so that the databases stand elsewhere
    nodes.cordon(victim, closed=False)
    strict = {
        "maxSkew": 1,
        "topologyKey": "topology.kubernetes.io/zone",
        "whenUnsatisfiable": "DoNotSchedule",
    }
    drain = {"closeSeconds": 5, "gracefulSeconds": 10}
    production = {**values["defaults"], "replicas": 3, "topologySpread": [strict], "drain": drain}
    release.upgrade({**values, "defaults": production, "worker": {**values["worker"], "drain": drain}})
    yield ingress.url(host)
    release.uninstall()


def load(url: str) -> tuple[Load, list[Listener]]:
    crowd = [Person(url).sign_up() for _ in range(3)]
    channel = crowd[0].make_channel(f"nodes {crowd[0].nickname}")
    for one in crowd[1:]:
        one.join(channel)
    listeners = [Listener(one) for one in crowd]
    return Load(crowd, listeners, channel), listeners


def test_the_pods_of_each_service_stand_in_different_zones(
    installed: str, spread: Cluster, nodes: Nodes
) -> None:
    for service in SERVICES:
        pods = spread.ready_pods(service)
        assert len({nodes.zone_of(pod.spec.node_name) for pod in pods}) == len(pods) == 3, service


def test_draining_each_node_in_turn_under_load_fails_nothing(
    installed: str, spread: Cluster, nodes: Nodes
) -> None:
    running, listeners = load(installed)

    with listeners[0], listeners[1], running:
        until("the first messages", lambda: len(running.said) > 5)
        for name in sorted(nodes.all()):
            try:
                nodes.drain(name, within=spread.namespace)
            finally:
                nodes.cordon(name, closed=False)
            until("every service is whole again", spread.all_ready, seconds=180)

    running.reckon()


@pytest.mark.skipif("E2E_NODE_COMMAND" not in os.environ, reason="E2E_NODE_COMMAND is not set")
@pytest.mark.parametrize(("take", "give_back"), [("cut", "mend"), ("kill", "start")])
def test_losing_a_node_loses_no_acknowledged_message(
    installed: str, spread: Cluster, nodes: Nodes, victim: str, take: str, give_back: str
) -> None:
    carry_everything(spread, nodes, victim)
    accounts = people(installed, WRITERS + READERS)

    def disturb() -> None:
        try:
            power(take, VICTIM)
            until("the loss is noticed", lambda: victim not in nodes.ready(), seconds=180)
            until("beat stands elsewhere", lambda: _elsewhere(spread, victim), seconds=180)
        finally:
            power(give_back, VICTIM)
        until("the node is back", lambda: victim in nodes.ready(), seconds=180)

    verdict = around(accounts[:WRITERS], accounts[WRITERS:], disturb)

    assert verdict.good, verdict
    until("every service is whole again", spread.all_ready, seconds=300)


def carry_everything(cluster: Cluster, nodes: Nodes, victim: str) -> None:
    """Let the victim carry a pod of each service, and beat."""
    for service in SERVICES:
        cluster.restart(service)
        assert victim in {pod.spec.node_name for pod in cluster.ready_pods(service)}, service
    others = sorted(nodes.ready() - {victim})
    try:
        for name in others:
            nodes.cordon(name)
        cluster.restart("beat")
    finally:
        for name in others:
            nodes.cordon(name, closed=False)
    assert {pod.spec.node_name for pod in cluster.ready_pods("beat")} == {victim}


def _elsewhere(cluster: Cluster, victim: str) -> list[Any]:
    return [pod for pod in cluster.ready_pods("beat") if pod.spec.node_name != victim]
