"""What `make load` counts: histograms, spans, limits."""

import random

import pytest

from . import figures, limits


def test_quantiles_are_within_one_percent_of_the_sorted_times() -> None:
    dice = random.Random(7)
    times = sorted(dice.lognormvariate(-4, 1) for _ in range(5000))
    histogram = figures.Histogram()
    for seconds in times:
        histogram.add(seconds)

    for share in (0.01, 0.5, 0.95, 0.99):
        assert histogram.quantile(share) == pytest.approx(times[int(share * 5000) - 1], rel=0.011)
    assert histogram.most == times[-1]
    assert histogram.mean == pytest.approx(sum(times) / 5000)


def test_an_empty_histogram_says_nothing() -> None:
    assert (figures.Histogram().mean, figures.Histogram().quantile(0.99)) == (0, 0)


def test_spans_together_add_counts_and_average_gauges_by_their_length() -> None:
    counted = figures.Figures()
    counted.request("read", 0.010)
    counted.request("read", 0.030, "503")
    counted.delivery(0.005)
    counted.close(1.0, users=10, busy={"api": 0.5}, lag=0.2)
    counted.request("post", 0.020, "timeout")
    counted.request("post", 0.020, "404")
    counted.delivery(None)
    counted.close(3.0, users=20, busy={"api": 0.1, "web": 0.4})

    whole = figures.together(counted.spans)

    assert (whole.seconds, whole.users, whole.requests.count, whole.deliveries) == (4.0, 20, 4, 2)
    assert whole.requests.mean == pytest.approx(0.020)
    assert (whole.unavailable, whole.refused) == (2, 1)
    assert whole.busy == pytest.approx({"api": 0.2, "web": 0.3})
    assert whole.latency.count == 1
    assert whole.lag == 0.2
    assert counted.operations["read"].failures == {"503": 1}


LIMITS = limits.Limits(mean_ms=100, p99_ms=2000, unavailable_percent=0.025, cpu_percent=85)


def span(times: list[float], failed: int = 0) -> figures.Span:
    counted = figures.Figures()
    for number, seconds in enumerate(times):
        counted.request("read", seconds, "502" if number < failed else None)
    return counted.close(60.0)


def test_every_limit_holds_for_a_quick_installation() -> None:
    assert all(one.good for one in limits.judge(span([0.02] * 1000), LIMITS, 0.4, 0.97))


@pytest.mark.parametrize(
    ("times", "failed", "cpu", "connected", "broken"),
    [
        ([0.15] * 100, 0, 0.1, 1.0, "mean request time"),
        ([0.01] * 95 + [2.5] * 2, 0, 0.1, 1.0, "p99 request time"),
        ([0.01] * 1000, 1, 0.1, 1.0, "requests met by 5xx or nothing"),
        ([0.01] * 1000, 0, 0.9, 1.0, "CPU"),
        ([0.01] * 1000, 0, 0.1, 0.96, "connected, of those wanted"),
    ],
)
def test_each_limit_can_break_alone(
    times: list[float], failed: int, cpu: float, connected: float, broken: str
) -> None:
    judged = limits.judge(span(times, failed), LIMITS, cpu, connected)

    assert [one.what for one in judged if not one.good] == [broken]


def test_cpu_that_cannot_be_read_breaks_nothing_and_is_said() -> None:
    (cpu,) = [one for one in limits.judge(span([0.01]), LIMITS, None, 1.0) if one.what == "CPU"]

    assert cpu.good
    assert "not known" in str(cpu)


def test_who_should_be_connected_is_counted_over_the_whole_time() -> None:
    counted = figures.Figures()
    counted.close(1.0, connected=100, wanted=100)
    counted.close(3.0, connected=20, wanted=100)

    assert figures.connected_share(counted.spans) == pytest.approx(0.4)
    assert figures.connected_share([]) is None


def test_a_limit_from_below_says_so_and_is_worst_where_least_is_found() -> None:
    few, all_of = (limits.judge(span([0.01]), LIMITS, 0.1, share)[-1] for share in (0.9, 1.0))

    assert "90 % (limit at least 97 %)" in str(few)
    assert max([all_of, few], key=lambda one: one.badness) is few
