"""Renders the chart into k8s/base for `kubectl apply -k k8s/`. `python helm/render.py [--check]`.

One file a subject, as in the chart. What only Helm understands is taken out: hooks become ordinary objects (the Job
that makes the Secret is safe to run at any time, and pods wait for what it makes), and `helm test` stays Helm's. A Job
that was a hook becomes Argo CD's instead, which removes the Job before it: a Job cannot be changed.
"""

import sys
from pathlib import Path
from typing import Any

import helm_python
import yaml

ROOT = Path(__file__).parent
CHART = ROOT / "flack"
BASE = ROOT.parent / "k8s" / "base"
NAMESPACE = "flack"
HEAD = "# Rendered from helm/flack by `make manifests`; change the chart, not this file.\n"

NAMESPACE_OBJECT = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {
        "name": NAMESPACE,
        "labels": {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")},
    },
}

ARGO_HOOK = {
    "argocd.argoproj.io/hook": "Sync",
    "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
}

FLUX_REPLACES = {"kustomize.toolkit.fluxcd.io/force": "enabled"}
"""A Job cannot be changed: Flux makes it anew."""

Object = dict[str, Any]


def plain(item: Object) -> Object:
    """An object without what only Helm reads."""
    metadata = item["metadata"]
    annotations = {k: v for k, v in metadata.get("annotations", {}).items() if not k.startswith("helm.sh/")}
    if item["kind"] == "Job" and "helm.sh/hook" in metadata.get("annotations", {}):
        annotations |= ARGO_HOOK
    if item["kind"] == "Job":
        annotations |= FLUX_REPLACES
    metadata.pop("annotations", None)
    if annotations:
        metadata["annotations"] = annotations
    metadata["labels"].pop("helm.sh/chart", None)
    metadata["labels"]["app.kubernetes.io/managed-by"] = "kustomize"
    return item


def rendered() -> dict[str, str]:
    """The files of k8s/base by name."""
    with helm_python.Chart.load(CHART) as chart:
        templates = chart.render({}, name="flack", namespace=NAMESPACE)
    files = {"namespace.yaml": HEAD + yaml.safe_dump(NAMESPACE_OBJECT, sort_keys=False)}
    for template, text in templates.items():
        if not template.endswith(".yaml") or "/tests/" in template:
            continue
        objects = [plain(item) for item in yaml.safe_load_all(text) if item]
        if objects:
            body = yaml.safe_dump_all(objects, sort_keys=False, width=120, allow_unicode=True)
            files[Path(template).name] = HEAD + body
    listing = "".join(f"  - {name}\n" for name in sorted(files))
    kustomization = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n" + listing
    return files | {"kustomization.yaml": HEAD + kustomization}


def main() -> None:
    files = rendered()
    present = {path.name: path.read_text() for path in BASE.glob("*.yaml")}
    if "--check" in sys.argv:
        wrong = sorted(name for name in files.keys() | present.keys() if files.get(name) != present.get(name))
        if wrong:
            sys.exit(f"k8s/base differs from the chart ({', '.join(wrong)}): run `make manifests`")
        return
    BASE.mkdir(parents=True, exist_ok=True)
    for name in present.keys() - files.keys():
        (BASE / name).unlink()
    for name, text in files.items():
        (BASE / name).write_text(text)


if __name__ == "__main__":
    main()
