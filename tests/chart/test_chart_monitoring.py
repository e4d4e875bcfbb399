"""Alerts and the dashboard ask for metrics that the code emits."""

import json
import re
from pathlib import Path

from charts import KINDS, Render

ROOT = Path(__file__).parents[2]
METRIC = re.compile(r"\b(flack_[a-z_]+)")
DEFINED = re.compile(
    r"(Counter|Gauge|Histogram|CounterMetricFamily|GaugeMetricFamily)\(\s*\"(flack_[a-z_]+)\""
)
SUFFIXES = {"Histogram": ("_bucket", "_count", "_sum"), "CounterMetricFamily": ("_total",)}
ON = {
    "monitoring": {
        "serviceMonitor": {"enabled": True},
        "prometheusRule": {"enabled": True, "labels": {"release": "prometheus"}},
        "dashboard": {"enabled": True},
    }
}


def emitted() -> set[str]:
    """The names under which Prometheus sees the metrics that the sources define."""
    names = set()
    for source in [*ROOT.glob("services/*/src/**/*.py"), *ROOT.glob("libs/*/src/**/*.py")]:
        for kind, name in DEFINED.findall(source.read_text()):
            names |= {name + suffix for suffix in SUFFIXES.get(kind, ("",))}
    return names


def asked(expressions: list[str]) -> set[str]:
    return {name for expression in expressions for name in METRIC.findall(expression)}


def test_alerts_ask_for_what_is_emitted(render: Render) -> None:
    rule = render(ON, kinds=KINDS).one("PrometheusRule", "flack")
    rules = rule["spec"]["groups"][0]["rules"]

    assert asked([item["expr"] for item in rules]) - emitted() == set()
    assert rule["metadata"]["labels"]["release"] == "prometheus"
    for item in rules:
        assert {"summary", "description"} <= set(item["annotations"]), item["alert"]
    # What is absent has no labels: without its namespace, another release's beat would hide that ours is gone.
    no_beat = next(item["expr"] for item in rules if item["alert"] == "FlackNoBeat")
    assert f'namespace="{rule["metadata"]["namespace"]}"' in no_beat


def test_the_dashboard_asks_for_what_is_emitted(render: Render) -> None:
    board = json.loads(render(ON, kinds=KINDS).one("ConfigMap", "flack-dashboard")["data"]["flack.json"])
    expressions = [target["expr"] for panel in board["panels"] for target in panel["targets"]]

    assert len(expressions) >= 8
    assert asked(expressions) - emitted() == set()


def test_autoscalers_ask_for_what_is_emitted(render: Render) -> None:
    scaled = render({"keda": {"enabled": True}}).of("ScaledObject").values()
    locations = [t["metadata"].get("valueLocation", "") for item in scaled for t in item["spec"]["triggers"]]

    assert asked(locations) - emitted() == set()


def test_every_pod_is_scraped(render: Render) -> None:
    objects = render(ON, kinds=KINDS)
    monitor = objects.one("ServiceMonitor", "flack")["spec"]

    for name in objects.of("Deployment"):
        service = objects.one("Service", name)
        assert monitor["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
        assert monitor["endpoints"][0]["port"] in {port["name"] for port in service["spec"]["ports"]}
