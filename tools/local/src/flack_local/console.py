"""What the person in front of the terminal reads."""

import sys
import time
from collections.abc import Sequence


class Console:
    """Prints progress with the seconds since the start. `quiet` for tests."""

    def __init__(self, quiet: bool = False) -> None:
        self._quiet = quiet
        self._start = time.monotonic()

    def step(self, text: str) -> None:
        """Something was done or begins."""
        self._print(f"{time.monotonic() - self._start:6.1f}s  {text}")

    def line(self, text: str = "") -> None:
        """A line as it stands."""
        self._print(text)

    def failure(self, title: str, log: Sequence[str]) -> None:
        """Something failed: what, and what it said last."""
        print(f"\n✗ {title}", file=sys.stderr)
        for line in log:
            print(f"    {line}", file=sys.stderr)
        sys.stderr.flush()

    def _print(self, text: str) -> None:
        if not self._quiet:
            print(text, flush=True)
