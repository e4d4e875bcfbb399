"""What `helm install flack helm/flack` makes, with no values at all."""

from charts import Render, environment

SERVICES = {"flack-api", "flack-web", "flack-realtime", "flack-worker"}


def test_it_brings_four_services_one_clock_and_their_databases(render: Render) -> None:
    objects = render()

    assert set(objects.of("Deployment")) == SERVICES | {"flack-beat"}
    assert set(objects.of("StatefulSet")) == {"flack-postgresql", "flack-redis"}
    assert set(objects.of("HorizontalPodAutoscaler")) == SERVICES
    assert set(objects.of("PodDisruptionBudget")) == SERVICES


def test_images_have_the_chart_s_version(render: Render) -> None:
    images = {
        spec["containers"][0]["image"]
        for spec in (d["spec"]["template"]["spec"] for d in render().of("Deployment").values())
    }

    assert images == {f"flack-{name}:0.1.0" for name in ("api", "web", "realtime", "worker")}


def test_an_image_may_have_a_registry_and_a_tag_of_its_own(render: Render) -> None:
    objects = render(
        {"image": {"registry": "registry.example.org/team", "tag": "1.2"}, "web": {"tag": "1.3"}}
    )

    assert objects.container("flack-api")["image"] == "registry.example.org/team/flack-api:1.2"
    assert objects.container("flack-web")["image"] == "registry.example.org/team/flack-web:1.3"


def test_there_is_never_more_than_one_clock(render: Render) -> None:
    spec = render().one("Deployment", "flack-beat")["spec"]

    assert spec["replicas"] == 1
    assert spec["strategy"] == {"type": "Recreate"}


def test_a_rollout_starts_a_pod_before_it_ends_one(render: Render) -> None:
    objects = render()

    for name in SERVICES:
        rolling = objects.one("Deployment", name)["spec"]["strategy"]["rollingUpdate"]
        assert rolling == {"maxSurge": 1, "maxUnavailable": 0}


def test_migrations_run_in_an_ordinary_job_and_pods_wait_for_them(render: Render) -> None:
    objects = render()
    job = objects.one("Job", "flack-migrate-1")

    assert "helm.sh/hook" not in job["metadata"]["annotations"]  # a hook would deadlock with --wait
    # Nor before Argo CD applies the database; but it knows no revisions, and a Job cannot be changed.
    assert job["metadata"]["annotations"] == {
        "argocd.argoproj.io/hook": "Sync",
        "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
    }
    for name in ("flack-api", "flack-worker", "flack-beat"):
        waiting = objects.one("Deployment", name)["spec"]["template"]["spec"]["initContainers"]
        assert [container["name"] for container in waiting] == ["wait-for-schema"]
    for name in ("flack-web", "flack-realtime"):
        assert "initContainers" not in objects.one("Deployment", name)["spec"]["template"]["spec"]


def test_a_failed_migration_leaves_its_log_and_a_late_database_is_waited_for(render: Render) -> None:
    spec = render().one("Job", "flack-migrate-1")["spec"]
    pod = spec["template"]["spec"]

    assert pod["restartPolicy"] == "Never"  # OnFailure would take the last pod away, with its log
    assert spec["ttlSecondsAfterFinished"] >= 86400
    assert int(environment(pod["containers"][0])["FLACK_MIGRATE_WAIT_SECONDS"]) >= 86400


def test_only_who_needs_the_database_is_given_its_password(render: Render) -> None:
    objects = render()

    with_database = {
        name for name in objects.of("Deployment") if "FLACK_DATABASE_URL" in objects.environment(name)
    }

    assert with_database == {"flack-api", "flack-worker", "flack-beat"}


def test_only_beat_has_an_api_token_and_it_may_only_read_its_namespace(render: Render) -> None:
    objects = render()

    with_token = {
        name for name, pod in objects.pods().items() if pod.get("automountServiceAccountToken") is not False
    }
    rules = objects.one("Role", "flack-beat")["rules"]

    assert with_token == {"Deployment/flack-beat", "Job/flack-make-secret"}
    assert {verb for rule in rules for verb in rule["verbs"]} <= {"get", "list", "watch"}
    assert "secrets" not in {resource for rule in rules for resource in rule["resources"]}
    assert not objects.of("ClusterRole")


