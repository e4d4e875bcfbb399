"""What must hold when a fault is over, whatever it was."""

import time
from dataclasses import dataclass, field

from .account import Account
from .reader import Reader
from .writer import Writer


@dataclass
class Verdict:
    """One fault's outcome. Nothing lost, duplicated or out of order, and every reader whole: `good`."""

    acknowledged: int
    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    not_whole: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    seconds_until_whole: list[float] = field(default_factory=list)
    """For each reader, the longest time for which it lacked a message that was acknowledged."""
    seconds_to_learn: list[float] = field(default_factory=list)
    """For each gap of each reader, the time from the acknowledgement of what was missing until the gap was noticed."""
    learned_late: list[str] = field(default_factory=list)
    """Gaps that were noticed more than the heads interval after the fault was over."""
    failed_requests: int = 0

    @property
    def good(self) -> bool:
        """Whether every promise held."""
        return not (
            self.lost
            or self.duplicated
            or self.out_of_order
            or self.not_whole
            or self.learned_late
            or self.unexpected
        )


LEARNED_SECONDS = 35.0
"""The heads interval (30 s), and something for the machine."""


def check(
    witness: Account,
    channel_id: int,
    writers: list[Writer],
    readers: list[Reader],
    *,
    over_at: float,
    seconds: float = 45,
) -> Verdict:
    """Stop the writers, wait until each reader has what a fresh fetch has, and compare all with all.

    `over_at` is when the fault was over (`time.monotonic()`). `seconds` is how long readers may take: the heads
    interval, and something for a sync.
    """
    for writer in writers:
        writer.stop()
    truth = witness.history(channel_id)
    verdict = Verdict(acknowledged=sum(len(writer.acknowledged) for writer in writers))
    verdict.failed_requests = sum(writer.failed_requests for writer in writers)
    verdict.unexpected = [problem for writer in writers for problem in writer.unexpected]
    _compare_with_writers(truth, writers, verdict)
    expected = {message["position"]: message for message in truth}
    deadline = time.monotonic() + seconds
    waiting = list(readers)
    while waiting and time.monotonic() < deadline:
        waiting = [reader for reader in waiting if reader.messages != expected]
        time.sleep(0.05)
    verdict.not_whole = [
        f"a reader lacks positions {sorted(set(expected) - set(reader.messages))[:20]} at seq {reader.seq}"
        for reader in waiting
    ]
    for reader in readers:
        if reader.order != sorted(reader.order):
            verdict.out_of_order.append("a reader saw positions go back")
        _measure(reader, writers, verdict, over_at)
    return verdict


def _measure(reader: Reader, writers: list[Writer], verdict: Verdict, over_at: float) -> None:
    """Times count from the acknowledgement; a push may be earlier than that, and then nothing was lacking."""
    acknowledged = {position: at for writer in writers for position, at in writer.acknowledged_at.items()}
    late = [
        reader.shown_at[position] - at for position, at in acknowledged.items() if position in reader.shown_at
    ]
    verdict.seconds_until_whole.append(round(max(0.0, *late), 3))
    gaps = [gap for gap in reader.learned if gap.position in acknowledged]
    verdict.seconds_to_learn += [round(max(0.0, gap.at - acknowledged[gap.position]), 3) for gap in gaps]
    for gap in gaps:
        took = gap.at - max(over_at, acknowledged[gap.position])
        if took > LEARNED_SECONDS:
            verdict.learned_late.append(
                f"position {gap.position}: noticed {took:.1f} s after the fault was over"
            )


def _compare_with_writers(truth: list[dict[str, object]], writers: list[Writer], verdict: Verdict) -> None:
    positions = [int(str(message["position"])) for message in truth]
    if positions != list(range(1, len(positions) + 1)):
        verdict.out_of_order.append("positions have holes")
    by_text: dict[str, list[int]] = {}
    for message in truth:
        by_text.setdefault(str(message["source"]), []).append(int(str(message["position"])))
    verdict.duplicated = [text for text, found in by_text.items() if len(found) > 1]
    for writer in writers:
        verdict.lost += [
            text for text, position in writer.acknowledged.items() if by_text.get(text) != [position]
        ]
        own = [by_text[text][0] for text in writer.acknowledged if text in by_text]
        if own != sorted(own):
            verdict.out_of_order.append("a writer's messages changed their order")
