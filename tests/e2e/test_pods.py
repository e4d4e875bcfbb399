"""Processes in their pods: they hear signals, bury their dead, and cannot write where they need not."""

import pytest
from cluster import SERVICES, Cluster, Release, until

ORPHAN = """
import os, time
if os.fork() == 0:
    if os.fork() == 0:
        time.sleep(1)  # by then its parent has ended, so that it is process 1's child
    os._exit(0)
os.wait()
time.sleep(3)
stats = [open(f"/proc/{pid}/stat").read() for pid in os.listdir("/proc") if pid.isdigit()]
print("zombies", [stat.rpartition(")")[2].split()[0] for stat in stats].count("Z"))
"""


@pytest.mark.parametrize("service", [*SERVICES, "beat"])
def test_no_zombies_are_left(release: Release, cluster: Cluster, service: str) -> None:
    pod = cluster.ready_pods(service)[0].metadata.name

    assert cluster.run(pod, "python", "-c", ORPHAN) == "zombies 0"


@pytest.mark.parametrize("service", [*SERVICES, "beat"])
def test_only_tmp_can_be_written(release: Release, cluster: Cluster, service: str) -> None:
    pod = cluster.ready_pods(service)[0].metadata.name

    assert cluster.run(pod, "sh", "-c", "touch /tmp/x && echo yes") == "yes"
    assert "Read-only file system" in cluster.run(pod, "sh", "-c", "touch /app/x /x")


@pytest.mark.parametrize("service", [*SERVICES, "beat"])
def test_sigterm_ends_a_process_well(release: Release, cluster: Cluster, service: str) -> None:
    pod = cluster.ready_pods(service)[0].metadata.name
    cluster.run(pod, "sh", "-c", "kill -TERM 1")

    def ended() -> object:
        status = cluster.core.read_namespaced_pod(pod, cluster.namespace).status.container_statuses[0]
        return status.last_state.terminated or status.state.terminated

    assert until("its end", ended, seconds=90).exit_code == 0  # type: ignore[attr-defined]  # no types published
    until("its next start", cluster.all_ready)
