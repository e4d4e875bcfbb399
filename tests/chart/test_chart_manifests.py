"""k8s/ is what the chart renders, and its overlays change what they mean to change."""

import importlib.util
from types import ModuleType
from typing import Any

import pytest
import yaml
from charts import CHART, Rendered

K8S = CHART.parents[1] / "k8s"


@pytest.fixture
def rendering() -> ModuleType:
    spec = importlib.util.spec_from_file_location("render", CHART.parent / "render.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def base() -> Rendered:
    listed = yaml.safe_load((K8S / "base" / "kustomization.yaml").read_text())["resources"]
    return Rendered(item for name in listed for item in yaml.safe_load_all((K8S / "base" / name).read_text()))


def test_the_base_is_what_the_chart_renders(rendering: ModuleType) -> None:
    present = {path.name: path.read_text() for path in (K8S / "base").glob("*.yaml")}

    assert present == rendering.rendered(), "run `make manifests`"


def test_nothing_in_it_is_for_helm_only(base: Rendered) -> None:
    for item in base:
        assert not any(key.startswith("helm.sh/") for key in item["metadata"].get("annotations", {}))
        assert item["metadata"]["labels"].get("app.kubernetes.io/managed-by", "kustomize") == "kustomize"


def test_jobs_cannot_be_changed_and_argo_cd_removes_the_ones_before(base: Rendered) -> None:
    jobs = base.of("Job")
    assert {"flack-migrate-1", "flack-make-secret"} == set(jobs)

    for job in jobs.values():
        annotations = job["metadata"]["annotations"]
        assert annotations["argocd.argoproj.io/hook"] == "Sync"
        assert annotations["argocd.argoproj.io/hook-delete-policy"] == "BeforeHookCreation"


def test_the_namespace_is_restricted(base: Rendered) -> None:
    labels = base.one("Namespace", "flack")["metadata"]["labels"]

    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def at(item: Any, path: str) -> Any:
    for step in path.strip("/").split("/"):
        item = item[int(step)] if isinstance(item, list) else item[step]
    return item


@pytest.mark.parametrize("overlay", ["small", "production"])
def test_the_overlay_s_patches_still_fit(base: Rendered, overlay: str) -> None:
    kustomization = yaml.safe_load((K8S / "overlays" / overlay / "kustomization.yaml").read_text())
    assert kustomization["resources"] == ["../../base"]
    checked = 0
    for patch in kustomization["patches"]:
        operations = yaml.safe_load(patch["patch"])
        if not isinstance(operations, list):
            continue
        name = patch["target"].get("name", "flack-api").replace("(", "").split("|")[0].removesuffix(")")
        found = base.of(patch["target"]["kind"])
        item = found.get(name) or next(iter(found.values()))
        for operation in operations:
            if operation["op"] == "test":
                assert at(item, operation["path"]) == operation["value"]
            if operation["op"] == "replace":
                assert at(item, operation["path"]) is not None
                checked += 1
    assert checked
