"""The bills of materials name everything that goes into an image, and nothing that only builds it."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import sbom  # noqa: E402


@pytest.mark.parametrize("service", sbom.SERVICES)
def test_every_requirement_is_named_with_its_hashes(service: str) -> None:
    path = ROOT / "requirements" / f"{service}.txt"
    found = {component["name"]: component for component in sbom.required_components(path)}
    pinned = [line.split("==")[0] for line in path.read_text().splitlines() if "==" in line]
    assert set(found) == {re.sub(r"[-_.]+", "-", name.split("[")[0]).lower() for name in pinned}
    assert len(found) > 30
    assert all(component["hashes"] for component in found.values())
    assert found["flask"]["purl"] == f"pkg:pypi/flask@{found['flask']['version']}"


def test_the_ui_holds_what_it_loads_and_not_what_builds_it() -> None:
    names = {one["name"] for one in sbom.npm_components(ROOT / "services/web/ui/package-lock.json")}
    assert {"preact", "@preact/signals", "socket.io-client"} <= names
    assert not {"vite", "typescript", "vitest"} & names


def test_debians_packages_are_read_from_what_dpkg_keeps() -> None:
    status = (
        "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.41-12\nDescription: x\n y\n\n"
        "Package: gone\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1\n"
    )
    assert [one["purl"] for one in sbom.debian_components(status)] == [
        "pkg:deb/debian/libc6@2.41-12?arch=amd64"
    ]


def test_a_document_names_each_once_and_is_the_same_each_time() -> None:
    components = [sbom.python_component(name, "1", "MIT") for name in ("B_c", "a", "b.c")]
    made = sbom.document("api", "0.1.0", components)
    assert [one["purl"] for one in made["components"]] == ["pkg:pypi/a@1", "pkg:pypi/b-c@1"]
    assert made == sbom.document("api", "0.1.0", components)
    assert made != sbom.document("api", "0.2.0", components)
