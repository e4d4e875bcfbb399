"""What is made of a run's spans: judged, and told."""

import asyncio
import io
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from .accounts import Accounts
from .actions import ACTIONS
from .crowd import Crowd
from .display import Display
from .figures import Figures, Span
from .follower import Tally
from .http import Http
from .markdown import markdown
from .profile import DEFAULT, read_profile
from .result import Result
from .run import Run, Stopped, sentence, step
from .search import Search
from .world import World


def seconds(number: int, *, users: int = 100, connected: int = 100, failure: str | None = None) -> list[Span]:
    """So many seconds in which each user asks once; the first request of each second fails where that is said."""
    counted = Figures()
    for _ in range(number):
        for user in range(users):
            counted.request("read messages", 0.01, None if user else failure)
        counted.close(1.0, users=users, connected=connected, wanted=users)
    return counted.spans


def ended(folder: Path, measured: Sequence[Span], coming: Sequence[Span] = ()) -> Result:
    """A run in which this was measured, after people had come."""

    async def make() -> Result:
        figures, profile = Figures(), read_profile(DEFAULT, frozenset(ACTIONS))
        http = Http("http://chat.example.org", figures)
        accounts = Accounts(folder / "accounts.json", http)
        world = World(http, profile, accounts, figures, Tally(), "load-1", 1)
        run = Run(world, Crowd(world, 25), Display(), None, measured=list(measured), coming=list(coming))
        await http.close()
        return run.result("100 users", "profile.toml")

    return asyncio.run(make())


@dataclass(frozen=True)
class Ctrl:
    """Somebody presses Ctrl-C after this was measured."""

    measured: Sequence[Span]


class Scripted(Run):
    """A run in which each step measures what the script says next."""

    script: Iterator[Sequence[Span] | Ctrl]

    async def _gather(self, users: int) -> None:
        """They are there."""

    async def wait(self, seconds: float) -> None:
        """Time passes in no time."""
        next_ = next(self.script)
        if isinstance(next_, Ctrl):
            self.world.figures.spans += next_.measured
            raise Stopped
        self.world.figures.spans += next_


def searched(
    folder: Path, search: Search, *script: Sequence[Span] | Ctrl, out: io.StringIO | None = None
) -> Result:
    """A run of the feedback mode whose steps measure this, one after another."""

    async def make() -> Result:
        figures, profile = Figures(), read_profile(DEFAULT, frozenset(ACTIONS))
        http = Http("http://chat.example.org", figures)
        accounts = Accounts(folder / "accounts.json", http)
        world = World(http, profile, accounts, figures, Tally(), "load-1", 1)
        run = Scripted(world, Crowd(world, 25), Display(out), None)
        run.script = iter(script)

        async def prepare(users: int) -> None:
            """They have accounts."""

        with suppress(Stopped):
            await run.feedback(search, 40, prepare)
        await http.close()
        return run.result("How many it carries", "profile.toml")

    return asyncio.run(make())


def broken(result: Result) -> list[str]:
    return [one.what for one in result.held if not one.good]


def test_a_run_in_which_all_were_there_is_good(tmp_path: Path) -> None:
    assert ended(tmp_path, seconds(70)).good


def test_a_run_in_which_many_had_no_connection_is_not_good_and_says_so(tmp_path: Path) -> None:
    result = ended(tmp_path, seconds(70, connected=90))

    assert not result.good
    assert broken(result) == ["connected, of those wanted"]
    assert "| connected, of those wanted | 90 % | 90 % | at least 97 % | BROKEN |" in markdown(
        result, "x.svg"
    )


def test_a_minute_without_connections_breaks_a_long_run(tmp_path: Path) -> None:
    result = ended(tmp_path, seconds(60, connected=90) + seconds(600))

    assert broken(result) == []
    assert not result.good


def test_a_step_of_the_feedback_mode_is_judged_by_who_was_connected(tmp_path: Path) -> None:
    spans = seconds(40, connected=60)
    result = ended(tmp_path, spans)

    tried = step(100, "raising", spans, result.held, result.worst)

    assert (tried["good"], tried["connected_percent"]) == (False, 60)
    assert tried["broken"] == ["connected, of those wanted"]


def test_a_number_is_confirmed_only_where_its_worst_minute_was_good(tmp_path: Path) -> None:
    said, uneven = io.StringIO(), seconds(60, connected=96) + seconds(20)
    assert broken(ended(tmp_path, uneven)) == []

    result = searched(tmp_path, Search(first=200, most=200), seconds(40), uneven, seconds(80), out=said)

    assert [(tried["users"], tried["good"]) for tried in result.steps] == [
        (200, True),
        (200, False),
        (180, True),
    ]
    assert (result.carries, result.good) == (180, True)
    assert result.steps[1]["broken"] == ["connected, of those wanted (worst minute 96 %)"]
    assert "connected, of those wanted 96 % (limit at least 97 %) in the worst minute" in said.getvalue()


