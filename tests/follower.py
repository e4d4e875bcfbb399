"""How a client follows its streams: `services/web/ui/src/sync/follower.ts` in Python, without its timers and requests.

Events come in any order, twice, or not at all. What comes too early waits; a gap is given `GAP_SECONDS` to close by
itself, and then the owner asks `/sync` once for everything and hands the answer in.
"""

from collections.abc import Callable

from reducer import Client, Gap, Json

GAP_SECONDS = 0.25
"""Two api processes may publish 6 before 5."""
BATCH = 100
"""Streams asked for in one request: its line must pass every proxy."""


class Follower:
    """Applies events to `client` in order; `applied` is told of each. The owner keeps the time and asks the server."""

    def __init__(self, client: Client, applied: Callable[[Json], None] = lambda event: None) -> None:
        self.client = client
        self._applied = applied
        self._early: dict[str, dict[int, Json]] = {}
        self._heads: dict[str, int] = {}
        self.waiting = False
        """Whether a gap was seen and is being given its time."""

    def receive(self, event: Json) -> None:
        """An event pushed by the server."""
        try:
            if self.client.apply(event):
                self._applied(event)
                self._drain(event["stream"])
        except Gap:
            self._early.setdefault(event["stream"], {})[event["seq"]] = event
            self.waiting = True

    def heads(self, streams: dict[str, int]) -> None:
        """The newest seqs as the server knows them, at a connect or from a digest."""
        for stream, seq in streams.items():
            if self.client.streams.get(stream, seq) < seq:
                self._heads[stream] = seq
                self.waiting = True

    def wait_ended(self) -> bool:
        """The time of a gap is over. True where it is still there: sync now."""
        heads, self._heads, self.waiting = self._heads, {}, False
        return bool(self._early) or any(
            self.client.streams.get(stream, seq) < seq for stream, seq in heads.items()
        )

    def batches(self) -> list[dict[str, int]]:
        """What to ask `/sync` for: the seq of every stream followed, so many a request."""
        streams = list(self.client.streams.items())
        return [dict(streams[at : at + BATCH]) for at in range(0, len(streams), BATCH)]

    def answer(self, streams: list[Json]) -> list[str]:
        """Take in what `/sync` answered. The streams that are lost: `refetched` must be called with a fresh state."""
        lost = []
        for answer in streams:
            stream = answer["stream"]
            if not answer["recovered"]:
                lost.append(stream)
                self._early.pop(stream, None)
                continue
            for event in answer["events"]:
                self._take(event)
            self._drain(stream)
        if not lost:
            self._settle()
        return lost

    def refetched(self, state: Json, lost: list[str]) -> None:
        """A fresh `/state` in place of the streams that were lost."""
        self.client.refetch(state, lost)
        self._settle()

    def _settle(self) -> None:
        self._early = {stream: kept for stream, kept in self._early.items() if stream in self.client.streams}
        self.waiting = self.waiting or bool(self._early)

    def _take(self, event: Json) -> None:
        known = self.client.streams.get(event["stream"])
        if known is not None and event["seq"] == known + 1 and self.client.apply(event):
            self._applied(event)

    def _drain(self, stream: str) -> None:
        kept = self._early.get(stream)
        if kept is None:
            return
        while (known := self.client.streams.get(stream)) is not None and (event := kept.pop(known + 1, None)):
            self._take(event)
        known = self.client.streams.get(stream)
        self._early[stream] = (
            {} if known is None else {seq: event for seq, event in kept.items() if seq > known}
        )
        if not self._early[stream]:
            del self._early[stream]
