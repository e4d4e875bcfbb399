"""Which curves of pods are as they should be."""

import pytest

from .quantities import quantity
from .replicas import Scaled


def service(*wanted: int) -> Scaled:
    return Scaled(least=1, most=3, wanted=list(wanted), ready=list(wanted))


def test_up_to_the_most_and_down_again_has_no_flaw() -> None:
    assert service(1, 1, 2, 2, 3, 3, 2, 1, 1).flaws() == []
    assert service(1, 3, 1).flaws() == []


@pytest.mark.parametrize(
    ("wanted", "flaw"),
    [
        ((1, 2, 2, 1), "rose to 2 of 3"),
        ((1, 2, 3, 2), "ended at 2 instead of 1"),
        ((1, 2, 1, 2, 3, 1), "fell before it had risen"),
        ((1, 3, 2, 3, 1), "rose again"),
        ((1, 3, 1, 2, 1), "rose again"),
    ],
)
def test_each_flaw_is_named(wanted: tuple[int, ...], flaw: str) -> None:
    assert any(flaw in found for found in service(*wanted).flaws())


def test_it_has_reached_the_most_only_when_all_are_ready() -> None:
    rising = Scaled(least=1, most=3, wanted=[3], ready=[2])
    assert not rising.reached_most

    rising.ready.append(3)

    assert rising.reached_most


@pytest.mark.parametrize(
    ("text", "number"),
    [("2", 2), ("250m", 0.25), ("1500000n", 0.0015), ("12u", 12e-6), ("3k", 3000), (None, 0)],
)
def test_quantities(text: str | None, number: float) -> None:
    assert quantity(text) == pytest.approx(number)
