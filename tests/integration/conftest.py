"""What tests of realtime share."""

from collections.abc import Iterator
from typing import Any

import pytest
from realtime_support import closing_all


@pytest.fixture
def open() -> Iterator[list[Any]]:
    """What stands in it is closed at the end, the newest first."""
    with closing_all() as things:
        yield things
