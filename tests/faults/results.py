"""What came of each fault each time, kept in a file as it comes so that a run may be interrupted; and its table."""

import json
import statistics
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from .catalogue import FAULTS
from .checker import Verdict

BEGIN, END = "<!-- made by make faults -->", "<!-- end of what make faults made -->"
HEAD = """\
| fault | times | acknowledged | lost | duplicated | out of order | until whole: median, worst | failed requests |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""
BOUNDS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)


class Results:
    """Verdicts by fault, one JSON line each in `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.verdicts: dict[str, list[Verdict]] = {}
        for line in path.read_text().splitlines() if path.exists() else ():
            found = json.loads(line)
            self.verdicts.setdefault(found.pop("fault"), []).append(Verdict(**found))

    def of(self, name: str) -> list[Verdict]:
        """What is known of a fault."""
        return self.verdicts.setdefault(name, [])

    def add(self, name: str, verdict: Verdict) -> None:
        """Keep one more."""
        self.of(name).append(verdict)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a") as file:
            file.write(json.dumps({"fault": name, **asdict(verdict)}) + "\n")

    def page(self) -> str:
        """The table, and how long gaps were not noticed."""
        rows = [_row(fault.name, found) for fault in FAULTS if (found := self.of(fault.name))]
        gaps = sorted(
            s for found in self.verdicts.values() for verdict in found for s in verdict.seconds_to_learn
        )
        return f"{HEAD}{''.join(rows)}\n{_distribution(gaps)}"

    def write_into(self, document: Path) -> None:
        """Put the table between its marks in a document."""
        before, _, rest = document.read_text().partition(BEGIN)
        _, _, after = rest.partition(END)
        document.write_text(f"{before}{BEGIN}\n{self.page()}{END}{after}")


def _row(name: str, verdicts: list[Verdict]) -> str:
    """A line of the table. A reader that never became whole counts as lost."""
    whole = [seconds for verdict in verdicts for seconds in verdict.seconds_until_whole]
    counts = (
        sum(verdict.acknowledged for verdict in verdicts),
        sum(len(verdict.lost) + len(verdict.not_whole) for verdict in verdicts),
        sum(len(verdict.duplicated) for verdict in verdicts),
        sum(len(verdict.out_of_order) for verdict in verdicts),
    )
    until = f"{statistics.median(whole):.1f} s, {max(whole):.1f} s" if whole else "–"
    failed = sum(verdict.failed_requests for verdict in verdicts)
    return f"| {name} | {len(verdicts)} | {' | '.join(f'{n:,}' for n in counts)} | {until} | {failed:,} |\n"


def _distribution(gaps: list[float]) -> str:
    """How long it took to learn of each gap."""
    if not gaps:
        return "No reader had a gap.\n"
    shares = [f"{sum(seconds <= bound for seconds in gaps) / len(gaps):.1%}" for bound in BOUNDS]
    return (
        f"Time to learn of a gap, over all {len(gaps):,} gaps of all readers: median {statistics.median(gaps):.2f} s, "
        f"95 % {_at(gaps, 0.95):.2f} s, 99 % {_at(gaps, 0.99):.2f} s, longest {gaps[-1]:.2f} s.\n\n"
        f"| learnt within | {' | '.join(f'{bound:g} s' for bound in BOUNDS)} |\n"
        f"| --- |{' --- |' * len(BOUNDS)}\n| share of gaps | {' | '.join(shares)} |\n"
    )


def _at(ascending: list[float], share: float) -> float:
    return ascending[min(len(ascending) - 1, int(len(ascending) * share))]


def bad(verdicts: Iterable[Verdict]) -> int:
    """How many did not hold what is promised."""
    return sum(not verdict.good for verdict in verdicts)
