"""Bad values are refused with one sentence that names the value."""

import pytest
from api_server import api_server
from charts import EXTERNAL, KINDS, LIVE, Object, Render
from helm_python import Chart, Config, HelmError

REFUSED: list[tuple[str, Object, str]] = [
    ("unknown value", {"replicaCount": 3}, "additional properties 'replicaCount' not allowed"),
    (
        "unknown value in a section",
        {"api": {"replica": 3}},
        "at '/api': additional properties 'replica' not allowed",
    ),
    ("wrong type", {"api": {"replicas": "three"}}, "at '/api/replicas': got string, want integer"),
    ("wrong choice", {"chat": {"signup": "yes"}}, "at '/chat/signup'"),
    (
        "an address of IPv6 among those of IPv4",
        {"networkPolicy": {"previewExcept": ["fd00::/8"]}},
        "at '/networkPolicy/previewExcept/0'",
    ),
    (
        "an address of IPv6 that is not public anyway",
        {"networkPolicy": {"previewExceptIPv6": ["fd00::/8"]}},
        "at '/networkPolicy/previewExceptIPv6/0'",
    ),
    ("tag latest", {"image": {"tag": "latest"}}, "image.tag is latest"),
    (
        "both databases",
        {"postgresql": {"external": {"host": "db"}}},
        "postgresql.enabled is true and postgresql.external",
    ),
    ("no database", {"postgresql": {"enabled": False}}, "postgresql.external.host is empty"),
    ("both queues", {"redis": {"external": {"host": "r"}}}, "redis.enabled is true and redis.external"),
    ("no queue", {"redis": {"enabled": False}}, "redis.external.host is empty"),
    (
        "database without password",
        {"postgresql": {"enabled": False, "external": {"host": "db"}}},
        "postgresql.external.existingSecret is empty",
    ),
    (
        "drain longer than the grace period",
        {"realtime": {"drain": {"gracefulSeconds": 90}}},
        "realtime.drain: preStopSeconds (10) + gracefulSeconds (90) + marginSeconds (5) = 105 is more than "
        "realtime.terminationGracePeriodSeconds (40)",
    ),
    (
        "closing longer than draining",
        {"realtime": {"drain": {"closeSeconds": 26}}},
        "realtime.drain.closeSeconds (26) is more than realtime.drain.gracefulSeconds (25)",
    ),
    (
        "fewest over most",
        {"api": {"autoscaling": {"minReplicas": 11}}},
        "api.autoscaling.minReplicas (11) is more than api.autoscaling.maxReplicas (10)",
    ),
    ("none of a service", {"api": {"autoscaling": {"minReplicas": 0}}}, "api.autoscaling.minReplicas is 0"),
    (
        "no worker without KEDA",
        {"worker": {"autoscaling": {"minReplicas": 0}}},
        "only with keda.enabled=true",
    ),
    (
        "more pods than the bundled database has connections for",
        {"api": {"autoscaling": {"maxReplicas": 19}}},
        "postgresql.maxConnections (300) is too few: 29 pods of api and worker × postgresql.poolSize (10) + 20 "
        "= 310.",
    ),
    (
        "more fixed pods than that",
        {"defaults": {"autoscaling": {"enabled": False}, "replicas": 15}},
        "postgresql.maxConnections (300) is too few: 30 pods",
    ),
    (
        "host without TLS Secret",
        {"ingress": {"hosts": [{"host": "chat.example.org"}]}},
        "ingress.hosts: chat.example.org has no tlsSecret",
    ),
    (
        "a variable of the chart's own",
        {"realtime": {"env": {"FLACK_LOG_LEVEL": "debug"}}},
        "realtime.env or realtime.extraEnv sets FLACK_LOG_LEVEL",
    ),
    (
        "a variable of the chart's own, in Kubernetes' form",
        {"defaults": {"extraEnv": [{"name": "FLACK_REDIS_URL", "value": "redis://other"}]}},
        "api.env or api.extraEnv sets FLACK_REDIS_URL",
    ),
    (
        "TLS beside a whole URL",
        {
            "redis": {
                "enabled": False,
                "external": {"urlKey": "url", "existingSecret": "cache", "tls": {"enabled": True}},
            }
        },
        "redis.external.tls.enabled is true beside redis.external.urlKey",
    ),
    (
        "a database without a version",
        {"postgresql": {"image": "postgres:latest"}},
        "postgresql.image ends with latest",
    ),
    ("routes without Gateway", {"gateway": {"enabled": True}}, "gateway.parentRefs is empty"),
    (
        "polling without affinity",
        {
            "gateway": {"enabled": True, "parentRefs": [{"name": "g"}]},
            "realtime": {"polling": {"enabled": True}},
        },
        "realtime.polling.enabled needs gateway.sessionPersistence=true",
    ),
]


@pytest.mark.parametrize(
    ("values", "sentence"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_it_is_refused_with_a_sentence(render: Render, values: Object, sentence: str) -> None:
    with pytest.raises(HelmError) as refusal:
        render(values)

    assert sentence in str(refusal.value)


NEEDS: list[tuple[str, Object]] = [
    ("keda.sh/v1alpha1", {"keda": {"enabled": True}}),
    ("gateway.networking.k8s.io/v1", {"gateway": {"enabled": True, "parentRefs": [{"name": "g"}]}}),
    ("monitoring.coreos.com/v1", {"monitoring": {"serviceMonitor": {"enabled": True}}}),
    ("monitoring.coreos.com/v1", {"monitoring": {"prometheusRule": {"enabled": True}}}),
]


@pytest.mark.parametrize(("kind", "values"), NEEDS)
def test_kinds_that_a_cluster_lacks_are_refused_there_and_only_there(
    render: Render, kind: str, values: Object
) -> None:
    assert render(values)  # `helm template` asks no cluster
    assert render(values, kinds=[*LIVE, *KINDS])

    with pytest.raises(HelmError, match=kind):
        render(values, kinds=LIVE)


MINE: Object = {"secrets": {"existingSecret": "mine"}}


@pytest.mark.parametrize(
    ("values", "held", "sentence"),
    [
        (MINE, {}, "secrets.existingSecret: there is no Secret mine in namespace chat"),
        (MINE, {"mine": ["signing-keys"]}, "secrets.existingSecret: the Secret mine has no key service-key"),
        (EXTERNAL, {}, "postgresql.external.existingSecret: there is no Secret db in namespace chat"),
    ],
)
def test_a_secret_that_a_cluster_lacks_is_refused_there(
    chart: Chart, values: Object, held: dict[str, list[str]], sentence: str
) -> None:
    with (
        api_server("chat", held) as kubeconfig,
        Config(kubeconfig_content=kubeconfig, namespace="chat") as cluster,
        pytest.raises(HelmError) as refusal,
    ):
        cluster.render(chart, values, name="flack", namespace="chat")

    assert sentence in str(refusal.value)


@pytest.mark.parametrize("values", [MINE, EXTERNAL])
def test_a_secret_is_not_missed_where_no_cluster_is_asked(render: Render, values: Object) -> None:
    assert render(values)
    assert render(values, kinds=LIVE)  # as Argo CD renders: a cluster's kinds, and no look at its objects


def test_secrets_that_a_cluster_has_with_their_keys_are_taken(chart: Chart) -> None:
    held = {"db": ["password"], "cache": ["password"]}
    with (
        api_server("chat", held) as kubeconfig,
        Config(kubeconfig_content=kubeconfig, namespace="chat") as cluster,
    ):
        assert cluster.render(chart, EXTERNAL, name="flack", namespace="chat")
