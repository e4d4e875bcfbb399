"""A run's report for people."""

from .figures import Span, together
from .result import Result, machine, milliseconds


def markdown(result: Result, plot: str) -> str:
    """The report for people."""
    whole, here = together(result.measured), machine()
    verdict = "within every limit, and nothing was lost" if result.good else "NOT good, see below"
    found = result.carried or f"The installation was {verdict}"
    lines = [
        f"# {result.title}",
        "",
        "; ".join(filter(None, (found, result.cut_short, result.while_they_came))) + ".",
        "",
        f"{whole.users:,} users at `{result.url}` for {whole.seconds:.0f} s after all had come; "
        f"profile `{result.profile_file}`"
        + (f", {result.pace:g} times as quick" if result.pace != 1 else "")
        + f". Installation: {result.installation}. Generator: {here['cores']} cores, Linux {here['kernel']}, "
        f"Python {here['python']}; load average at the end {here['load_at_end']}.",
        "",
        f"![over time]({plot})",
        "",
        "| limit | found | worst minute | limit | |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for one, worst in zip(result.held, result.worst, strict=True):
        lines.append(
            f"| {one.what} | {one.said} | {worst.said} | {one.bound} "
            f"| {'held' if one.good and worst.good else 'BROKEN'} |"
        )
    lines += _steps(result)
    lines += _load(whole)
    lines += _order(result)
    lines += _cost(result, whole)
    lines += ["", "## Requests, over the whole run", "", "| | number | mean ms | p50 | p99 | most | failed |"]
    lines += ["| --- | ---: | ---: | ---: | ---: | ---: | --- |"]
    for name, one in sorted(result.figures.operations.items(), key=lambda item: -item[1].times.count):
        ms = milliseconds(one.times)
        failed = ", ".join(f"{count} × {what}" for what, count in one.failures.items()) or "0"
        lines.append(
            f"| {name} | {one.times.count:,} | {ms['mean']:.1f} | {ms['p50']:.1f} | {ms['p99']:.1f} "
            f"| {ms['most']:.0f} | {failed} |"
        )
    for problem, count in result.figures.problems.most_common(20):
        lines.append(f"\n- {count} × {problem}")
    return "\n".join(lines) + "\n"


def _load(whole: Span) -> list[str]:
    seconds = max(whole.seconds, 1e-9)
    latency = milliseconds(whole.latency)
    return [
        "",
        "## Load",
        "",
        "| | |",
        "| --- | ---: |",
        f"| requests a second | {whole.requests.count / seconds:,.1f} |",
        f"| messages posted a second | {whole.posts / seconds:,.2f} |",
        f"| events delivered a second | {whole.deliveries / seconds:,.1f} |",
        f"| typing and presence delivered a second | {whole.signals / seconds:,.1f} |",
        f"| from sending a message to each connection: p50, p99, most | {latency['p50']:.1f} ms, "
        f"{latency['p99']:.1f} ms, {latency['most']:.0f} ms |",
        f"| the generator's own loop came late by at most | {whole.lag * 1000:.0f} ms |",
    ]


def _order(result: Result) -> list[str]:
    tally = result.tally
    closed = ", ".join(f"{count} × {why}" for why, count in result.closed.items()) or "none"
    return [
        "",
        "## Was anything lost?",
        "",
        "| over the whole run, of all users together | |",
        "| --- | ---: |",
        f"| messages acknowledged | {result.posted:,} |",
        f"| of these never seen by anybody | {result.unseen:,} |",
        f"| events pushed in order | {tally.in_order:,} |",
        f"| pushed early, order restored by the client | {tally.early:,} |",
        f"| pushed again, dropped by the client | {tally.repeats:,} |",
        f"| missed while connected, fetched by sync | {tally.missed:,} |",
        f"| happened while away, fetched by sync | {tally.caught_up:,} |",
        f"| streams that sync could not recover, fetched anew | {tally.refetched:,} |",
        f"| **lost** | **{result.lost:,}** |",
        "",
        f"Users lost their network on purpose {result.reconnects:,} times; connections closed by the server: {closed}; "
        f"told to come back later: {result.told_to_wait:,}.",
    ]


def _cost(result: Result, whole: Span) -> list[str]:
    if not whole.busy:
        return []
    lines = ["", "## CPU", "", "| | cores |", "| --- | ---: |"]
    lines += [f"| {name} | {cores:.3f} |" for name, cores in sorted(whole.busy.items())]
    lines += [
        f"| all together, of {result.cores:.0f} | {whole.cores:.3f} |",
        f"| the generator | {whole.generator:.3f} |",
        f"| the generator's machine, whoever used it | {whole.machine:.3f} |",
    ]
    by_service: dict[str, float] = {}
    for name, cores in whole.busy.items():
        service = name.split("-")[0]
        by_service[service] = by_service.get(service, 0.0) + cores
    requests = max(1, whole.requests.count) / max(whole.seconds, 1e-9)
    pushed = max(1, whole.deliveries + whole.signals) / max(whole.seconds, 1e-9)
    lines += [
        "",
        f"CPU of api for a request: {by_service.get('api', 0) / requests * 1000:.2f} ms; of realtime for a delivery, "
        f"with its share of everything else that realtime did: {by_service.get('realtime', 0) / pushed * 1e6:.0f} µs; "
        f"of all services and databases for a user: {whole.cores / max(1, whole.users) * 1000:.2f} ms a second.",
    ]
    return lines


_STEP = (
    "requests_per_second",
    "mean_ms",
    "p99_ms",
    "unavailable_percent",
    "cpu_percent",
    "connected_percent",
)


def _steps(result: Result) -> list[str]:
    if not result.steps:
        return []
    lines = ["", "## What was tried", ""]
    lines += ["| users | | requests/s | mean ms | p99 ms | failed % | CPU % | connected % | |"]
    lines += ["| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |"]
    for step in result.steps:
        numbers = " | ".join("–" if step[key] is None else f"{step[key]:.4g}" for key in _STEP)
        outcome = "held" if step["good"] else ", ".join(step["broken"])
        lines.append(f"| {step['users']:,} | {step['stage']} | {numbers} | {outcome} |")
    return lines
