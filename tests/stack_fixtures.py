"""A whole installation for tests: databases, services and ingress, as `make up` runs them. One for a whole run."""

from collections.abc import Iterator

import pytest
from flack_local.stack import Stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Everything runs when a test gets it, and must run again when the test ends."""
    with Stack(settings={"RATE_LIMITS_ENABLED": "false", "LOG_FORMAT": "json"}) as running:
        yield running
