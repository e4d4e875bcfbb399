"""Recorded histories: the reducer here and the one of the UI end with the same knowledge, after all that may happen."""

from collections import Counter
from pathlib import Path

import pytest
from flack_contracts.events import PAYLOADS
from histories.replay import FOLDER, Replay, load
from reducer import Json

PATHS = sorted(FOLDER.glob("*.json"))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_history_ends_as_it_was_recorded(path: Path) -> None:
    history = load(path)
    replay = Replay(history["start"])

    replay.play(history["steps"])

    assert replay.applied == history["applied"]
    assert replay.known() == history["end"]


def test_the_histories_hold_every_event_type_and_every_mishap() -> None:
    types: Counter[str] = Counter()
    mishaps: Counter[str] = Counter()
    for history in map(load, PATHS):
        replay = Replay(history["start"])
        for step in history["steps"]:
            mishaps += _mishaps(step, replay)
            before = len(replay.applied)
            replay.play([step])
            applied = set(replay.applied[before:])
            types.update(
                event["type"] for event in _events(step) if f"{event['stream']}@{event['seq']}" in applied
            )

    assert set(types) >= set(PAYLOADS)
    assert set(types) - set(PAYLOADS) == {"thing.happened"}
    assert set(mishaps) == {"repeat", "gap", "unknown stream", "synced", "lost", "closed by itself"}


def _events(step: Json) -> list[Json]:
    if step["do"] == "receive":
        return [step["event"]]
    return [
        event for answer in (step.get("sync") or {"streams": []})["streams"] for event in answer["events"]
    ]


def _mishaps(step: Json, replay: Replay) -> Counter[str]:
    found: Counter[str] = Counter()
    if step["do"] == "receive":
        known = replay.client.streams.get(step["event"]["stream"])
        if known is None:
            found["unknown stream"] += 1
        elif step["event"]["seq"] <= known:
            found["repeat"] += 1
        elif step["event"]["seq"] > known + 1:
            found["gap"] += 1
    elif step["do"] == "wait" and step["sync"] is None:
        found["closed by itself"] += 1
    elif step.get("sync"):
        found["lost" if step["sync"]["lost"] else "synced"] += 1
    return found
