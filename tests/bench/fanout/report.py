"""The comparison as a page: goals first, then every figure with its spread, then plots."""

import statistics
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

from figures import bars
from goals import GOALS

NAMES = {
    "flack": "Flack",
    "stock": "Flask-SocketIO",
    "node": "Node socket.io",
    "floor": "bare C writer",
    "stock_other": "Flask-SocketIO, gevent-websocket",
    "node_other": "Node socket.io, sharded adapter",
}


class Figure(NamedTuple):
    """A figure of a scenario: its name, what it is called, how it is printed, the file of its plot if it has one."""

    key: str
    label: str
    form: str
    plot: str | None = None


FIGURES = {
    "fanout": [
        Figure("deliveries_per_cpu_second", "deliveries per CPU-second", "{:,.0f}", "deliveries"),
        Figure("microseconds_per_delivery", "CPU µs a delivery", "{:.1f}"),
        Figure("p50_ms", "p50 delivery, ms", "{:.2f}"),
        Figure("p99_ms", "p99 delivery, ms", "{:.2f}", "p99"),
        Figure("missing", "missing", "{:,.0f}"),
        Figure("client_cpu_percent", "clients' own CPU, % of a core", "{:.0f}"),
        Figure("light_p50_ms", "p50 with 5,000 a second, ms", "{:.2f}"),
        Figure("light_p99_ms", "p99 with 5,000 a second, ms", "{:.2f}"),
    ],
    "connects": [
        Figure("connect_cpu_ms", "CPU ms a connect", "{:.2f}", "connect"),
        Figure("client_connect_cpu_ms", "the client's own CPU ms a connect", "{:.3f}"),
    ],
    "connections": [
        Figure("rss_bytes_per_connection", "resident bytes a connection", "{:,.0f}", "memory"),
        Figure("elsewhere_cpu_us", "CPU µs of a message for nobody here", "{:.1f}"),
        Figure("disconnect_cpu_ms", "CPU ms a disconnect", "{:.3f}"),
        Figure("idle_cpu_percent", "% of a core, 9,000 idle with heartbeats", "{:.2f}"),
    ],
    "rooms": [
        Figure("of_10_us", "CPU µs a delivery, 10 in the room", "{:.1f}"),
        Figure("of_100_us", "100", "{:.1f}"),
        Figure("of_1000_us", "1,000", "{:.1f}"),
        Figure("of_10000_us", "10,000", "{:.1f}"),
        Figure("client_cpu_percent", "clients' own CPU, % of a core, at most", "{:.0f}"),
    ],
    "storm": [
        Figure("whole_seconds", "until all are whole, s", "{:.1f}"),
        Figure("not_whole", "not whole two minutes later", "{:,.0f}"),
        Figure("back_seconds", "until all are back, s", "{:.1f}"),
        Figure("knocks_per_client", "attempts to connect, a client", "{:.2f}"),
        Figure("closed_again", "connections closed or refused for good, and made anew", "{:,.0f}"),
        Figure("events_missed", "events missed, a client", "{:.1f}"),
        Figure("sync_p50_ms", "p50 of an answered sync request, ms", "{:,.0f}"),
        Figure("sync_p99_ms", "p99, ms", "{:,.0f}"),
        Figure("sync_max_ms", "slowest, ms", "{:,.0f}"),
        Figure("sync_told_to_wait", "sync requests answered 503 or 429, and made again", "{:,.0f}"),
        Figure("sync_failed", "sync requests that failed, and were made again", "{:,.0f}"),
        Figure("cpu_percent", "CPU of realtime meanwhile, % of a core", "{:.0f}"),
        Figure("api_cpu_percent", "CPU of api, % of a core", "{:.0f}"),
        Figure("postgres_cpu_percent", "CPU of PostgreSQL, % of a core", "{:.0f}"),
        Figure("stayed_p50_ms", "p50 delivery to the 1,000 who stayed, ms", "{:.1f}"),
        Figure("stayed_p99_ms", "p99, ms", "{:.1f}"),
        Figure("stayed_max_ms", "slowest, ms", "{:.1f}"),
        Figure("stayed_missing", "missing", "{:,.0f}"),
        Figure("stayed_closed", "connections closed", "{:,.0f}"),
        Figure("client_cpu_percent", "clients' own CPU, % of a core", "{:.0f}"),
    ],
}
ABOUT = {
    "fanout": "One room of {sockets:,} sockets, messages of 317 bytes, 20,000 deliveries a second offered, which takes "
    "most of a core of stock's, or more: its times are those of a queue. With 5,000 a second every server has time. "
    "Flask-SocketIO runs on simple-websocket, and in half of the rounds on gevent-websocket's worker, too; Node with "
    "its first Redis adapter, and in half of the rounds with the sharded one, which has a channel a room. All is by "
    "loopback, where the receiver's part of TCP is done, and counted, in the sender's `send`: on a network that part "
    "is smaller for every server, and what a server does itself counts for more.",
    "connects": "With 50 connections open, {sockets:,} more come, 400 a second. Flack's connect checks a token, asks "
    "api for the person's channels (a stub, whose cost is not in it) and joins their rooms; the others' is bare, with "
    "one room.",
    "connections": "40,000 messages to a room that nobody here is in, with 50 connections open; then 9,000 "
    "connections are opened; then 1,000 more come, and go at once. What that costs is counted for a "
    "minute, in which Flack also leaves the rooms that it hears for 30 s more, without what idling costs; then the "
    "9,000 idle for 30 s more, with heartbeats. Memory is that of 10,000.",
    "rooms": "Flack with {sockets:,} open connections; 20,000 deliveries a second to rooms of growing size among them. "
    "Messages to many are fewer, which saves what a message costs; but more sockets are more of the kernel's memory to "
    "walk through, which is what the C writer's figures tell.",
    "storm": "One realtime process with 1,000 connections, one api process, PostgreSQL whose commits wait for the "
    "disk, and the limits that all have by default. Everybody is in `general` and in seven channels of some 40 "
    "people, nearly all of which somebody who stayed is in, too. While {sockets:,} clients are gone, 20 messages come "
    "in `general` and two in each of the others; then the clients knock within a second, and two messages a second go "
    "on to everybody. Who is answered 503 comes back after `Retry-After`, who is closed after one to two seconds. A "
    "client is *back* once it was told `ready`, with the newest seq of each of its streams. It sees that it is behind, "
    "and asks api for its nine streams, on a connection of its own: `GET /api/v2/sync`. It is *whole* once it "
    "has read the answer, and no event up to `ready` is missing. Each message is in PostgreSQL first, put there and "
    "pushed by the benchmark, not by api, with the time of pushing in it. No ingress stands in front. Everything "
    "shares the two cores: realtime, api, PostgreSQL, Valkey, the clients and who posts. Of the time the token bucket, "
    "which lets 250 a second in after the first 400, takes 38 s.",
}
MEMORY = (
    "What Python itself counts (tracemalloc) as allocated for each of {sockets:,} more connections, by the package, or "
    "file of Flack's, whose line allocated it. The stacks of greenlets, C libraries' own memory and what the allocator "
    "has not given back are not in it; they are in the resident bytes above. Counting does not vary: one round."
)
MEMORY_ROWS = 8
TITLES = {
    "fanout": "Fan-out",
    "connects": "Connects",
    "connections": "Connections",
    "rooms": "Size of the room",
    "storm": "A lost pod",
}


