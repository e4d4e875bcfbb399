"""What the node command for kind asks of docker."""

import os
import subprocess
from pathlib import Path

import pytest

COMMAND = Path(__file__).parents[1] / "e2e" / "kind-node"


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    """A file with a line for each call of a docker that only writes down what it is asked, and says an address."""
    docker = tmp_path / "docker"
    docker.write_text(
        f'#!/bin/sh\necho "$*" >>{tmp_path}/asked\ncase $1 in inspect) echo 172.18.0.4;; esac\n'
    )
    docker.chmod(0o755)
    return tmp_path / "asked"


def run(asked: Path, *arguments: str) -> int:
    environment = {
        **os.environ,
        "PATH": f"{asked.parent}:{os.environ['PATH']}",
        "TMPDIR": str(asked.parent),
        "KIND_CLUSTER": "flack",
    }
    return subprocess.run([COMMAND, *arguments], env=environment, capture_output=True, check=False).returncode


def test_a_cable_is_pulled_and_put_back_with_the_same_address(asked: Path) -> None:
    assert run(asked, "cut", "3") == run(asked, "mend", "3") == 0

    calls = asked.read_text().splitlines()
    assert calls[1:] == [
        "network disconnect kind flack-worker2",
        "network connect --ip 172.18.0.4 kind flack-worker2",
    ]


def test_a_node_is_switched_off_and_on(asked: Path) -> None:
    assert run(asked, "kill", "2") == run(asked, "start", "2") == 0

    assert asked.read_text().splitlines() == ["kill flack-worker", "start flack-worker"]


@pytest.mark.parametrize("arguments", [("cut", "1"), ("cut",), ("explode", "2"), ("cut", "two")])
def test_anything_else_is_refused(asked: Path, arguments: tuple[str, ...]) -> None:
    assert run(asked, *arguments) == 2
    assert not asked.exists()
