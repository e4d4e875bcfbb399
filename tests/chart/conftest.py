"""Renders the chart with Helm's own SDK, in this process; no cluster is asked and no program is called."""

import copy
import json
from collections.abc import Iterator

import helm_python
import pytest
import yaml
from charts import CHART, KINDS, VARIANTS, Object, Render, Rendered
from helm_python import _native

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's is seven times as quick


@pytest.fixture(scope="session")
def chart() -> Iterator[helm_python.Chart]:
    with helm_python.Chart.load(CHART) as loaded:
        yield loaded


@pytest.fixture(scope="session")
def render(chart: helm_python.Chart) -> Render:
    """render({values}, kinds=[…]) → the objects, or helm_python.HelmError with Helm's sentence."""

    rendered: dict[str, Rendered] = {}

    def run(values: Object | None = None, *, kinds: list[str] | None = None) -> Rendered:
        given = json.dumps(values or {})
        options = json.dumps({"name": "flack", "namespace": "chat", "api_versions": kinds or []})
        if given + options not in rendered:
            rendered[given + options] = read(given, options)
        return copy.deepcopy(rendered[given + options])

    def read(values: str, options: str) -> Rendered:
        # The SDK's own render() passes no kinds on, so its one native call is made here.
        files = json.loads(_native.call_string("helm_render", chart._raw(), values, options))
        texts = [text for name, text in files.items() if name.endswith(".yaml")]
        return Rendered(item for text in texts for item in yaml.load_all(text, Loader=LOADER) if item)

    return run


@pytest.fixture(params=list(VARIANTS), scope="session")
def objects(request: pytest.FixtureRequest, render: Render) -> Rendered:
    """The rendering of each ready variant."""
    return render(VARIANTS[request.param], kinds=KINDS)
