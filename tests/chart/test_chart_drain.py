"""How pods end: one formula for every service."""

import pytest
from charts import Render, Rendered
from helm_python import HelmError
from hypothesis import given, settings
from hypothesis import strategies as st

SECONDS = st.integers(min_value=1, max_value=120)


def test_the_application_is_told_what_kubernetes_was(objects: Rendered) -> None:
    for name, deployment in objects.of("Deployment").items():
        pod = deployment["spec"]["template"]["spec"]
        container = pod["containers"][0]
        sleep = container["lifecycle"]["preStop"]["sleep"]["seconds"]
        graceful = int(objects.environment(name)["FLACK_GRACEFUL_TIMEOUT"])
        closing = int(objects.environment(name)["FLACK_DRAIN_SECONDS"])

        assert closing <= graceful, name
        assert sleep + graceful < pod["terminationGracePeriodSeconds"], name


@settings(max_examples=15, deadline=None)
@given(sleep=SECONDS, graceful=SECONDS, margin=SECONDS, grace=st.integers(min_value=3, max_value=300))
def test_the_grace_period_holds_the_whole_drain_or_nothing_is_rendered(
    render: Render, sleep: int, graceful: int, margin: int, grace: int
) -> None:
    drain = {"preStopSeconds": sleep, "gracefulSeconds": graceful, "marginSeconds": margin, "closeSeconds": 0}
    values = {"api": {"drain": drain, "terminationGracePeriodSeconds": grace}}

    if sleep + graceful + margin <= grace:
        pod = render(values).one("Deployment", "flack-api")["spec"]["template"]["spec"]
        assert pod["terminationGracePeriodSeconds"] == grace
    else:
        with pytest.raises(HelmError, match=r"is more than api\.terminationGracePeriodSeconds"):
            render(values)


def test_realtime_loses_no_pod_before_the_one_before_has_drained(objects: Rendered) -> None:
    grace = objects.one("Deployment", "flack-realtime")["spec"]["template"]["spec"][
        "terminationGracePeriodSeconds"
    ]
    for kind in ("HorizontalPodAutoscaler", "ScaledObject"):
        for item in objects.of(kind).values():
            if item["metadata"]["name"] != "flack-realtime":
                continue
            spec = item["spec"]
            behavior = spec.get("behavior") or spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
            for policy in behavior["scaleDown"]["policies"]:
                assert (policy["type"], policy["value"]) == ("Pods", 1)
                assert policy["periodSeconds"] > grace
