"""Every fault, several times: makes the table in docs/reliability.md. Interrupted, it goes on where it was.

make faults TIMES=10
"""

import argparse
import sys
import time
from pathlib import Path

from .catalogue import FAULTS
from .installation import Installation, compiler
from .results import Results, bad
from .trial import READERS, WRITERS, people, run

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Run what is missing; exit code 1 where a promise did not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--only", default="", help="faults whose name holds this")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin nothing new after so long")
    parser.add_argument("--state", type=Path, default=ROOT / ".flack" / "faults.jsonl")
    parser.add_argument("--fresh", action="store_true", help="forget what is known and begin anew")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "reliability.md")
    options = parser.parse_args()
    if options.fresh:
        options.state.unlink(missing_ok=True)
    results = Results(options.state)
    faults = [
        fault for fault in FAULTS if options.only in fault.name and (compiler() or not fault.needs_compiler)
    ]
    missing = [
        fault for turn in range(options.times) for fault in faults if len(results.of(fault.name)) <= turn
    ]
    end = time.monotonic() + options.minutes * 60
    if missing:
        with Installation() as site:
            accounts = people(site.url, WRITERS + READERS)
            for number, fault in enumerate(missing, start=1):
                if time.monotonic() > end:
                    break
                began = time.monotonic()
                verdict = run(site, fault, accounts)
                results.add(fault.name, verdict)
                took = time.monotonic() - began
                outcome = "good" if verdict.good else verdict
                print(f"{number}/{len(missing)} {fault.name}: {outcome} in {took:.0f} s", flush=True)
                results.write_into(options.out)
    results.write_into(options.out)
    print(results.page())
    return 1 if any(bad(results.of(fault.name)) for fault in faults) else 0


if __name__ == "__main__":
    sys.exit(main())
