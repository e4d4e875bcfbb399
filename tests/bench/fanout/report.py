"""The comparison as a Markdown table with ratios, and as SVG bars."""

from pathlib import Path
from typing import Any

# figure, how it is printed, whether more is better, and how the ratio is taken
FANOUT = [
    ("deliveries_per_cpu_second", "deliveries per CPU-second", "{:,.0f}"),
    ("microseconds_per_delivery", "CPU µs a delivery", "{:.1f}"),
    ("p50_ms", "p50 delivery, ms", "{:.2f}"),
    ("p99_ms", "p99 delivery, ms", "{:.2f}"),
    ("missing", "missing", "{:,.0f}"),
    ("client_cpu_share", "clients' own CPU, of a core", "{:.2f}"),
]
IDLE = [
    ("connect_cpu_ms", "CPU ms a connect", "{:.2f}"),
    ("rss_bytes_per_connection", "resident bytes a connection", "{:,.0f}"),
    ("idle_cpu_percent", "% of a core, idle with heartbeats", "{:.2f}"),
    ("elsewhere_cpu_us", "CPU µs of a message for nobody here", "{:.1f}"),
    ("disconnect_cpu_ms", "CPU ms a disconnect", "{:.3f}"),
]


def _table(summary: dict[str, Any], rows: list[tuple[str, str, str]]) -> list[str]:
    names = list(summary)
    lines = [f"| | {' | '.join(names)} |", "| --- |" + " --- |" * len(names)]
    for key, label, form in rows:
        cells = []
        for name in names:
            figure = summary[name][key]
            spread = f"{form.format(figure['min'])}–{form.format(figure['max'])}"
            cells.append(f"{form.format(figure['median'])} ({spread})")
        lines.append(f"| {label} | {' | '.join(cells)} |")
    return lines


def _ratios(summary: dict[str, Any], rows: list[tuple[str, str, str]]) -> list[str]:
    if "flack" not in summary:
        return []
    lines = []
    for key, label, _form in rows:
        ours = summary["flack"][key]["median"]
        against = [
            f"{ours / other:.2f} × {name}"
            for name, figures in summary.items()
            if name != "flack" and (other := figures[key]["median"]) > 0
        ]
        if against and key not in ("missing", "client_cpu_share"):
            lines.append(f"- {label}: {', '.join(against)}")
    return lines


def bars(title: str, values: dict[str, float]) -> str:
    """Horizontal bars as SVG, readable on light and dark pages."""
    most, width, row = max(values.values()) or 1, 640, 34
    height = 40 + row * len(values)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="system-ui" font-size="13">',
        f'<rect width="{width}" height="{height}" fill="#fff"/><text x="12" y="24" font-weight="600">{title}</text>',
    ]
    for index, (name, value) in enumerate(values.items()):
        y, length = 40 + index * row, 420 * value / most
        colour = "#3b5bdb" if name == "flack" else "#adb5bd"
        parts.append(
            f'<text x="12" y="{y + 17}">{name}</text><rect x="90" y="{y + 3}" width="{length:.1f}" height="20" rx="3" '
            f'fill="{colour}"/><text x="{98 + length:.1f}" y="{y + 17}">{value:,.4g}</text>'
        )
    return "".join(parts) + "</svg>\n"


def write_report(report: dict[str, Any], out: Path) -> str:
    """Write fanout.md and its plots into a folder; returns the Markdown."""
    machine = report["machine"]
    lines = [
        "# Fan-out, measured beside its peers",
        "",
        f"Made by `make bench`. {machine['processor']}, {machine['cores']} cores shared with the clients and "
        f"Redis, Linux {machine['kernel']}, Python {machine['python']}, Node {machine['node']}; load before the "
        f"run {machine['load_at_start']:.1f}. Median (least–most) of {report['rounds']} rounds in alternating "
        "order; CPU of the server process alone.",
    ]
    for part, rows in (("fanout", FANOUT), ("idle", IDLE)):
        if part not in report:
            continue
        summary = report[part]["summary"]
        offered = ", 20,000 deliveries a second offered" if part == "fanout" else ""
        lines += ["", f"## {part.capitalize()}: {report[part]['sockets']:,} sockets{offered}", ""]
        lines += [*_table(summary, rows), "", "Flack's figure is:", *_ratios(summary, rows)]
        for key, label, _form in rows[:2]:
            values = {name: figures[key]["median"] for name, figures in summary.items()}
            (out / f"{part}-{key}.svg").write_text(bars(label, values))
            lines += ["", f"![{label}]({part}-{key}.svg)"]
    if "rooms" in report:
        lines += [
            "",
            "## One room of growing size (Flack)",
            "",
            "| sockets in the room | CPU µs a delivery |",
            "| --- | --- |",
        ]
        for size, found in report["rooms"].items():
            costs = sorted(result["microseconds_per_delivery"] for result in found)
            lines.append(f"| {int(size):,} | {costs[len(costs) // 2]:.1f} ({costs[0]:.1f}–{costs[-1]:.1f}) |")
    text = "\n".join(lines) + "\n"
    (out / "fanout.md").write_text(text)
    return text
