"""Autoscalers, by CPU or by what each service really waits for."""

from charts import Object, Render

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
