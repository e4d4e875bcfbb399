"""Half load for a while, with every process looked at: writes docs/benchmarks/soak.{json,svg,md}.

make soak MINUTES=60
"""

import argparse
import os
import platform
import sys
import time
from pathlib import Path

from flack_local.stack import Stack

from ..checker import Verdict
from .crowd import Crowd
from .report import Soak, write
from .samples import Sample, cpu_seconds, metric, take

ROUND_SECONDS = 50.0
"""How long one channel is written to; with what comes before and after, a round takes about a minute."""
CALIBRATION_SECONDS, CALIBRATION_RATE = 20.0, 20.0


def main() -> int:
    """Run; exit code 1 where something was lost, or grew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks"))
    options = parser.parse_args()
    settings = {"RATE_LIMITS_ENABLED": "false"}
    with Stack(settings=settings, replicas={"api": 2, "realtime": 2}) as stack:
        soak = run(stack, options.minutes)
    print(write(soak, options.out))
    return 0 if soak.good else 1


def run(stack: Stack, minutes: float) -> Soak:
    """Find out what full load is, then round after round at half of it."""
    load_before = os.getloadavg()[0]
    crowd = Crowd(stack.url)
    full = _full_load(stack, crowd)
    print(f"full load: {full:.0f} messages a second", flush=True)
    samples: list[Sample] = []
    verdicts: list[Verdict] = []
    began = time.monotonic()
    while time.monotonic() - began < minutes * 60:
        during = lambda: samples.append(take(stack, began, at_rest=False))  # noqa: E731
        verdicts.append(crowd.round(ROUND_SECONDS, full / 2, during))
        _come_to_rest(stack)
        samples.append(take(stack, began, at_rest=True))
        good = "good" if verdicts[-1].good else str(verdicts[-1])[:2000]
        print(
            f"{(time.monotonic() - began) / 60:.1f} min: {good}, {verdicts[-1].acknowledged} messages",
            flush=True,
        )
    machine = {
        "cores": os.cpu_count(), "kernel": platform.release(), "python": platform.python_version(),
        "load_before": round(load_before, 1), "load_after": round(os.getloadavg()[0], 1), "niceness": os.nice(0),
    }  # fmt: skip
    return Soak(minutes, ROUND_SECONDS, full, samples, verdicts, machine)


def _full_load(stack: Stack, crowd: Crowd) -> float:
    """Messages a second that would keep every core busy, by what one costs: so that neighbours do not count."""
    crowd.round(CALIBRATION_SECONDS, CALIBRATION_RATE)  # compiles, connects, fills caches
    before = cpu_seconds(stack)
    verdict = crowd.round(CALIBRATION_SECONDS, CALIBRATION_RATE)
    return (os.cpu_count() or 1) * verdict.acknowledged / (cpu_seconds(stack) - before)


def _come_to_rest(stack: Stack, seconds: float = 20) -> None:
    """Wait until realtime has seen all sockets go, and a little for what is done afterwards."""
    deadline = time.monotonic() + seconds
    names = [name for name in stack.children if name.startswith("realtime")]
    while any(metric(stack, name, "flack_realtime_connections") for name in names):
        if time.monotonic() > deadline:
            return
        time.sleep(0.1)
    time.sleep(3)


if __name__ == "__main__":
    sys.exit(main())
