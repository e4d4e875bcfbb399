"""Autoscaling under load: requests raise api, connections raise realtime, a queue raises worker, and all shrink again.

python -m tests.load.scaling installs the chart with `values.yaml` into a namespace of its own on the cluster that
KUBECONFIG names, drives it through the ingress, and removes it. `make load-scaling` runs it.
"""

import argparse
import asyncio
import signal
import sys
import time
from pathlib import Path

from .accounts import Accounts, Unusable
from .actions import ACTIONS
from .crowd import Crowd
from .display import Display
from .exports import Exports
from .figures import Figures
from .follower import Tally
from .http import Failed, Http
from .installation import ClusterPods
from .profile import DEFAULT, read_profile
from .release import release
from .replicas import Replicas, ingress_address
from .run import Run, Stopped, raise_file_limit, seed
from .scaling_report import Scaling, write
from .world import World

FEW, MANY = 12, 172
"""People at rest, and at work: 172 at 60 connections a pod are three pods."""
PACE = 18
_RISE_SECONDS, _HOLD_SECONDS, _FALL_SECONDS = 240, 40, 360


def main() -> int:
    """Exit status 0 where everything was as it should be."""
    parser = argparse.ArgumentParser(prog="make load-scaling", description=__doc__)
    parser.add_argument("--namespace", default="flack-load")
    parser.add_argument("--url", help="the ingress's address (found by default)")
    parser.add_argument("--tag", default="", help="tag of the images (the chart's own)")
    parser.add_argument("--keep", action="store_true", help="leave the release where it is")
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks"))
    options = parser.parse_args()
    host = f"{options.namespace}.example.org"
    try:
        with release(options.namespace, host, options.tag, keep=options.keep):
            return asyncio.run(_run(options, host))
    except Unusable as error:
        print(error, file=sys.stderr)
        return 2


async def _run(options: argparse.Namespace, host: str) -> int:
    display, figures, number = Display(), Figures(), seed()
    raise_file_limit(4096)
    replicas = Replicas(options.namespace)
    http = Http(options.url or ingress_address(), figures, host=host)
    accounts = Accounts(Path(f".flack/load/{options.namespace}-{number}.json"), http)
    profile = read_profile(DEFAULT, frozenset(ACTIONS))
    try:
        await _reachable(http)
        await accounts.ensure(MANY, profile, lambda *done: display.progress(*done, per_second=0))
        run_name = f"load-{number}-{time.time():.0f}"
        world = World(http, profile, accounts, figures, Tally(), run_name, number, PACE)
        run = Run(world, Crowd(world, 4), display, ClusterPods(options.namespace))
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, run.stopping.set)
        scaling = Scaling(run, replicas, Exports(world))
        await scaling.exports.prepare()
        async with run:
            await _drive(scaling)
        good = write(scaling, options.out)
        for line in scaling.verdict():
            display.say(f"  {line}")
        return 0 if good else 1
    finally:
        accounts.path.unlink(missing_ok=True)
        await http.close()


async def _reachable(http: Http) -> None:
    """The ingress takes a moment to know a new host. Raises Unusable."""
    for _ in range(120):
        try:
            await http.ask("installation", "GET", "/api/v2/installation", counted=False)
        except Failed as failed:
            last = failed
            await asyncio.sleep(0.5)
        else:
            return
    raise Unusable(f"No Flack at {http.url} under {http.host}: {last}")


async def _drive(scaling: Scaling) -> None:
    run = scaling.run
    async with asyncio.TaskGroup() as group:  # an error of either ends the run
        beside = [group.create_task(work()) for work in (scaling.look_forever, scaling.exports.keep)]
        try:
            await _rise_and_fall(scaling)
        except Stopped:
            run.display.say("Stopping.")
        finally:
            for task in beside:
                task.cancel()
    run.measured = run.world.figures.spans[scaling.first :]
    await run.reckon()
    await scaling.exports.check()


async def _rise_and_fall(scaling: Scaling) -> None:
    """Raises Stopped."""
    crowd = scaling.run.crowd
    crowd.wanted = FEW
    await scaling.until("at rest", lambda: scaling.all_back, _FALL_SECONDS)
    scaling.begin()
    await scaling.hold("at rest", 20)
    crowd.wanted, scaling.queue_wanted = MANY, True
    await scaling.until("load rises", lambda: scaling.all_up, _RISE_SECONDS)
    await scaling.hold("full load", _HOLD_SECONDS)
    crowd.wanted, scaling.queue_wanted = FEW, False
    await scaling.until("load falls", lambda: scaling.all_back, _FALL_SECONDS)
    await scaling.hold("at rest again", 20)


if __name__ == "__main__":
    sys.exit(main())
