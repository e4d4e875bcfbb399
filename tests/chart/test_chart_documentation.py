"""Every value is documented and known to the schema."""

import importlib.util
import json
from types import ModuleType
from typing import Any

import pytest
import yaml
from charts import CHART, Object

SCHEMA = json.loads((CHART / "values.schema.json").read_text())


@pytest.fixture
def document() -> ModuleType:
    spec = importlib.util.spec_from_file_location("document", CHART.parent / "document.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_readme_is_what_the_values_say(document: ModuleType) -> None:
    assert (CHART / "README.md").read_text() == document.readme(), "run `make chart-docs`"


def test_a_value_without_a_comment_would_be_found(document: ModuleType) -> None:
    comments, missing = document.described("# -- one\na: 1\n\nb:\n  # -- two\n  c: 2\n  d: 3\n")

    assert comments == {"a": "one", "b.c": "two"}
    assert missing == ["b.d"]


def undescribed(value: Any, schema: Object, path: str = "") -> list[str]:
    """The paths of values that the schema does not name."""
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]
    if not isinstance(value, dict) or "properties" not in schema:
        return []
    found = []
    for key, inner in value.items():
        if key in schema["properties"]:
            found += undescribed(inner, schema["properties"][key], f"{path}.{key}")
        else:
            found.append(f"{path}.{key}")
    return found


def test_the_schema_knows_every_value() -> None:
    assert undescribed(yaml.safe_load((CHART / "values.yaml").read_text()), SCHEMA) == []


def objects_in(schema: Any) -> list[Object]:
    found = []
    if isinstance(schema, dict):
        if "properties" in schema and schema.get("type") == "object":
            found.append(schema)
        for inner in schema.values():
            found += objects_in(inner)
    return found


def test_the_schema_refuses_what_it_does_not_know() -> None:
    for found in objects_in(SCHEMA):
        open_ended = set(found.get("required", [])) == {"name"}  # a Gateway's reference has keys of its own
        assert found.get("additionalProperties") is False or open_ended
