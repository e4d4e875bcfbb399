"""How long to go on: a few examples each in `make test`, for FUZZ_SECONDS in all in `make fuzz`."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest
from rounds import GoOn

# The clients of the integration tests.
sys.path.insert(0, str(Path(__file__).parents[1] / "integration"))


@pytest.fixture
def go_on(request: pytest.FixtureRequest) -> GoOn:
    """Runs a property, and again with other examples while there is time."""
    tests = max(1, len(request.session.items))
    seconds = float(os.environ.get("FUZZ_SECONDS", "0")) / tests

    def run(property: Callable[[], None]) -> None:
        end = monotonic() + seconds
        rounds = 1
        property()
        while monotonic() < end:
            property()
            rounds += 1
        print(f"{request.node.name}: {rounds} rounds")

    return run
