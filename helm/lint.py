"""`helm lint --strict` with every ready set of values, by Helm's SDK: no program is needed."""

import sys
from pathlib import Path

import helm_python
import yaml

CHART = Path(__file__).parent / "flack"
WARNING = 2


def main() -> None:
    findings = []
    for file in [None, *sorted(CHART.glob("values-*.yaml"))]:
        values = yaml.safe_load(file.read_text()) if file else {}
        report = helm_python.lint(CHART, values, strict=True, namespace="flack")
        name = file.name if file else "values.yaml"
        findings += [
            f"{name}: {m['path']}: {m['error']}" for m in report["messages"] if m["severity"] >= WARNING
        ]
        findings += [f"{name}: {error}" for error in report["errors"]]
    if findings:
        sys.exit("\n".join(findings))


if __name__ == "__main__":
    main()
