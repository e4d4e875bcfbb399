"""Virtual people against an installation. `make load` runs this; docs/load-testing.md tells how.

python -m tests.load --url http://127.0.0.1:8000 --users 200
"""

import argparse
import asyncio
import signal
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from .accounts import Accounts, Unusable
from .actions import ACTIONS
from .crowd import Crowd
from .display import Display
from .figures import Figures
from .follower import Tally
from .http import Failed, Http
from .installation import NoCluster, find
from .options import REPORTS, BadOption, read_options, writable
from .profile import BadProfile, Profile, read_profile
from .report import write
from .run import Run, Stopped, raise_file_limit, seed
from .search import Search
from .world import World


def main() -> int:
    """Exit status 0 where every limit held and nothing was lost, 1 where not, 2 where there was no run."""
    try:
        options = read_options()
        profile = read_profile(options.profile, frozenset(ACTIONS))
        writable(options.data, "--data")
        if not options.prepare:  # now, not when people have come and gone
            writable(options.out or REPORTS, "OUT")
        return asyncio.run(_load(options, profile))
    except (BadOption, BadProfile, NoCluster, Unusable) as error:
        print(error, file=sys.stderr)
        return 2


async def _load(options: argparse.Namespace, profile: Profile) -> int:
    display, figures = Display(), Figures()
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    raise_file_limit(options.users * 2 + 1000)
    http = Http(options.url, figures, host=options.host)
    try:
        await _answers(http)
        accounts = Accounts(_file(options), http)
        accounts.read()
        installation = None if options.prepare else find(options.url, options.namespace)
        first = options.users if not options.feedback else min(options.users, options.first)
        if not await _prepared(accounts, first, profile, display, stopping):
            return 2
        if options.prepare:
            return 0
        display.say(
            f"CPU is that of: {installation.description}" if installation else "CPU is not known here."
        )
        options.seed = seed() if options.seed is None else options.seed
        display.say(f"Seed {options.seed}. Ctrl-C ends the run, with its report.")
        world = World(
            http, profile, accounts, figures, Tally(), f"load-{options.seed}-{time.time():.0f}",
            options.seed, options.pace,
        )  # fmt: skip
        run = Run(world, Crowd(world, options.ramp), display, installation, stopping)
        await _drive(run, options)
        accounts.write()
        return _told(run, options, display)
    finally:
        await http.close()


async def _answers(http: Http) -> None:
    """Raises Unusable where there is no Flack at the address."""
    try:
        found = await http.ask("installation", "GET", "/api/v2/installation", counted=False)
    except Failed as failed:
        reason = "nothing answers there" if not failed.status else f"it answers {failed.status}"
        raise Unusable(f"No Flack at {http.url}: {reason}.") from None
    if not isinstance(found, dict) or "signup" not in found:
        raise Unusable(f"No Flack at {http.url}: something else answers there.")


def _file(options: argparse.Namespace) -> Path:
    parts = urlsplit(options.url)
    name = f"{options.host or parts.hostname}-{parts.port or parts.scheme}"
    return Path(options.data) / f"accounts-{name}.json"


async def _prepared(
    accounts: Accounts, count: int, profile: Profile, display: Display, stopping: asyncio.Event
) -> bool:
    """Have the accounts; False where somebody pressed Ctrl-C meanwhile."""
    began: dict[str, float] = {}

    def progress(what: str, done: int, wanted: int) -> None:
        since = began.setdefault(what, time.monotonic())
        display.progress(what, done, wanted, done / max(0.1, time.monotonic() - since))

    work = asyncio.create_task(accounts.ensure(count, profile, progress))
    stop = asyncio.create_task(stopping.wait())
    await asyncio.wait({work, stop}, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if not work.done():
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        display.say(f"Stopped. {len(accounts.people):,} accounts are kept in {accounts.path}.")
        return False
    work.result()
    return True


async def _drive(run: Run, options: argparse.Namespace) -> None:
    async with run:
        try:
            if options.feedback:
                search = Search(first=min(options.first, options.users), most=options.users)

                async def prepare(users: int) -> None:
                    profile, accounts = run.world.profile, run.world.accounts
                    await _prepared(accounts, users, profile, run.display, run.stopping)

                await run.feedback(search, options.seconds, prepare)
            else:
                await run.steady(options.users, options.seconds)
        except Stopped:
            run.display.say("Stopping.")
        except Unusable as error:  # more accounts could not be made: what was measured before is reported
            if not run.steps:
                raise
            run.display.say(f"Stopping. {error}")
        await run.reckon()


def _told(run: Run, options: argparse.Namespace, display: Display) -> int:
    title = "How many it carries" if options.feedback else f"{options.users:,} users"
    result = run.result(title, options.profile.name)
    if not result.measured:
        display.say("Stopped before anything was measured: no report.")
        return 2
    out = options.out or REPORTS / time.strftime("%Y-%m-%d-%H%M%S")
    write(result, out)
    for held, worst in zip(result.held, result.worst, strict=True):
        display.say(
            f"  {'held  ' if held.good and worst.good else 'BROKEN'}  {held}; worst minute {worst.said}"
        )
    display.say(
        f"  {'held  ' if not result.lost else 'BROKEN'}  lost {result.lost:,} of {result.posted:,} messages sent"
    )
    if result.while_they_came:
        display.say(f"  not judged  {result.while_they_came}")
    if result.cut_short:
        display.say(f"  {result.cut_short}")
    if result.carried:
        display.say(f"{result.carried}.")
    display.say(f"Report: {out}/report.md")
    return result.status


if __name__ == "__main__":
    sys.exit(main())
