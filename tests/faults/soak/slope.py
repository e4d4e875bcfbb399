"""A straight line through points, by least squares."""

import math
from collections.abc import Sequence
from typing import NamedTuple


class Line(NamedTuple):
    """How much a value grows in an hour, and the standard error of that."""

    per_hour: float
    error: float


def fit(seconds: Sequence[float], values: Sequence[float]) -> Line:
    """Ordinary least squares; the error is that of the slope, from the residuals."""
    n = len(seconds)
    if n < 3:
        return Line(0.0, math.inf)
    middle, level = sum(seconds) / n, sum(values) / n
    spread = sum((x - middle) ** 2 for x in seconds)
    slope = sum((x - middle) * (y - level) for x, y in zip(seconds, values, strict=True)) / spread
    rest = sum((y - level - slope * (x - middle)) ** 2 for x, y in zip(seconds, values, strict=True))
    return Line(slope * 3600, math.sqrt(rest / (n - 2) / spread) * 3600)
