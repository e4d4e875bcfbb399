"""Who may talk to whom. The policies are read as Kubernetes reads them: what no rule lets through is refused."""

from typing import Any

import pytest
from charts import EXTERNAL, Object, Render, Rendered

SERVICES = ("api", "web", "realtime", "worker", "beat")


def labels_of(component: str) -> dict[str, str]:
    return {
        "app.kubernetes.io/name": "flack",
        "app.kubernetes.io/instance": "flack",
        "app.kubernetes.io/component": component,
    }


def selects(selector: Object, labels: dict[str, str]) -> bool:
    return bool(selector.get("matchLabels", {}).items() <= labels.items())


def allowed(objects: Rendered, source: str, target: str, port: Any) -> bool:
    """Whether a pod of one component may open a connection to a port of another."""

    def passes(component: str, other: str, direction: str, peers: str) -> bool:
        for policy in objects.of("NetworkPolicy").values():
            spec = policy["spec"]
            if not selects(spec["podSelector"], labels_of(component)):
                continue
            for rule in spec.get(direction) or []:
                ports = [item["port"] for item in rule.get("ports", [{"port": port}])]
                sides = rule.get(peers)
                near = sides is None or any(
                    "podSelector" in side and selects(side["podSelector"], labels_of(other)) for side in sides
                )
                if port in ports and near:
                    return True
        return False

    return passes(source, target, "egress", "to") and passes(target, source, "ingress", "from")


NEEDED = [
    ("web", "api", "http"),
    ("realtime", "api", "http"),
    ("beat", "realtime", "metrics"),
    ("test", "realtime", "http"),
]
# A port is named on one side and a number on the other where the pod is a database.
REFUSED = [
    ("api", "web", "http"),
    ("worker", "api", "http"),
    ("realtime", "web", "http"),
    ("web", "beat", "metrics"),
]


@pytest.mark.parametrize(("source", "target", "port"), NEEDED)
def test_what_is_needed_is_let_through(render: Render, source: str, target: str, port: str) -> None:
    assert allowed(render(), source, target, port)


@pytest.mark.parametrize(("source", "target", "port"), REFUSED)
def test_what_is_not_needed_is_refused(render: Render, source: str, target: str, port: str) -> None:
    assert not allowed(render(), source, target, port)


def test_everything_of_the_release_is_denied_at_first(render: Render) -> None:
    spec = render().one("NetworkPolicy", "flack-default-deny")["spec"]

    assert spec["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in spec
    assert "egress" not in spec
    assert all(
        selects(spec["podSelector"], labels_of(name))
        for name in (*SERVICES, "postgresql", "redis", "migrate")
    )


def test_databases_take_only_those_who_use_them(render: Render) -> None:
    objects = render()

    def users(database: str) -> set[str]:
        (rule,) = objects.one("NetworkPolicy", f"flack-{database}")["spec"]["ingress"]
        return {side["podSelector"]["matchLabels"]["app.kubernetes.io/component"] for side in rule["from"]}

    assert users("postgresql") == {"api", "worker", "beat", "migrate"}
    assert users("redis") == {"api", "web", "realtime", "worker", "beat"}
    assert not objects.one("NetworkPolicy", "flack-postgresql")["spec"]["egress"]


def test_link_previews_reach_no_private_network(render: Render) -> None:
    egress = render().one("NetworkPolicy", "flack-worker")["spec"]["egress"]
    (outside,) = [side["ipBlock"] for rule in egress for side in rule.get("to", []) if "ipBlock" in side]

    assert {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8"} <= set(
        outside["except"]
    )


def test_metrics_are_read_by_those_who_were_named(render: Render) -> None:
    def readers(values: Object) -> list[Any]:
        rules = render(values).one("NetworkPolicy", "flack-worker")["spec"]["ingress"]
        return [
            side["namespaceSelector"]["matchLabels"]
            for side in rules[0]["from"]
            if "namespaceSelector" in side
        ]

    assert readers({}) == []
    on = {"keda": {"enabled": True}, "monitoring": {"serviceMonitor": {"enabled": True}}}
    assert readers(on) == [{"kubernetes.io/metadata.name": name} for name in ("monitoring", "keda")]


def test_external_databases_are_let_out_to_their_ports(render: Render) -> None:
    objects = render(EXTERNAL)

    ports = [
        item["port"]
        for rule in objects.one("NetworkPolicy", "flack-api")["spec"]["egress"]
        for item in rule["ports"]
    ]
    assert {5432, 6379} <= set(ports)
    assert "flack-postgresql" not in objects.of("NetworkPolicy")


def test_they_can_be_turned_off(render: Render) -> None:
    assert not render({"networkPolicy": {"enabled": False}}).of("NetworkPolicy")
