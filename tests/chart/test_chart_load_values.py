"""`tests/load/values.yaml`, with which the autoscaling run installs the chart."""

from pathlib import Path

import yaml
from charts import KINDS, Render

VALUES = Path(__file__).parents[1] / "load" / "values.yaml"


def test_each_service_that_the_run_drives_may_have_three_pods_and_gives_them_up_soon(render: Render) -> None:
    objects = render(yaml.safe_load(VALUES.read_text()), kinds=KINDS)

    scaled = {item["metadata"]["name"]: item["spec"] for item in objects if item["kind"] == "ScaledObject"}
    for name in ("flack-api", "flack-realtime", "flack-worker"):
        behavior = scaled[name]["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
        assert (scaled[name]["minReplicaCount"], scaled[name]["maxReplicaCount"]) == (1, 3)
        assert behavior["scaleDown"]["stabilizationWindowSeconds"] == 45


def test_a_pod_of_realtime_has_gone_before_the_next_one_goes(render: Render) -> None:
    objects = render(yaml.safe_load(VALUES.read_text()), kinds=KINDS)

    (pods,) = [
        item["spec"]["template"]["spec"]
        for item in objects
        if item["kind"] == "Deployment" and item["metadata"]["name"] == "flack-realtime"
    ]
    (policy,) = yaml.safe_load(VALUES.read_text())["realtime"]["autoscaling"]["scaleDown"]["policies"]
    assert policy["periodSeconds"] > pods["terminationGracePeriodSeconds"]
