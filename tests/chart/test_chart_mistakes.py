"""The classic mistakes of charts, looked for in every ready variant."""

import json

import pytest
from charts import KINDS, VARIANTS, Object, Render, Rendered, containers


def test_no_number_of_pods_beside_an_autoscaler(objects: Rendered) -> None:
    ruled = {
        item["spec"]["scaleTargetRef"]["name"]
        for item in objects
        if item["kind"] in ("HorizontalPodAutoscaler", "ScaledObject")
    }

    for name in ruled:
        assert "replicas" not in objects.one("Deployment", name)["spec"], name


def test_selectors_hold_nothing_that_changes(objects: Rendered) -> None:
    for kind in ("Deployment", "StatefulSet"):
        for item in objects.of(kind).values():
            labels = item["spec"]["selector"]["matchLabels"]
            assert set(labels) == {
                "app.kubernetes.io/name",
                "app.kubernetes.io/instance",
                "app.kubernetes.io/component",
            }
            assert labels.items() <= item["spec"]["template"]["metadata"]["labels"].items()


def test_no_tag_latest_and_none_missing(objects: Rendered) -> None:
    for name, pod in objects.pods().items():
        for container in containers(pod):
            tag = container["image"].rpartition("/")[2].partition(":")[2]
            assert tag not in ("", "latest"), f"{name}: {container['image']}"


def test_no_secret_in_plain_environment(objects: Rendered) -> None:
    for name, pod in objects.pods().items():
        for container in containers(pod):
            for variable in container.get("env", []):
                if variable["name"].endswith(("_KEY", "_KEYS", "PASSWORD")):
                    assert "secretKeyRef" in variable["valueFrom"], f"{name}: {variable['name']}"
                assert "BEGIN PRIVATE KEY" not in json.dumps(variable)
    assert not objects.of("Secret")


def test_probes_ask_only_the_pod_itself(objects: Rendered) -> None:
    for name, deployment in objects.of("Deployment").items():
        container = deployment["spec"]["template"]["spec"]["containers"][0]
        for probe, path in {
            "startupProbe": "/livez",
            "readinessProbe": "/readyz",
            "livenessProbe": "/livez",
        }.items():
            assert container[probe]["httpGet"] == {"path": path, "port": "metrics"}, name


def test_liveness_is_more_patient_than_readiness(objects: Rendered) -> None:
    def patience(probe: Object) -> int:
        return int(probe["periodSeconds"]) * int(probe["failureThreshold"])

    for deployment in objects.of("Deployment").values():
        container = deployment["spec"]["template"]["spec"]["containers"][0]
        assert patience(container["livenessProbe"]) > patience(container["readinessProbe"])


def test_every_container_has_requests_and_limits(objects: Rendered) -> None:
    for name, pod in objects.pods().items():
        for container in containers(pod):
            for side in ("requests", "limits"):
                assert set(container["resources"][side]) >= {"cpu", "memory"}, f"{name}: {container['name']}"


def test_every_pod_meets_restricted_pod_security(objects: Rendered) -> None:
    for name, pod in objects.pods().items():
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["runAsUser"] > 0, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod), name
        for container in containers(pod):
            security = container["securityContext"]
            assert security["allowPrivilegeEscalation"] is False, name
            assert security["capabilities"] == {"drop": ["ALL"]}, name
            assert security["readOnlyRootFilesystem"] is True, name


@pytest.mark.parametrize("variant", VARIANTS)
def test_where_the_platform_gives_out_users_no_pod_names_one(render: Render, variant: str) -> None:
    # OpenShift's restricted-v2 fills in a user and a group of the namespace, and refuses any other.
    ids = {"runAsUser", "runAsGroup", "fsGroup", "supplementalGroups"}
    left = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    named = render(VARIANTS[variant], kinds=KINDS).pods()
    pods = render({**VARIANTS[variant], "security": {"userIds": False}}, kinds=KINDS).pods()

    assert pods.keys() == named.keys()
    for name, pod in pods.items():
        assert ids & named[name]["securityContext"].keys(), name
        assert pod["securityContext"] == left, name
        for container in containers(pod):
            assert not ids & container["securityContext"].keys(), name


def test_no_affinity_by_client_address(objects: Rendered) -> None:
    for service in objects.of("Service").values():
        assert service["spec"].get("sessionAffinity", "None") == "None"


def test_no_variables_of_other_services_leak_in(objects: Rendered) -> None:
    # A Service `flack` would make Kubernetes set FLACK_PORT, which is one of our settings.
    for name, pod in objects.pods().items():
        assert pod["enableServiceLinks"] is False, name


def test_hooks_are_only_those_that_need_nothing_of_the_release(objects: Rendered) -> None:
    hooks = {
        (item["kind"], item["metadata"]["name"]): item["metadata"]["annotations"]["helm.sh/hook"]
        for item in objects
        if "helm.sh/hook" in item["metadata"].get("annotations", {})
    }

    for (kind, name), moment in hooks.items():
        assert (name, moment) in [("flack-make-secret", "pre-install,pre-upgrade"), ("flack-test", "test")], (
            kind
        )


@pytest.mark.parametrize("variant", VARIANTS)
def test_nothing_is_random_at_render_time(render: Render, variant: str) -> None:
    # Two renderings of their own: the fixture keeps one for each set of kinds.
    assert render(VARIANTS[variant], kinds=[*KINDS, "once"]) == render(
        VARIANTS[variant], kinds=[*KINDS, "again"]
    )


def test_a_budget_never_blocks_a_drain(objects: Rendered) -> None:
    for budget in objects.of("PodDisruptionBudget").values():
        assert budget["spec"]["maxUnavailable"] >= 1
        assert "minAvailable" not in budget["spec"]
        assert budget["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def test_no_two_objects_have_the_same_name(objects: Rendered) -> None:
    names = [(item["kind"], item["metadata"]["name"]) for item in objects]

    assert len(names) == len(set(names))


def test_every_object_stands_in_the_release_s_namespace(objects: Rendered) -> None:
    for item in objects:
        assert item["metadata"]["namespace"] == "chat", item["metadata"]["name"]
