"""What benchmarks conclude from what they measured."""

import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[1] / "bench"
sys.path += [str(BENCH), str(BENCH / "fanout")]

from figures import bars  # noqa: E402
from goals import Goal  # noqa: E402
from processes import TICKS, Usage, tree  # noqa: E402

CHEAPER = Goal("cost against stock", "part", "cost", 0.5, "stock")


def report(**costs: list[float]) -> dict[str, object]:
    """A report with one figure."""
    return {"part": {"results": {name: [{"cost": cost} for cost in found] for name, found in costs.items()}}}


def test_a_ratio_is_of_one_round_and_the_median_of_all_decides() -> None:
    row = CHEAPER.row(report(flack=[1.0, 2.0, 9.0], stock=[4.0, 5.0, 10.0]))
    assert row == "| cost against stock | ≤ 0.5× | 0.4× (0.25–0.9) | reached |"
    assert "**missed**" in (CHEAPER.row(report(flack=[3.0], stock=[4.0])) or "")


@pytest.mark.parametrize(("ours", "theirs"), [(-0.1, 4.0), (0.1, -4.0), (0.1, 0.0)])
def test_a_cost_below_nothing_reaches_no_goal(ours: float, theirs: float) -> None:
    row = CHEAPER.row(report(flack=[0.1, ours, 0.1], stock=[4.0, theirs, 4.0]))
    assert row == "| cost against stock | ≤ 0.5× | not measurable | **missed** |"


def test_a_figure_of_ours_alone_below_nothing_is_not_reached_either() -> None:
    goal = Goal("idle", "part", "cost", 2, unit=" %")
    assert goal.row(report(flack=[-1.0])) == "| idle | ≤ 2 % | not measurable | **missed** |"
    assert goal.row(report(flack=[1.5])) == "| idle | ≤ 2 % | 1.5 % | reached |"


def test_what_was_not_measured_has_no_row() -> None:
    assert CHEAPER.row({}) is None


def test_at_least_is_the_other_way_round() -> None:
    goal = Goal("deliveries", "part", "cost", 3, "stock", at_least=True)
    assert "| reached |" in (goal.row(report(flack=[31.0], stock=[10.0])) or "")
    assert "**missed**" in (goal.row(report(flack=[29.0], stock=[10.0])) or "")


def test_cpu_is_read_behind_a_name_with_spaces_and_brackets() -> None:
    stat = "7 (a) b (c) S 1 7 7 0 -1 4194304 9 0 0 0 250 50 0 0 20 0 3 0 99 123456 11 18446744073709551615"
    assert Usage.parse(stat).cpu == 300 / TICKS


def test_a_launcher_is_measured_with_what_it_launched() -> None:
    spin = "import time\nwhile time.process_time() < 0.3: pass\n"
    busy = spin + "print(1, flush=True); input()"
    launcher = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {busy!r}])"
    with subprocess.Popen(
        [sys.executable, "-c", launcher], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin and process.stdout
        process.stdout.readline()
        assert len(tree(process.pid)) == 2
        assert Usage.of(process.pid).cpu >= 0.2
        process.stdin.write(b"\n")
        process.stdin.flush()


def test_bars_are_as_long_as_the_median_and_show_the_range() -> None:
    picture = bars("a < b", {"flack": [1.0, 2.0, 4.0], "stock": [4.0]}, note="of three", form="{:.0f} ms")
    assert 'width="180.0"' in picture and "M280.0 74H550.0" in picture
    assert "a &lt; b" in picture and "2 ms" in picture
