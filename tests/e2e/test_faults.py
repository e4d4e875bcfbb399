"""What only a cluster can do to people who write and read: checked as the faults of `tests/faults` are, each once."""

from collections.abc import Callable, Iterator

import pytest
from cluster import SERVICES, Cluster, Release, Values, names, until
from faults.account import Account
from faults.trial import READERS, WRITERS, around, people


@pytest.fixture(scope="module")
def accounts(release: Release, values: Values, url: str) -> Iterator[list[Account]]:
    """People of an installation with two pods of each service."""
    release.upgrade(two_of_each(values))
    yield people(url, WRITERS + READERS)
    release.upgrade(values)


def two_of_each(values: Values, **services: Values) -> Values:
    return {**values, "defaults": {**values["defaults"], "replicas": 2}, **services}


def survive(accounts: list[Account], disturb: Callable[[], None]) -> None:
    verdict = around(accounts[:WRITERS], accounts[WRITERS:], disturb)

    assert verdict.good, verdict


def kill(cluster: Cluster, component: str) -> None:
    """End a pod as a power cut does, without SIGTERM, and wait for the one in its place."""
    gone = cluster.ready_pods(component)[0].metadata
    cluster.core.delete_namespaced_pod(gone.name, cluster.namespace, grace_period_seconds=0)
    until(
        f"another {component}",
        lambda: gone.uid not in {pod.metadata.uid for pod in cluster.pods(component)} and cluster.all_ready(),
        seconds=180,
    )
    until(f"a ready {component}", lambda: cluster.ready_pods(component))


@pytest.mark.parametrize("component", [*SERVICES, "beat", "redis", "postgresql"])
def test_a_pod_that_is_killed_takes_no_message_with_it(
    accounts: list[Account], cluster: Cluster, component: str
) -> None:
    survive(accounts, lambda: kill(cluster, component))


def test_half_of_realtime_may_be_taken_away(
    accounts: list[Account], release: Release, cluster: Cluster, values: Values
) -> None:
    def scale(replicas: int) -> None:
        release.upgrade(two_of_each(values, realtime={"replicas": replicas}))
        until(
            f"{replicas} pods of realtime",
            lambda: len(names(cluster.pods("realtime", leaving=True))) == replicas,
            seconds=180,
        )

    scale(4)
    survive(accounts, lambda: scale(2))
