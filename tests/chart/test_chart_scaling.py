"""Autoscalers, by CPU or by what each service really waits for."""

import pytest
from charts import VARIANTS, Object, Render, Rendered

KEDA = {"keda": {"enabled": True}}


def triggers(scaled: Object) -> list[tuple[str, str]]:
    return [(item["type"], item["metadata"].get("valueLocation", "")) for item in scaled["spec"]["triggers"]]


def test_without_keda_cpu_rules_in_absolute_numbers(render: Render) -> None:
    for name, scaler in render().of("HorizontalPodAutoscaler").items():
        assert scaler["spec"]["scaleTargetRef"] == {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "name": name,
        }
        (metric,) = scaler["spec"]["metrics"]
        assert metric["resource"] == {
            "name": "cpu",
            "target": {"type": "AverageValue", "averageValue": "600m"},
        }


def test_with_keda_each_service_follows_its_own_load(render: Render) -> None:
    objects = render(KEDA)
    found = {name: triggers(item) for name, item in objects.of("ScaledObject").items()}

    assert not objects.of("HorizontalPodAutoscaler")
    assert found == {
        "flack-api": [("cpu", "")],
        "flack-web": [("cpu", "")],
        "flack-realtime": [("cpu", ""), ("metrics-api", "flack_connections_open")],
        "flack-worker": [
            ("metrics-api", 'flack_queue_length{queue="default"}'),
            ("metrics-api", 'flack_queue_length{queue="previews"}'),
        ],
    }


def test_with_keda_worker_may_go_to_none(render: Render) -> None:
    scaled = render(KEDA | {"worker": {"autoscaling": {"minReplicas": 0}}}).one(
        "ScaledObject", "flack-worker"
    )

    assert scaled["spec"]["minReplicaCount"] == 0


def requests(objects: Rendered, name: str) -> Object:
    found: Object = objects.container(f"flack-{name}")["resources"]["requests"]
    return found


def test_in_production_there_are_three_of_everything_and_nodes_are_counted_by_what_pods_will_use(
    render: Render,
) -> None:
    objects = render(VARIANTS["production"])

    for name, scaled in objects.of("ScaledObject").items():
        assert scaled["spec"]["minReplicaCount"] >= 3, name
    for name in ("api", "web", "realtime"):
        target = next(
            trigger["metadata"]["value"]
            for trigger in objects.one("ScaledObject", f"flack-{name}")["spec"]["triggers"]
            if trigger["type"] == "cpu"
        )
        assert requests(objects, name)["cpu"] == target, name
    assert requests(objects, "worker") != requests(render(), "worker")


@pytest.mark.parametrize("variant", ["small", "kind"])
def test_on_one_small_machine_every_request_is_small(render: Render, variant: str) -> None:
    objects, usual = render(VARIANTS[variant]), render()

    for name in ("api", "web", "realtime", "worker", "beat"):
        for what, unit in (("cpu", "m"), ("memory", "Mi")):
            asked, by_default = (int(requests(o, name)[what].removesuffix(unit)) for o in (objects, usual))
            assert asked < by_default, (name, what)


def test_growing_is_quick_and_shrinking_is_slow(render: Render) -> None:
    for scaler in render().of("HorizontalPodAutoscaler").values():
        behavior = scaler["spec"]["behavior"]
        assert behavior["scaleUp"]["stabilizationWindowSeconds"] == 0
        assert behavior["scaleDown"]["stabilizationWindowSeconds"] == 300


def test_pods_of_a_service_are_spread_and_a_rollout_does_not_count_the_old_ones(render: Render) -> None:
    for name, deployment in render().of("Deployment").items():
        spread = deployment["spec"]["template"]["spec"]["topologySpreadConstraints"]
        assert [item["topologyKey"] for item in spread] == [
            "topology.kubernetes.io/zone",
            "kubernetes.io/hostname",
        ]
        for item in spread:
            assert item["labelSelector"]["matchLabels"] == deployment["spec"]["selector"]["matchLabels"], name
            assert item["matchLabelKeys"] == ["pod-template-hash"]
