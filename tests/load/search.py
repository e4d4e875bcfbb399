"""How many people an installation carries: raise until a limit breaks, back off, narrow down, confirm."""

from typing import Literal

Stage = Literal["raising", "narrowing", "confirming", "done"]


class Search:
    """Says which number of people to try next. `judge` tells it how that went."""

    def __init__(self, *, first: int, most: int, factor: float = 1.5, precision: float = 0.1) -> None:
        if not 0 < first <= most or factor <= 1 or not 0 < precision < 1:
            raise ValueError(
                "a search needs 0 < first ≤ most, a factor above 1 and a precision between 0 and 1"
            )
        self._most, self._factor, self._precision = most, factor, precision
        self._good, self._broken = 0, most + 1
        self.level = first
        self.stage: Stage = "raising"
        self.carried = 0
        """The number that was confirmed, once `stage` is `done`; 0 where not even the smallest was carried."""

    @property
    def at_most(self) -> bool:
        """Whether the search ended at the largest number it may try, so that more may be possible."""
        return self.stage == "done" and self.carried == self._most

    def judge(self, good: bool) -> None:
        """The limits held, or did not, with `level` people."""
        if self.stage == "confirming":
            self._confirmed() if good else self._back_off()
            return
        if good:
            self._good = max(self._good, self.level)
        else:
            self._broken = min(self._broken, self.level)
        self._next()

    def _next(self) -> None:
        if self._broken > self._most and self._good < self._most:
            self.stage, self.level = (
                "raising",
                min(self._most, max(self._good + 1, int(self._good * self._factor))),
            )
        elif (
            self._broken - self._good > max(1, self._precision * self._broken) and self._broken <= self._most
        ):
            self.stage, self.level = "narrowing", (self._good + self._broken) // 2
        elif self._good:
            self.stage, self.level = "confirming", self._good
        else:
            self.stage = "done"

    def _confirmed(self) -> None:
        self.stage, self.carried = "done", self.level

    def _back_off(self) -> None:
        self.level = int(self.level * (1 - self._precision))
        if self.level < 1:
            self.stage = "done"
