"""Who may talk to whom. The policies are read as Kubernetes reads them: what no rule lets through is refused."""

from ipaddress import ip_address, ip_network
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


def test_names_are_asked_for_wherever_dns_listens(render: Render) -> None:
    def ports(values: Object) -> list[tuple[int, str]]:
        (rule,) = render(values).one("NetworkPolicy", "flack-dns")["spec"]["egress"]
        return [(item["port"], item["protocol"]) for item in rule["ports"]]

    # A policy sees a pod's own port on some networks, and OpenShift's DNS pods listen on 5353.
    assert ports({}) == [(53, "UDP"), (53, "TCP"), (5353, "UDP"), (5353, "TCP")]
    assert ports({"networkPolicy": {"dnsPorts": [53]}}) == [(53, "UDP"), (53, "TCP")]


def test_databases_take_only_those_who_use_them(render: Render) -> None:
    objects = render()

    def users(database: str) -> set[str]:
        (rule,) = objects.one("NetworkPolicy", f"flack-{database}")["spec"]["ingress"]
        return {side["podSelector"]["matchLabels"]["app.kubernetes.io/component"] for side in rule["from"]}

    assert users("postgresql") == {"api", "worker", "beat", "migrate"}
    assert users("redis") == {"api", "web", "realtime", "worker", "beat"}
    assert not objects.one("NetworkPolicy", "flack-postgresql")["spec"]["egress"]


def outside(objects: Rendered) -> list[Object]:
    egress = objects.one("NetworkPolicy", "flack-worker")["spec"]["egress"]
    return [side["ipBlock"] for rule in egress for side in rule.get("to", []) if "ipBlock" in side]


def reached(blocks: list[Object], address: str) -> bool:
    return any(
        ip_address(address) in ip_network(block["cidr"])
        and not any(ip_address(address) in ip_network(network) for network in block["except"])
        for block in blocks
    )


PUBLIC = ["1.1.1.1", "172.32.0.1", "2606:4700:4700::1111", "2a00:1450:4001::1"]
PRIVATE = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.168.0.1", "224.0.0.1",
    "::", "::1", "fc00::1", "fd00:ec2::254", "fe80::1", "ff02::1",
    # IPv4 addresses inside: mapped, NAT64, 6to4, Teredo.
    "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::1", "2001:0:a00:1::1",
]  # fmt: skip


BOTH = {"networkPolicy": {"previewIPv6": True}}


def test_link_previews_reach_no_private_network(render: Render) -> None:
    blocks = outside(render(BOTH))

    assert [address for address in PUBLIC + PRIVATE if reached(blocks, address)] == PUBLIC


def test_a_cluster_without_ipv6_is_told_of_none(render: Render) -> None:
    blocks = outside(render())

    assert [address for address in PUBLIC + PRIVATE if reached(blocks, address)] == PUBLIC[:2]
    assert "::" not in str(blocks)


def test_a_cluster_s_own_public_addresses_can_be_excepted(render: Render) -> None:
    values = {"networkPolicy": {"previewIPv6": True, "previewExceptIPv6": ["2606:4700::/32"]}}
    blocks = outside(render(values))

    assert [address for address in PUBLIC if reached(blocks, address)] == [PUBLIC[0], PUBLIC[1], PUBLIC[3]]


def test_every_exception_lies_within_what_it_is_an_exception_of(render: Render) -> None:
    # Else the API server refuses the policy. It reads ::ffff:0:0/96 as 0.0.0.0/0, which lies within no network of IPv6.
    for block in outside(render(BOTH)):
        for network in block["except"]:
            assert ip_network(network).subnet_of(ip_network(block["cidr"])), network  # type: ignore[arg-type]


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