def write_report(report: dict[str, Any], out: Path) -> str:
    """Write fanout.md and its plots into a folder; returns the Markdown."""
    for result in report.get("rooms", {}).get("results", {}).get("flack", []):
        result["growth"] = result["of_10000_us"] / result["of_10_us"]
        result["last_growth"] = result["of_10000_us"] / result["of_1000_us"]
    lines = [*_head(report), *filter(None, (goal.row(report) for goal in GOALS))]
    for part, figures in FIGURES.items():
        if part in report:
            lines += _part(part, figures, report[part], out)
        if part == "connections" and "memory" in report:
            lines += _memory(report["memory"])
    text = "\n".join(lines) + "\n"
    (out / "fanout.md").write_text(text)
    return text


def _memory(found: dict[str, Any]) -> list[str]:
    """What a connection's memory is made of, most first: both servers, each with its own parts."""
    lines = ["", "## What a connection's memory is made of", "", MEMORY.format(sockets=found["sockets"]), ""]
    columns = []
    for name, (result,) in found["results"].items():
        total, parts = result["python"], {part: size for part, size in result.items() if part != "python"}
        most = sorted(parts.items(), key=lambda entry: -entry[1])[:MEMORY_ROWS]
        rest = total - sum(size for _, size in most)
        columns.append((NAMES[name], [("**all**", total), *most, ("the rest", rest)]))
    lines.append("| " + " | ".join(f"{name} | bytes" for name, _ in columns) + " |")
    lines.append("| " + " | ".join("--- | ---:" for _ in columns) + " |")
    for row in zip_longest(*(rows for _, rows in columns), fillvalue=("", None)):
        cells = (f"{what} | {'' if size is None else f'{size:,.0f}'}" for what, size in row)
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _head(report: dict[str, Any]) -> list[str]:
    minutes = sum(report[part]["minutes"] for part in FIGURES if part in report)
    return [
        "# Fan-out, measured beside its peers",
        "",
        f"`make bench-fanout` makes this page ({minutes:.0f} minutes). Server, clients and Redis share one machine. "
        "Servers take turns, in another order each round. CPU is that of the server's process alone; with a lost pod "
        "that of api and PostgreSQL is told, too. The clients are one C program; the bare C writer is one `send` a "
        "socket and nothing else. Figures are medians (least–most); "
        "ratios are of servers in the same round.",
        "",
        "| what | goal | found | |",
        "| --- | ---: | ---: | --- |",
    ]


