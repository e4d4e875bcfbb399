"""`make kind` and `make e2e` act on the cluster that they name, never on the current context's. Nothing is run here."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KIND = f"KUBECONFIG={ROOT}/build/kind.kubeconfig"


def commands(*goals: str, **environment: str) -> list[str]:
    """What make would run, a command a line."""
    clean = {name: value for name, value in os.environ.items() if name not in ("KUBECONFIG", "MAKEFLAGS")}
    made = subprocess.run(
        ["make", "-n", *goals],
        cwd=ROOT,
        env=clean | environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return made.stdout.replace("\\\n", "").splitlines()


def only(lines: list[str], word: str) -> str:
    (found,) = [line for line in lines if word in line]
    return found


@pytest.mark.parametrize("mine", ["", "/home/me/production"])
def test_make_kind_acts_on_kind_s_cluster_only(mine: str) -> None:
    lines = commands("kind", **({"KUBECONFIG": mine} if mine else {}))

    assert only(lines, "helm upgrade").startswith(KIND)
    asked = [line for line in lines if line.lstrip("@").startswith("kubectl")]
    assert len(asked) == 3
    assert all(f"--kubeconfig {ROOT}/build/kind.kubeconfig" in line for line in asked)


def test_make_e2e_makes_a_cluster_where_none_is_named() -> None:
    lines = commands("e2e")

    assert only(lines, "pytest tests/e2e").startswith(KIND)
    assert only(lines, "kind export kubeconfig")


def test_make_e2e_takes_the_cluster_that_is_named() -> None:
    lines = commands("e2e", KUBECONFIG="/home/me/cluster")

    assert only(lines, "pytest tests/e2e").startswith("KUBECONFIG=/home/me/cluster ")
    assert not [line for line in lines if "kind export kubeconfig" in line]


def test_a_version_is_pinned() -> None:
    assert "latest" not in only(commands("kind-cluster"), "metrics-server/releases")
