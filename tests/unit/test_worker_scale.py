"""The snapshot for the scale page: what is read of a cluster, and what counters become."""

from typing import Any

import pytest
from flack_contracts.scale import PodState
from flack_worker.scale.cluster import read_autoscaler, read_pod, read_usage
from flack_worker.scale.connections import ConnectionsOpen
from flack_worker.scale.observed import ObservedPod
from flack_worker.scale.quantities import bytes_of, millicores_of
from flack_worker.scale.rates import RateMeter, Rates
from flack_worker.scale.scrape import Counters, read_counters, scrape


def pod(**status: Any) -> dict[str, Any]:
    """A pod of api as the API server lists it."""
    return {
        "metadata": {"name": "chat-api-1", "labels": {"app.kubernetes.io/component": "api"}},
        "spec": {
            "nodeName": "node-a",
            "containers": [{"ports": [{"name": "metrics", "containerPort": 9000}]}],
        },
        "status": {"phase": "Running", "podIP": "10.1.2.3", "startTime": "2026-01-31T09:30:00Z", **status},
    }


READY = [{"type": "Ready", "status": "True"}]
CRASHING = [{"restartCount": 4, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ({"conditions": READY}, "ready"),
        ({"conditions": [{"type": "Ready", "status": "False"}]}, "starting"),
        ({"phase": "Pending"}, "pending"),
        ({"phase": "Failed"}, "failed"),
        ({"containerStatuses": CRASHING}, "failed"),
    ],
)
def test_a_pod_is_in_one_state(status: dict[str, Any], state: str) -> None:
    read = read_pod(pod(**status), {})
    assert read is not None
    assert (read.state, read.service, read.node) == (state, "api", "node-a")


def test_a_pod_that_is_being_deleted_drains_and_is_still_asked_for_its_numbers() -> None:
    item = pod(conditions=READY)
    item["metadata"]["deletionTimestamp"] = "2026-01-31T10:00:00Z"
    read = read_pod(item, {"chat-api-1": (12.5, 1 << 20)})
    assert read is not None
    assert (read.state, read.metrics_host, read.cpu_millicores, read.memory_bytes) == (
        "draining",
        "10.1.2.3",
        12.5,
        1 << 20,
    )


def test_a_job_that_is_done_is_not_shown() -> None:
    assert read_pod(pod(phase="Succeeded"), {}) is None


def test_an_autoscaler_says_what_it_goes_by() -> None:
    scaler = read_autoscaler(
        {
            "metadata": {"name": "chat-realtime"},
            "spec": {
                "minReplicas": 1,
                "maxReplicas": 9,
                "metrics": [
                    {"type": "Resource", "resource": {"name": "cpu", "target": {"averageValue": "500m"}}},
                    {
                        "type": "External",
                        "external": {"metric": {"name": "s1-connections"}, "target": {"averageValue": "2k"}},
                    },
                    {
                        "type": "Resource",
                        "resource": {"name": "memory", "target": {"averageUtilization": 80}},
                    },
                ],
            },
            "status": {
                "currentReplicas": 2,
                "desiredReplicas": 3,
                "currentMetrics": [
                    {"type": "Resource", "resource": {"name": "cpu", "current": {"averageValue": "610m"}}}
                ],
            },
        }
    )
    assert (scaler.current_replicas, scaler.desired_replicas, scaler.max_replicas) == (2, 3, 9)
    assert [(target.metric, target.current, target.target) for target in scaler.targets] == [
        ("cpu", "610m", "500m"),
        ("s1-connections", None, "2k"),
        ("memory", None, "80 %"),
    ]


def test_usage_adds_up_a_pods_containers() -> None:
    containers = [{"usage": {"cpu": "1500000n", "memory": "64Mi"}}, {"usage": {"cpu": "2m", "memory": "1Ki"}}]
    assert read_usage([{"metadata": {"name": "a"}, "containers": containers}]) == {
        "a": (3.5, (64 << 20) + 1024)
    }


@pytest.mark.parametrize(
    ("text", "value"), [("250m", 250), ("2", 2000), ("0", 0), ("1500000n", 1.5), ("120u", 0.1)]
)
def test_cpu_in_millicores(text: str, value: float) -> None:
    assert millicores_of(text) == value


@pytest.mark.parametrize(
    ("text", "value"), [("128974848", 128974848), ("129M", 129000000), ("123Mi", 128974848), ("1e3", 1000)]
)
def test_memory_in_bytes(text: str, value: int) -> None:
    assert bytes_of(text) == value


def test_counters_are_summed_over_their_labels() -> None:
    text = """# HELP flack_http_requests_total x
flack_http_requests_total{route="/a b",status="200"} 3.0
flack_http_requests_total{route="/",status="500"} 1.0
flack_http_requests_total_created{route="/"} 1.7e9
flack_realtime_connections 12.0
process_cpu_seconds_total 3.0
"""
    assert read_counters(text.splitlines()) == Counters(requests=4, connections=12, deliveries=0)


def test_rates_come_from_two_looks_and_start_at_nothing_after_a_restart() -> None:
    meter = RateMeter()
    assert meter.measure({"a": Counters(requests=100, connections=3)}, 10) == {"a": Rates(connections=3)}
    assert meter.measure({"a": Counters(requests=130, deliveries=8)}, 12) == {"a": Rates(15, 0, 4)}
    assert meter.measure({"a": Counters(requests=5)}, 14) == {"a": Rates()}
    assert meter.measure({}, 16) == {}
    assert meter.measure({"a": Counters(requests=50)}, 18) == {"a": Rates()}


def test_the_count_that_realtime_scales_by_is_kept_where_it_cannot_be_read_whole() -> None:
    gauge = ConnectionsOpen()

    def exposed(counts: dict[str, int | None] | None, state: PodState = "ready") -> list[float]:
        """What an autoscaler reads after a look: connections by pod, None for one that does not answer."""
        known = counts or {}
        pods = [ObservedPod("realtime", name, state, "10.0.0.1", 9000) for name in known]
        rates = {name: Rates(connections=count) for name, count in known.items() if count is not None}
        gauge.look(None if counts is None else pods, rates)
        return [sample.value for family in gauge.collect() for sample in family.samples]

    assert exposed(None) == []  # nothing is known yet, which is not the same as nobody
    assert exposed({"a": 900, "b": None}) == []
    assert exposed({"a": 900, "b": 600}) == [1500]
    assert exposed(None) == [1500]
    assert exposed({"a": 900, "b": None}) == [1500]
    assert exposed({"a": 1600, "b": None}) == [1600]  # it grows all the same
    assert exposed({"a": 900, "b": 100}) == [1000]
    assert exposed({"a": 950, "b": None}, state="draining") == [950]  # of a lost node, say: it never answers
    assert exposed({}) == [0]


def test_a_process_that_is_not_there_has_no_counters() -> None:
    assert scrape("127.0.0.1", 1) is None
