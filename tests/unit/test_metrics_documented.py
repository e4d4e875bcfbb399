"""Every metric that the code emits stands in docs/monitor.md, and none stands there that it does not emit."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAKERS = {"Counter", "Gauge", "Histogram", "Summary", "GaugeMetricFamily", "CounterMetricFamily"}


def emitted() -> Iterator[str]:
    for path in [*ROOT.glob("libs/*/src/**/*.py"), *ROOT.glob("services/*/src/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            maker = getattr(node.func, "id", getattr(node.func, "attr", ""))
            name = node.args[0]
            if maker in MAKERS and isinstance(name, ast.Constant) and str(name.value).startswith("flack_"):
                counter = maker.startswith("Counter")
                yield f"{str(name.value).removesuffix('_total')}_total" if counter else str(name.value)


def test_the_table_of_metrics_is_what_the_code_emits() -> None:
    documented = set(re.findall(r"flack_[a-z0-9_]+", (ROOT / "docs/monitor.md").read_text()))
    found = set(emitted())

    assert len(found) > 15
    assert found - documented == set()
    assert documented - found == set()
