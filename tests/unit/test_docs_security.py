"""docs/security.md: each threat names the tests that show what stops it, and these tests are there."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "security.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@cache
def functions_of(path: str) -> frozenset[str]:
    """The test functions of a file, those in classes too."""
    file = ROOT / path
    tree = ast.parse(file.read_text()) if file.exists() else ast.Module([], [])
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def threats() -> list[str]:
    """The rows of every table of threats."""
    sections = PAGE.read_text().split("\n## ")
    tables = [section for section in sections if "| threat |" in section]
    rows = [line for table in tables for line in table.splitlines() if line.startswith("| ")]
    return [row for row in rows if not row.startswith(("| threat", "| ---"))]


def test_every_test_that_is_named_exists() -> None:
    named = NAMED.findall(PAGE.read_text())
    assert len(named) > 50
    assert [f"{path}::{test}" for path, test in named if test not in functions_of(path)] == []
    assert "test_no_such_test" not in functions_of("tests/unit/test_docs_security.py")


def test_every_threat_names_a_test() -> None:
    assert len(threats()) > 30
    assert [row[:80] for row in threats() if not NAMED.search(row)] == []
