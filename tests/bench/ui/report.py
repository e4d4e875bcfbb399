"""Writes what was measured in the browser as JSON, as a table and as a plot."""

import json
from pathlib import Path
from typing import Any

from figures import Figure, bars

WHAT = {
    "frame_median_ms": "between two frames while scrolling, median",
    "frame_p95_ms": "the same, 95th percentile",
    "frame_longest_ms": "the same, longest",
    "open_ms": "from going to the channel's address to its first row",
    "switch_median_ms": "from the click to the first row of the other channel, median",
    "switch_p95_ms": "the same, 95th percentile",
    "v2_median_ms": "from a post by REST v2 until it is drawn, median",
    "v2_worst_ms": "the same, worst",
    "v1_median_ms": "from a post by REST v1 until it is drawn, median",
    "v1_worst_ms": "the same, worst",
    "socket_median_ms": "from a post by Socket.IO v1 until it is drawn, median",
    "socket_worst_ms": "the same, worst",
    "page_median_ms": "from Enter in another window until it is drawn in this one, median",
    "page_worst_ms": "the same, worst",
}

WAYS = {"v2": "REST v2", "v1": "REST v1", "socket": "Socket.IO v1", "page": "another window"}


def write_report(found: dict[str, Any], folder: Path) -> None:
    """`ui.json`, `ui-ways.svg` and `ui.md` in `folder`, and the table on the screen."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ui.json").write_text(json.dumps(found, indent=2) + "\n")
    ways = {words: list(_spread(found, f"{way}_median_ms")) for way, words in WAYS.items()}
    picture = bars(
        "From a post until it is drawn in a window", ways, note="milliseconds, by the way it was posted"
    )
    (folder / "ui-ways.svg").write_text(picture)
    about, imported, figures = found["machine"], found["import"], found["figures"]
    rows = [f"| {words} | {_cell(figures[name])} |" for name, words in WHAT.items()]
    seen = len(imported["progress_seen"])
    text = f"""# How the chat feels in a browser

`make bench-ui` makes this page: a whole installation, its ingress and {about["browser"]} without a screen on one
machine, {found["rounds"]} rounds. {about["processor"]}, {about["cores"]} cores shared by all of them, no graphics
processor, Python {about["python"]}; load {about["load_before"]:.1f} before and {about["load_after"]:.1f} after.
Milliseconds, the median of the rounds (least–most). Nothing is promised by a test: read them with the load in mind.

| what | ms |
| --- | ---: |
{chr(10).join(rows)}

![From a post until it is drawn](ui-ways.svg)

- The channel holds {imported["messages"]:,} messages, imported by `docs/examples/import_channel.py` in
  {imported["seconds"]:.0f} s; {seen} different numbers between nothing and all were shown meanwhile.
- A round scrolls up through {found["frames_a_round"]} frames, {found["pixels_a_frame"]} pixels each, older messages
  being fetched meanwhile: {_cell(figures["frame_moved_px"], "{:,.0f}")} pixels in all.
  {_cell(figures["frame_late"], "{:.0f}")} frames came more than 25 ms after the one before, which is one left out,
  {_cell(figures["frame_very_late"], "{:.0f}")} more than 40 ms; at 60 a second there are 16.7 ms between two.
- After that scrolling the page has {_cell(figures["elements"], "{:,.0f}")} elements and
  {_cell(figures["memory_mib"], "{:.0f}")} MiB of script memory: only what is near is drawn.
- A round switches {found["switches_a_round"]} times between that channel and one of 200 messages, both seen before.
  The clock stops when the frame with the first row is drawn, so up to a frame of waiting is in it.
- A round posts {found["posts_a_round"]} times in each way, in turns; the clock starts before the
  request, or the key, and stops when the frame with the message is drawn.
"""
    (folder / "ui.md").write_text(text)
    print(text)


def _spread(found: dict[str, Any], name: str) -> tuple[float, float, float]:
    """Least, median and most of the rounds."""
    of_rounds = found["figures"][name]
    return of_rounds["min"], of_rounds["median"], of_rounds["max"]


def _cell(of_rounds: Figure, form: str = "{:.1f}") -> str:
    spread = f"{form.format(of_rounds['min'])}–{form.format(of_rounds['max'])}"
    return f"{form.format(of_rounds['median'])} ({spread})"