def _part(part: str, figures: list[Figure], found: dict[str, Any], out: Path) -> list[str]:
    names, results = list(found["results"]), found["results"]
    about = ABOUT[part].format(sockets=found["sockets"])
    rounds = f"{found['rounds']} round{'s' if found['rounds'] > 1 else ''}."
    lines = ["", f"## {TITLES[part]}", "", f"{about} {rounds}", "", _machine(found["machine"]), ""]
    lines += [f"| | {' | '.join(NAMES[name] for name in names)} |", "| --- |" + " ---: |" * len(names)]
    for figure in figures:
        values = {
            name: [result[figure.key] for result in results[name] if figure.key in result] for name in names
        }
        lines.append(f"| {figure.label} | {' | '.join(_cell(figure.form, values[name]) for name in names)} |")
        if figure.plot:
            picture = f"fanout-{figure.plot}.svg"
            note = f"{found['sockets']:,} sockets; median and range of {rounds[:-1]}"
            named = {NAMES[name]: found for name, found in values.items()}
            (out / picture).write_text(bars(figure.label, named, note=note, form=figure.form))
    pictures = [figure for figure in figures if figure.plot]
    return [
        *lines,
        *(line for figure in pictures for line in ("", f"![{figure.label}](fanout-{figure.plot}.svg)")),
    ]


def _machine(about: dict[str, Any]) -> str:
    return (
        f"{about['processor']}, {about['cores']} cores, Linux {about['kernel']}, Python {about['python']}, "
        f"Node {about['node']}; load average {about['load_before']:.1f} before the run (more than 1: others used it "
        "too)."
    )


def _cell(form: str, values: list[float]) -> str:
    if not values:
        return ""
    if statistics.median(values) < 0:  # a cost below nothing is noise
        return "not measurable"
    middle = form.format(statistics.median(values))
    return f"{middle} ({form.format(min(values))}–{form.format(max(values))})" if len(values) > 1 else middle
