"""Makes helm/flack/README.md from the comments in values.yaml. `python helm/document.py [--check]`.

A value's comment is the lines that begin with `# --` right above it. Every value has one, else this says which has not.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import yaml

CHART = Path(__file__).parent / "flack"
KEY = re.compile(r"^(?P<indent> *)(?P<key>[A-Za-z0-9]+):(?P<rest>.*)$")

HEAD = """# The chart `flack`

{description}.

    helm install flack helm/flack                                        # everything, with databases of its own
    helm install flack helm/flack -f helm/flack/values-production.yaml   # your databases, three pods and more

Kubernetes {kube}, Helm 3.19 or newer, or Helm 4. How to install, configure and upgrade is told in `docs/`; this page is
made from `values.yaml` by `make chart-docs`. Values that are not listed here are refused.

The sections `api`, `web`, `realtime`, `worker` and `beat` take every key of `defaults` too, and their own wins:
`api.drain.preStopSeconds=10`.
`beat` is always one pod: it takes no `replicas`, `autoscaling` or `disruptionBudget`. `postgresql` and `redis` take
`nodeSelector`, `affinity`, `tolerations` and `priorityClassName` of `defaults`, and their own win too.

| value | default | what it is |
| --- | --- | --- |
"""


def described(text: str) -> tuple[dict[str, str], list[str]]:
    """The comment of each value by its dotted path, and the paths that have none although they are no section."""
    comments: dict[str, str] = {}
    missing: list[str] = []
    path: list[tuple[int, str]] = []
    comment: list[str] = []
    covered: int | None = (
        None  # the indent of a described value: what is inside it needs no comment of its own
    )
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("# --"):
            comment = [stripped.removeprefix("# --").strip()]
        elif stripped.startswith("#") and comment:
            comment.append(stripped.removeprefix("#").strip())
        elif found := KEY.match(line):
            indent = len(found["indent"])
            path = [*(step for step in path if step[0] < indent), (indent, found["key"])]
            if covered is not None and indent > covered:
                continue
            covered = None
            name = ".".join(key for _, key in path)
            if comment:
                comments[name] = " ".join(comment)
                covered = indent
            elif found["rest"].strip():
                missing.append(name)
            comment = []
        elif not stripped:
            comment = []
    return comments, missing


def value_at(values: Any, path: str) -> Any:
    for key in path.split("."):
        values = values[key]
    return values


def inherited(path: str) -> bool:
    """Whether a component repeats a common value with another default, where the common comment stands for it."""
    return path.split(".")[0] in ("api", "web", "realtime", "worker", "beat")


def readme() -> str:
    text = (CHART / "values.yaml").read_text()
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    comments, missing = described(text)
    missing = [path for path in missing if not inherited(path)]
    if missing:
        sys.exit(f"values.yaml: no comment above {', '.join(missing)}")
    values = yaml.safe_load(text)
    rows = []
    for path, comment in comments.items():
        default = json.dumps(value_at(values, path), ensure_ascii=False).replace("|", "\\|")
        rows.append(f"| `{path}` | `{default}` | {comment.replace('|', chr(92) + '|')} |")
    head = HEAD.format(description=chart["description"], kube=chart["kubeVersion"].removesuffix("-0"))
    return head + "\n".join(rows) + "\n"


def main() -> None:
    target = CHART / "README.md"
    if "--check" not in sys.argv:
        target.write_text(readme())
    elif not target.exists() or target.read_text() != readme():
        sys.exit(f"{target.name} is not what values.yaml says: run `make chart-docs`")


if __name__ == "__main__":
    main()
