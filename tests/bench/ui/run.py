"""`python tests/bench/ui/run.py [--rounds 5]`: how the chat scrolls, switches and shows what comes, in Chromium.

Written to docs/benchmarks/ui.{json,md} and ui-ways.svg.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
sys.path[:0] = [
    str(ROOT / "tests"),
    str(ROOT / "tests/bench"),
    str(ROOT / "tests/browser"),
    str(ROOT / "tools"),
]

from ensure_browser import find_chromium  # noqa: E402
from faults.account import Account  # noqa: E402
from figures import figure, machine, percentile  # noqa: E402
from flack_local.stack import Stack  # noqa: E402
from imported import import_history  # noqa: E402
from page import measure_frames, measure_held, measure_switch, shown_at, watch_for  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402
from programs import OldBot  # noqa: E402
from report import write_report  # noqa: E402
from visitors import CHROMIUM_FLAGS, PASSWORD, Person  # noqa: E402

MESSAGES = 20_000
OTHER_MESSAGES = 200
FRAMES = 300
PIXELS_A_FRAME = 40
SWITCHES = 30
POSTS = 10


def main() -> None:
    """Start everything, import, measure round by round, write the report."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--messages", type=int, default=MESSAGES)
    arguments.add_argument("--out", type=Path, default=ROOT / "docs" / "benchmarks")
    chosen = arguments.parse_args()
    about = machine()
    chromium = find_chromium()
    with (
        Stack(settings={"RATE_LIMITS_ENABLED": "false", "LOG_FORMAT": "json"}) as stack,
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
    ):
        administrator = Account(stack.url, "administrator").sign_up()  # the first account is one
        large, small = administrator.new_channel("large"), administrator.new_channel("small")
        imported = import_history(administrator, large, chosen.messages, Path(folder))
        import_history(administrator, small, OTHER_MESSAGES, Path(folder))
        browser = playwright.chromium.launch(
            executable_path=chromium, args=[*CHROMIUM_FLAGS, "--enable-precise-memory-info"]
        )
        about["browser"] = f"Chromium {browser.version}"
        person = Person(
            stack.url, browser, "reader", "Reader", viewport={"width": 1280, "height": 800}
        ).sign_up()
        reader = Account(stack.url, person.nickname, PASSWORD).sign_in()
        for channel in (large, small):
            reader.ask("POST", f"/channels/{channel}/members")
        person.sign_in()
        writer = Person(stack.url, browser, "writer", "Writer").sign_up().sign_in()  # sees `general`
        rounds = [_round(person, writer, administrator, large, small) for _ in range(chosen.rounds)]
        browser.close()
    about["load_after"] = os.getloadavg()[0]
    found = {
        "machine": about,
        "rounds": chosen.rounds,
        "import": imported,
        "frames_a_round": FRAMES,
        "pixels_a_frame": PIXELS_A_FRAME,
        "switches_a_round": SWITCHES,
        "posts_a_round": POSTS,
        "figures": {name: figure([one[name] for one in rounds]) for name in rounds[0]},
    }
    write_report(found, chosen.out)


def _round(
    person: Person, writer: Person, administrator: Account, large: int, small: int
) -> dict[str, float]:
    before = time.monotonic()
    person.page.goto(f"/c/{large}", wait_until="commit")
    person.page.locator("[data-message]").first.wait_for()
    opened = 1000 * (time.monotonic() - before)
    time.sleep(2)  # what the page fetches ahead after its first paint is not part of scrolling
    gaps, moved = measure_frames(person.page, FRAMES, PIXELS_A_FRAME)
    elements, memory = measure_held(person.page)
    names = {large: "large", small: "small"}
    for channel in (small, large):  # both are known from here on
        measure_switch(person.page, channel, names[channel])
    switches = [
        measure_switch(person.page, channel, names[channel])
        for number in range(SWITCHES)
        for channel in [small if number % 2 == 0 else large]
    ]
    return {
        "frame_median_ms": statistics.median(gaps),
        "frame_p95_ms": percentile(gaps, 0.95),
        "frame_longest_ms": max(gaps),
        "frame_late": sum(gap > 25 for gap in gaps),
        "frame_very_late": sum(gap > 40 for gap in gaps),
        "open_ms": opened,
        "frame_moved_px": moved,
        "elements": elements,
        "memory_mib": memory,
        "switch_median_ms": statistics.median(switches),
        "switch_p95_ms": percentile(switches, 0.95),
        **_posts(person, writer, administrator),
    }


def _posts(person: Person, writer: Person, administrator: Account) -> dict[str, float]:
    """Milliseconds from a post until the window has drawn it, each way in its turn."""
    channels = administrator.ask("GET", "/state")["channels"]
    general = next(channel["id"] for channel in channels if channel["name"] == "general")
    measure_switch(person.page, general, "general", empty=True)
    bot = OldBot(administrator.url, administrator)
    ways: dict[str, Callable[[str], object]] = {
        "v2": lambda source: administrator.ask(
            "POST", f"/channels/{general}/messages", json={"source": source}
        ),
        "v1": bot.post,
        "socket": bot.emit,
        "page": lambda _: writer.composer.press("Enter"),
    }
    found: dict[str, list[float]] = defaultdict(list)
    try:
        for _ in range(POSTS):
            for name, post in ways.items():
                source = f"measured {uuid.uuid4().hex}"
                watch_for(person.page, source)
                writer.composer.fill(source if name == "page" else "")
                before = time.time()
                post(source)
                found[name].append(shown_at(person.page) - 1000 * before)
    finally:
        bot.listener.socket.disconnect()
    figures: dict[str, Any] = {}
    for name, values in found.items():
        figures |= {f"{name}_median_ms": statistics.median(values), f"{name}_worst_ms": max(values)}
    return figures


if __name__ == "__main__":
    main()
