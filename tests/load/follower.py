"""What one client knows of its streams: applies events in order, drops repeats, keeps early ones, knows its gaps.

The rules are those of the UI (`services/web/ui/src/sync/follower.ts`). Nothing is kept of an event but its seq.
"""

from dataclasses import asdict, dataclass
from typing import Any

Event = dict[str, Any]


@dataclass
class Tally:
    """What all clients together saw of the order of events. Only `lost` breaks a promise."""

    in_order: int = 0
    """Pushed, and the next one of their stream."""
    repeats: int = 0
    """Pushed again and dropped: delivery is at least once."""
    early: int = 0
    """Pushed before an older one, and kept until that came."""
    missed: int = 0
    """Not pushed, or not in time, although the client was connected: fetched after the gap showed."""
    caught_up: int = 0
    """Fetched after a client came back: they happened while it was away."""
    syncs: int = 0
    refetched: int = 0
    """Streams that sync could not recover, fetched anew."""
    lost: int = 0
    """Events that neither push nor sync brought to a client although the log has them, and messages that were
    acknowledged and that nobody ever saw."""

    def as_dict(self) -> dict[str, int]:
        """For the report."""
        return asdict(self)


class Follower:
    """The streams of one client."""

    __slots__ = ("_early", "heads", "seqs", "tally")

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self.seqs: dict[str, int] = {}
        """The newest seq applied of each stream that is followed."""
        self.heads: dict[str, int] = {}
        """Newer ones that the server spoke of."""
        self._early: dict[str, set[int]] = {}

    def start(self, streams: dict[str, int]) -> None:
        """Follow these streams from here: the client has fetched its state."""
        self.seqs = dict(streams)
        self._early.clear()
        self.heads = {name: seq for name, seq in self.heads.items() if seq > streams.get(name, seq)}

    def follow(self, stream: str, seq: int) -> None:
        """A stream more, from here."""
        self.seqs[stream] = seq

    def leave(self, stream: str) -> None:
        """A stream less."""
        self.seqs.pop(stream, None)
        self._early.pop(stream, None)
        self.heads.pop(stream, None)

    def pushed(self, stream: str, seq: int) -> bool:
        """An event was pushed; False for one that is known already or of a stream that is not followed."""
        known = self.seqs.get(stream)
        if known is None:
            return False
        if seq <= known or seq in self._early.get(stream, ()):
            self.tally.repeats += 1
            return False
        if seq > known + 1:
            self.tally.early += 1
            self._early.setdefault(stream, set()).add(seq)
            return True
        self.tally.in_order += 1
        self.seqs[stream] = seq
        self._drain(stream)
        return True

    def spoken_of(self, streams: dict[str, int]) -> None:
        """The server says how far streams are."""
        for stream, seq in streams.items():
            if self.seqs.get(stream, seq) < seq:
                self.heads[stream] = max(seq, self.heads.get(stream, 0))

    @property
    def behind(self) -> dict[str, int]:
        """The streams of which something is missing, as far as this client knows, and how far they have come."""
        if not self._early and not self.heads:
            return {}
        told = {stream: max(early) for stream, early in self._early.items()}
        for stream, seq in self.heads.items():
            if self.seqs.get(stream, seq) < seq:
                told[stream] = max(seq, told.get(stream, 0))
        return told

    def synced(self, stream: str, events: list[Event], *, expected: bool) -> list[Event]:
        """Events that sync answered; those that were new. `expected`: the client has just come back."""
        new = []
        for event in events:
            known = self.seqs.get(stream)
            if known is None or event["seq"] <= known:
                continue
            if event["seq"] != known + 1:
                self.tally.lost += event["seq"] - known - 1
            if event["seq"] not in self._early.get(stream, ()):
                if expected:
                    self.tally.caught_up += 1
                else:
                    self.tally.missed += 1
                new.append(event)
            self.seqs[stream] = event["seq"]
        self._drain(stream)
        return new

    def _drain(self, stream: str) -> None:
        early = self._early.get(stream)
        if early:
            while self.seqs[stream] + 1 in early:
                self.seqs[stream] += 1
            early.difference_update([seq for seq in early if seq <= self.seqs[stream]])
            if not early:
                del self._early[stream]
        if self.heads.get(stream, 0) <= self.seqs[stream]:
            self.heads.pop(stream, None)