def test_a_run_in_which_nobody_asked_for_anything_is_not_good(tmp_path: Path) -> None:
    nothing = [Span(seconds=1.0, users=3, connected=3, wanted=3) for _ in range(70)]

    for measured in (nothing, []):
        result = ended(tmp_path, measured)
        assert not result.good
        assert broken(result) == ["requests measured"]
    assert "| requests measured | 0 | 0 | at least 1 | BROKEN |" in markdown(result, "x.svg")


def test_a_quiet_minute_of_a_few_people_breaks_nothing(tmp_path: Path) -> None:
    quiet = [Span(seconds=1.0, users=3, connected=3, wanted=3) for _ in range(70)]

    assert ended(tmp_path, [*quiet, *seconds(1, users=3, connected=3)]).good


def test_the_last_second_is_in_a_worst_minute_too(tmp_path: Path) -> None:
    result = ended(tmp_path, seconds(603) + seconds(1, failure="503"))

    (failed,) = [one for one in result.worst if one.what == "requests met by 5xx or nothing"]
    assert failed.found == 100 / 6000


def test_requests_that_failed_while_people_came_are_in_the_verdict_and_break_nothing(tmp_path: Path) -> None:
    result = ended(tmp_path, seconds(70), coming=seconds(83, failure="503") + seconds(2, failure="timeout"))

    assert result.good
    assert "and nothing was lost; while they came: 83 × 503, 2 × timeout.\n" in markdown(result, "x.svg")


def test_refusals_that_are_the_client_s_fault_are_no_part_of_the_verdict(tmp_path: Path) -> None:
    result = ended(tmp_path, seconds(70), coming=seconds(5, failure="401"))

    assert result.while_they_came == ""
    assert "and nothing was lost.\n" in markdown(result, "x.svg")


def test_messages_are_counted_beside_requests(tmp_path: Path) -> None:
    counted = Figures()
    for second in range(60):
        counted.request("post a message", 0.01)
        if second % 2:
            counted.posted()
        counted.close(1.0, users=1, connected=1, wanted=1)

    text = markdown(ended(tmp_path, counted.spans), "x.svg")

    assert "| requests a second | 1.0 |\n| messages posted a second | 0.50 |" in text


def test_the_exit_status_of_the_feedback_mode_is_that_of_what_it_found(tmp_path: Path) -> None:
    result = replace(ended(tmp_path, seconds(70, failure="503")), steps=[{"users": 200}])
    assert (result.good, result.status) == (False, 1)

    assert replace(result, carries=200).status == 0
    assert replace(result, carries=200, unseen=1).status == 1
    assert replace(result, held=[], worst=[]).good
    assert replace(result, held=[], worst=[]).status == 1


def test_ctrl_c_in_the_first_step_reports_what_was_measured(tmp_path: Path) -> None:
    result = searched(tmp_path, Search(first=200, most=1000), Ctrl(seconds(35)))

    assert (len(result.measured), result.status) == (35, 1)
    text = markdown(result, "x.svg")
    assert "\nStopped before a number was confirmed; no step had ended.\n" in text
    assert "| 200 | raising, stopped |" in text


def test_ctrl_c_before_anything_was_measured_leaves_nothing_to_report(tmp_path: Path) -> None:
    result = searched(tmp_path, Search(first=200, most=1000), Ctrl([]))

    assert (result.measured, result.steps) == ([], [])


def test_ctrl_c_after_a_step_that_broke_reports_that_step(tmp_path: Path) -> None:
    result = searched(tmp_path, Search(first=200, most=1000), seconds(40, failure="503"), Ctrl(seconds(35)))

    assert (len(result.measured), result.status) == (40, 1)
    assert result.carried == "Stopped before a number was confirmed; none held"
    assert [(tried["good"], tried["whole"]) for tried in result.steps] == [(False, True), (True, False)]


def test_ctrl_c_after_a_step_that_held_names_it_and_confirms_nothing(tmp_path: Path) -> None:
    result = searched(tmp_path, Search(first=200, most=1000), seconds(40), Ctrl(seconds(5)))

    assert (len(result.measured), result.carries, result.status) == (40, 0, 1)
    assert result.carried == "Stopped before a number was confirmed; 200 held"


def test_what_held_once_and_broke_when_it_was_to_be_confirmed_has_not_held(tmp_path: Path) -> None:
    result = searched(
        tmp_path, Search(first=200, most=200), seconds(40), seconds(80, failure="503"), Ctrl(seconds(5))
    )

    assert result.carried == "Stopped before a number was confirmed; none held"


def test_a_search_that_found_nobody_is_told_by_the_least_that_was_tried() -> None:
    search = Search(first=2, most=2)
    search.judge(True)
    while search.stage != "done":
        search.judge(False)

    assert sentence(search, 1) == "The installation does not carry 1 users within the limits"
