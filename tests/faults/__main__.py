"""Every fault, several times: makes docs/reliability-table.md, which docs/reliability.md shows.

python -m tests.faults --times 10
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

from flack_local.stack import Stack

from .checker import Verdict
from .faults import FAULTS
from .trial import READERS, WRITERS, people, run

HEAD = """\
| fault | times | acknowledged | lost | duplicated | out of order | until whole: median, worst | failed requests |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""


def row(name: str, verdicts: list[Verdict]) -> str:
    """A line of the table. A reader that never became whole counts as lost."""
    whole = [seconds for verdict in verdicts for seconds in (*verdict.gaps, *verdict.seconds_until_whole)]
    counts = (
        sum(verdict.acknowledged for verdict in verdicts),
        sum(len(verdict.lost) + len(verdict.not_whole) for verdict in verdicts),
        sum(len(verdict.duplicated) for verdict in verdicts),
        sum(len(verdict.out_of_order) for verdict in verdicts),
    )
    until = f"{statistics.median(whole):.1f} s, {max(whole):.1f} s" if whole else "–"
    failed = sum(verdict.failed_requests for verdict in verdicts)
    return f"| {name} | {len(verdicts)} | {' | '.join(f'{n:,}' for n in counts)} | {until} | {failed:,} |\n"


def main() -> int:
    """Run all; exit code 1 where a promise did not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--only", default="", help="faults whose name holds this")
    parser.add_argument("--out", type=Path, default=Path("docs/reliability-table.md"))
    options = parser.parse_args()
    settings = {"RATE_LIMITS_ENABLED": "false", "DRAIN_SECONDS": "2", "GRACEFUL_TIMEOUT": "5"}
    table, bad = HEAD, 0
    with Stack(settings=settings, replicas={"api": 2, "realtime": 2}) as stack:
        accounts = people(stack.url, WRITERS + READERS)
        for fault in (fault for fault in FAULTS if options.only in fault.name):
            verdicts = []
            for number in range(options.times):
                began = time.monotonic()
                verdicts.append(run(stack, fault, accounts))
                bad += not verdicts[-1].good
                outcome = "good" if verdicts[-1].good else verdicts[-1]
                print(
                    f"{fault.name} {number + 1}/{options.times}: {outcome} in {time.monotonic() - began:.0f} s",
                    flush=True,
                )
            table += row(fault.name, verdicts)
            options.out.write_text(table)
    print(table)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
