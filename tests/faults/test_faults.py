"""The short form: each fault once, with people writing and reading. Nothing may be lost, doubled or out of order."""

from collections.abc import Iterator

import pytest
from flack_local.stack import Stack

from .account import Account
from .faults import FAULTS, Fault
from .trial import READERS, WRITERS, people, run


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    settings = {"RATE_LIMITS_ENABLED": "false", "DRAIN_SECONDS": "2", "GRACEFUL_TIMEOUT": "5"}
    with Stack(settings=settings, replicas={"api": 2, "realtime": 2}) as running:
        yield running


@pytest.fixture(scope="module")
def accounts(stack: Stack) -> list[Account]:
    return people(stack.url, WRITERS + READERS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.replace(" ", "-"))
def test_nothing_is_lost(stack: Stack, accounts: list[Account], fault: Fault) -> None:
    verdict = run(stack, fault, accounts)

    assert verdict.acknowledged > 0
    assert verdict.good, verdict
