"""Every object is valid in every supported version of Kubernetes."""

import functools

import kubernetes_validate
import pytest
from charts import KINDS, VARIANTS, Render
from helm_python import Chart

SUPPORTED = [f"1.{minor}" for minor in range(31, 38)]
OTHERS = (
    "keda.sh/",
    "monitoring.coreos.com/",
    "gateway.networking.k8s.io/",
)  # kinds that Kubernetes does not define


@pytest.fixture(autouse=True)
def quick_schemas(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library reads two megabytes of schema for each object; here each file is read once."""
    monkeypatch.setattr(kubernetes_validate.utils, "schema_contents", _read_schema)


_read_schema = functools.lru_cache(maxsize=None)(kubernetes_validate.utils.schema_contents)


def test_the_chart_says_which_versions_it_supports(chart: Chart) -> None:
    assert chart.metadata["kubeVersion"] == ">=1.31.0-0"


@pytest.mark.parametrize("version", SUPPORTED)
@pytest.mark.parametrize("variant", VARIANTS)
def test_objects_are_valid(render: Render, variant: str, version: str) -> None:
    objects = render(VARIANTS[variant], kinds=KINDS)

    ours = [item for item in objects if not item["apiVersion"].startswith(OTHERS)]
    assert len(ours) > 30
    for item in ours:
        kubernetes_validate.validate(item, version, strict=True)


def test_a_mistake_would_be_found(render: Render) -> None:
    service = render().one("Service", "flack-api")
    service["spec"]["port"] = 80

    with pytest.raises(kubernetes_validate.ValidationError, match="port"):
        kubernetes_validate.validate(service, "1.34", strict=True)
