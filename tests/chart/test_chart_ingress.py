"""One address in front of three services."""

import pytest
from charts import Render, Rendered

ROUTES = {
    "/": "flack-web",
    "/api": "flack-api",
    "/stats": "flack-api",
    "/tasks": "flack-api",
    "/socket.io": "flack-realtime",
}
STICKY = "traefik.ingress.kubernetes.io/service.sticky.cookie"
NGINX_STICKY = "nginx.ingress.kubernetes.io/affinity"
GATEWAY = {
    "enabled": True,
    "parentRefs": [{"name": "public", "namespace": "gateways"}],
    "hostnames": ["chat.example.org"],
}


def paths(objects: Rendered) -> dict[str, str]:
    return {
        path["path"]: path["backend"]["service"]["name"]
        for ingress in objects.of("Ingress").values()
        for rule in ingress["spec"]["rules"]
        for path in rule["http"]["paths"]
    }


def test_each_path_reaches_its_service_and_internal_ones_reach_none(render: Render) -> None:
    assert paths(render()) == ROUTES  # /internal falls to web, which has no such page


def test_without_hosts_any_name_is_served_without_tls(render: Render) -> None:
    for ingress in render().of("Ingress").values():
        assert "tls" not in ingress["spec"]
        assert "host" not in ingress["spec"]["rules"][0]


def test_hosts_have_certificates(render: Render) -> None:
    hosts = [
        {"host": "chat.example.org", "tlsSecret": "chat-tls"},
        {"host": "talk.example.org", "tlsSecret": "talk-tls"},
    ]
    objects = render({"ingress": {"hosts": hosts, "className": "nginx", "annotations": {"a": "b"}}})

    for ingress in objects.of("Ingress").values():
        assert ingress["spec"]["ingressClassName"] == "nginx"
        assert ingress["metadata"]["annotations"]["a"] == "b"
        assert ingress["spec"]["tls"] == [
            {"hosts": ["chat.example.org"], "secretName": "chat-tls"},
            {"hosts": ["talk.example.org"], "secretName": "talk-tls"},
        ]
        assert [rule["host"] for rule in ingress["spec"]["rules"]] == ["chat.example.org", "talk.example.org"]


def test_tls_may_end_in_front(render: Render) -> None:
    objects = render({"ingress": {"hosts": [{"host": "chat.example.org"}], "tls": {"required": False}}})

    assert "tls" not in objects.one("Ingress", "flack-web")["spec"]


@pytest.mark.parametrize("polling", [False, True])
def test_pods_are_sticky_only_where_long_polling_needs_it(render: Render, polling: bool) -> None:
    objects = render({"realtime": {"polling": {"enabled": polling}}})

    annotations = {
        name: item["metadata"].get("annotations", {}) for name, item in objects.of("Ingress").items()
    }
    services = {name: item["metadata"].get("annotations", {}) for name, item in objects.of("Service").items()}
    assert (NGINX_STICKY in annotations["flack-realtime"]) is polling
    assert (STICKY in services["flack-realtime"]) is polling
    assert NGINX_STICKY not in annotations["flack-web"]
    assert not any(STICKY in found for name, found in services.items() if name != "flack-realtime")
    assert objects.environment("flack-realtime")["FLACK_REALTIME_POLLING"] == str(polling).lower()


def test_routes_of_the_gateway_api_lead_to_the_same_services(render: Render) -> None:
    objects = render({"gateway": GATEWAY, "ingress": {"enabled": False}})

    assert not objects.of("Ingress")
    found = {}
    for route in objects.of("HTTPRoute").values():
        assert route["spec"]["parentRefs"] == GATEWAY["parentRefs"]
        assert route["spec"]["hostnames"] == ["chat.example.org"]
        for rule in route["spec"]["rules"]:
            found[rule["matches"][0]["path"]["value"]] = rule["backendRefs"][0]["name"]
    assert found == ROUTES


def test_a_gateway_keeps_pollers_on_one_pod(render: Render) -> None:
    objects = render(
        {"gateway": GATEWAY | {"sessionPersistence": True}, "realtime": {"polling": {"enabled": True}}}
    )

    rules = objects.one("HTTPRoute", "flack-realtime")["spec"]["rules"]
    assert rules[0]["sessionPersistence"]["type"] == "Cookie"
    assert all(
        "sessionPersistence" not in rule for rule in objects.one("HTTPRoute", "flack-web")["spec"]["rules"]
    )
