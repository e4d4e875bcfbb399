"""The short form: each fault once, with people writing and reading. Nothing may be lost, doubled or out of order."""

from collections.abc import Iterator

import pytest

from .account import Account
from .catalogue import FAULTS, Fault
from .installation import Installation, compiler
from .trial import READERS, WRITERS, people, run


@pytest.fixture(scope="module")
def site() -> Iterator[Installation]:
    with Installation() as running:
        yield running


@pytest.fixture(scope="module")
def accounts(site: Installation) -> list[Account]:
    return people(site.url, WRITERS + READERS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.replace(" ", "-"))
def test_nothing_is_lost(site: Installation, accounts: list[Account], fault: Fault) -> None:
    if fault.needs_compiler and compiler() is None:
        pytest.skip("a clock that jumps needs a C compiler")

    verdict = run(site, fault, accounts, briefly=True)

    assert verdict.acknowledged > 0
    assert verdict.good, verdict