def test_common_values_reach_every_service_and_a_service_s_own_win(render: Render) -> None:
    objects = render(
        {
            "defaults": {
                "env": {"TZ": "UTC"},
                "podAnnotations": {"team": "chat"},
                "priorityClassName": "high",
            },
            "web": {"priorityClassName": "low", "tolerations": [{"key": "web", "operator": "Exists"}]},
            "api": {
                "extraVolumes": [{"name": "ca", "configMap": {"name": "ca"}}],
                "extraVolumeMounts": [{"name": "ca", "mountPath": "/ca"}],
            },
        }
    )

    for name in [*SERVICES, "flack-beat"]:
        template = objects.one("Deployment", name)["spec"]["template"]
        assert template["metadata"]["annotations"] == {"team": "chat"}
        assert objects.environment(name)["TZ"] == "UTC"
        assert template["spec"]["priorityClassName"] == ("low" if name == "flack-web" else "high")
    assert {"name": "ca", "mountPath": "/ca"} in objects.container("flack-api")["volumeMounts"]


def test_pods_of_a_lost_node_start_elsewhere_soon(render: Render) -> None:
    objects = render(
        {"beat": {"nodeLossSeconds": 5}, "web": {"tolerations": [{"key": "web", "operator": "Exists"}]}}
    )

    def seconds(name: str) -> list[tuple[str, int | None]]:
        pod = objects.one("Deployment", name)["spec"]["template"]["spec"]
        return [
            (item["key"].rpartition("/")[2], item.get("tolerationSeconds")) for item in pod["tolerations"]
        ]

    assert seconds("flack-api") == [("not-ready", 30), ("unreachable", 30)]
    assert seconds("flack-beat") == [("not-ready", 5), ("unreachable", 5)]
    assert seconds("flack-web") == [("not-ready", 30), ("unreachable", 30), ("web", None)]


DEDICATED = [{"key": "chat", "operator": "Exists", "effect": "NoSchedule"}]
SSD: dict[str, object] = {"nodeSelector": {"disk": "ssd"}, "priorityClassName": "data"}


def test_every_pod_stands_where_the_common_values_say(render: Render) -> None:
    where = {
        "nodeSelector": {"pool": "chat"},
        "tolerations": DEDICATED,
        "priorityClassName": "high",
        "affinity": {"nodeAffinity": {}},
    }

    pods = render({"defaults": where, "postgresql": SSD}).pods()

    own = pods.pop("StatefulSet/flack-postgresql")
    assert own["nodeSelector"] == {"pool": "chat", "disk": "ssd"}
    assert own["priorityClassName"] == "data"
    assert {"StatefulSet/flack-redis", "Pod/flack-test", "Job/flack-migrate-1"} < pods.keys()
    for name, pod in pods.items():
        assert pod["nodeSelector"] == {"pool": "chat"}, name
        assert pod["priorityClassName"] == "high", name
        assert pod["affinity"] == {"nodeAffinity": {}}, name
        assert DEDICATED[0] in pod["tolerations"], name


def test_bundled_databases_stay_with_their_node(render: Render) -> None:
    for name in ("postgresql", "redis"):
        assert "tolerations" not in render().pods()[f"StatefulSet/flack-{name}"]


def test_without_a_time_for_lost_nodes_other_tolerations_stay(render: Render) -> None:
    pods = render({"defaults": {"nodeLossSeconds": None, "tolerations": DEDICATED}}).pods()

    assert pods["Deployment/flack-api"]["tolerations"] == DEDICATED
    none = render({"defaults": {"nodeLossSeconds": None}}).pods()
    assert "tolerations" not in none["Deployment/flack-api"]


def test_an_autoscaler_that_is_turned_off_leaves_the_number_of_pods_to_the_values(render: Render) -> None:
    objects = render({"api": {"autoscaling": {"enabled": False}, "replicas": 4}})

    assert objects.one("Deployment", "flack-api")["spec"]["replicas"] == 4
    assert "flack-api" not in objects.of("HorizontalPodAutoscaler")


def test_further_objects_are_installed_with_the_release(render: Render) -> None:
    objects = render(
        {
            "extraObjects": [
                {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "{{ .Release.Name }}-mine"}}
            ]
        }
    )

    assert "flack-mine" in objects.of("ConfigMap")


def test_for_development_services_run_from_a_copy_of_their_code_that_may_be_written(render: Render) -> None:
    objects = render({"development": {"sync": True}})

    for name in ("api", "web", "realtime", "worker", "beat"):
        spec = objects.one("Deployment", f"flack-{name}")["spec"]["template"]["spec"]
        first, main = spec["initContainers"][0], spec["containers"][0]
        assert (first["command"], first["image"]) == (["cp", "-r", "/app/.", "/source"], main["image"])
        assert {"name": "source", "mountPath": "/app"} in main["volumeMounts"]
        assert main["command"][:3] == ["python", "-m", "flack_kit.reload"]
        assert main["securityContext"]["readOnlyRootFilesystem"] is True
    assert "flack_kit.reload" not in str(render())
