"""A virtual person: signed in, connected, in some channels, doing something now and then."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from .accounts import Account
from .follower import Follower
from .http import Failed
from .live import Live, Refused
from .world import World

GAP_SECONDS = 0.25
LONGEST_SPREAD_SECONDS = 5.0
"""The most that is added at random, a millisecond for each member: all of a large channel see the same gap at once."""
_CONNECT_SECONDS = 20
_LONGEST_WAIT = 16.0


@dataclass
class Place:
    """A channel as its member knows it."""

    id: int
    kind: str
    last_position: int
    read_position: int
    members: int = 0
    oldest: int = 0
    """The oldest position on the page."""
    newest: int = 0
    """The newest position fetched."""
    people: tuple[int, ...] = ()


class Person:
    """Lives from `start` to `leave`."""

    def __init__(self, world: World, account: Account) -> None:
        self.world, self.account = world, account
        self.dice = random.Random(f"{world.seed} {account.number}")
        self.follower = Follower(world.tally)
        self.places: dict[int, Place] = {}
        self.current: Place | None = None
        self.mine: list[tuple[int, int]] = []
        """Channel and id of one's last messages."""
        self.joined_last: int | None = None
        self.is_away = False
        """Whether the network is lost, on purpose."""
        self._slowness = world.profile.pace.times(account.number) / world.pace
        self._live: Live | None = None
        self._renewal: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._gaps: dict[str, tuple[int, asyncio.TimerHandle]] = {}
        """Those that are given time to close, by stream: how far it had come when the gap showed."""
        self._syncing = self._coming_back = self._left = False

    @property
    def connected(self) -> bool:
        """Whether the socket is there."""
        return self._live is not None

    async def start(self, actions: "Mapping[str, Action]") -> None:
        """Fetch one's state, connect, and begin to do things. Tries again where that fails."""
        wait = 1.0
        while not self._left:
            try:
                await self.fetch_state()
                break
            except Failed as failed:
                await asyncio.sleep(max(wait, failed.retry_after) * self.dice.uniform(1, 2))
                wait = min(_LONGEST_WAIT, wait * 2)
        await self.connect()
        self.spawn(self._live_on(actions))

    def spawn(self, work: Any) -> None:
        """Let something go on beside."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _live_on(self, actions: "Mapping[str, Action]") -> None:
        names, weights = zip(*self.world.profile.actions.items(), strict=True)
        await asyncio.sleep(self.idle() * self.dice.random())
        while True:
            (name,) = self.dice.choices(names, weights)
            with suppress(Failed):  # counted where it failed
                await actions[name](self)
            await asyncio.sleep(self.idle())

    def idle(self) -> float:
        """Seconds until one does something again."""
        return self.world.profile.pace.idle(self.dice, self._slowness)

    async def ask(self, name: str, method: str, path: str, **more: Any) -> Any:
        """Ask api as oneself. Raises Failed."""
        token = await self.world.accounts.token(self.account)
        return await self.world.http.ask(name, method, "/api/v2" + path, token=token, **more)

    def say(self, name: str, data: Any) -> None:
        """Say something through the socket."""
        if self._live is not None:
            self._live.say(name, data)

    async def fetch_state(self) -> None:
        """Everything a client starts with. Raises Failed."""
        state = await self.ask("read state", "GET", "/state")
        self.follower.start(state["streams"])
        known, self.places = self.places, {}
        for channel in state["channels"]:
            self.places[channel["id"]] = known.get(channel["id"]) or _place(channel)
            self.places[channel["id"]].last_position = channel["last_position"]
        if self.current is None or self.current.id not in self.places:
            self.current = next(iter(self.places.values()), None)

    async def connect(self) -> None:
        """Have a socket; tries until it is there, later each time, as the UI does."""
        http, wait = self.world.http, 0.5
        while not self._left:
            self._coming_back = True
            try:
                token = await self.world.accounts.token(self.account)
                began = time.perf_counter()
                self._live = await Live.open(self, http.url, token, http.host, _CONNECT_SECONDS)
                self.world.figures.request("connect", time.perf_counter() - began)
                break
            except Refused as refused:
                self._count_refusal(refused, time.perf_counter() - began)
                wait = max(wait, refused.retry_after)
            except Failed as failed:
                wait = max(wait, failed.retry_after)
            await asyncio.sleep(wait * self.dice.uniform(1, 2))
            wait = min(_LONGEST_WAIT, wait * 2)
        if self._left and self._live is not None:
            self._live.close()
        self._renew_later()
        self.watch()

    def _count_refusal(self, refused: Refused, seconds: float) -> None:
        if refused.retry_after and refused.status == "503":
            self.world.told_to_wait += 1  # by design: that is how a storm of connections is let in
            return
        self.world.figures.request(
            "connect", seconds, refused.status if refused.status.isdigit() else "connection"
        )
        self.world.figures.problems[f"connect: {refused.status}"] += 1

    def _renew_later(self) -> None:
        """Prove who one is again before the token ends."""
        if self._renewal is not None:
            self._renewal.cancel()
        seconds = max(1.0, self.account.good_until - time.monotonic() + 5)
        loop = asyncio.get_running_loop()
        self._renewal = loop.call_later(seconds, lambda: self.spawn(self._renew()))

    async def _renew(self) -> None:
        with suppress(Failed):
            self.say("authenticate", {"token": await self.world.accounts.token(self.account)})
        self._renew_later()

    def watch(self) -> None:
        """Look at the presence of those whose pictures are on screen: the direct channels', and the page's authors."""
        shown = {
            person for place in self.places.values() if place.kind == "direct" for person in place.people
        }
        if self.current is not None:
            shown.update(self.current.people)
        self.say("watch_presence", {"user_ids": sorted(shown)[:200]})

    async def away(self, seconds: float) -> None:
        """Lose the connection, and be back after a while."""
        if self._live is not None:
            live, self._live = self._live, None
            live.close(rudely=True)
            self.world.reconnects += 1
            self.is_away = True
            try:
                await asyncio.sleep(seconds)
            finally:
                self.is_away = False
            await self.connect()

    async def leave(self) -> None:
        """Go, whatever one is doing."""
        self._left = True
        if self._renewal is not None:
            self._renewal.cancel()
        await self.rest()
        if self._live is not None:
            self._live.close()
            self._live = None

    async def rest(self) -> None:
        """Do nothing more; go on to listen."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._syncing = False

    async def check(self) -> None:
        """Ask once more for everything, at the end of a run."""
        with suppress(Failed):
            await self.sync("last check")

    # What the connection brings (`live.Hears`).

    def lost(self, reason: str) -> None:
        """The socket is gone."""
        self._live = None
        self.world.closed[reason] = self.world.closed.get(reason, 0) + 1
        if not self._left:
            self.spawn(self._come_back())

    async def _come_back(self) -> None:
        await asyncio.sleep(self.dice.uniform(0.25, 0.75))
        await self.connect()

    def heard(self, name: str, data: Any) -> None:
        """An event of the socket."""
        if name == "event":
            latency = None
            if self.follower.pushed(data["stream"], data["seq"]):
                latency = self._learn(data)
            self.world.figures.delivery(latency)
            self._settle(data["stream"])
            self._wait_for_gaps()
        elif name == "ready":
            self.follower.spoken_of(data["streams"])
            if self.follower.behind:
                self.spawn(self._sync())
            else:
                self._coming_back = False
        elif name == "heads":
            self.follower.spoken_of(data["streams"])
            self._wait_for_gaps()
        elif name == "gap":
            self._coming_back = True
            self.spawn(self._sync())
        elif name in ("typing", "presence"):
            self.world.figures.now.signals += 1

    def _learn(self, event: dict[str, Any]) -> float | None:
        """Take in what an event says. Returns how long it was under way, for a message of this run."""
        payload = event["payload"]
        kind = event["type"]
        if kind == "message.posted":
            message = payload["message"]
            place = self.places.get(message["channel_id"])
            if place is not None:
                place.last_position = max(place.last_position, message["position"])
            latency = self.world.latency(message["nonce"])
            if latency is not None:
                self.world.seen.add(message["id"])
            return latency
        if kind == "membership.added":
            channel = payload["channel"]
            self.places[channel["id"]] = _place(channel)
            self.follower.follow(f"channel:{channel['id']}", channel["last_seq"])
        elif kind == "membership.removed":
            self.places.pop(payload["channel_id"], None)
            self.follower.leave(f"channel:{payload['channel_id']}")
        return None

    def _wait_for_gaps(self) -> None:
        for stream, told in self.follower.behind.items():
            if stream not in self._gaps:
                loop = asyncio.get_running_loop()
                timer = loop.call_later(self._patience(stream), self._waited, stream, told)
                self._gaps[stream] = told, timer

    def _patience(self, stream: str) -> float:
        kind, _, number = stream.partition(":")
        place = self.places.get(int(number)) if kind == "channel" else None
        spread = min(LONGEST_SPREAD_SECONDS, place.members / 1000) if place is not None else 0.0
        return GAP_SECONDS + random.random() * spread

    def _settle(self, stream: str) -> None:
        """End the wait for a gap that has closed: one that showed meanwhile has its own time."""
        gap = self._gaps.get(stream)
        if gap is not None and self.follower.seqs.get(stream, gap[0]) >= gap[0]:
            gap[1].cancel()
            del self._gaps[stream]

    def _waited(self, stream: str, told: int) -> None:
        del self._gaps[stream]
        if self._left:
            return
        if self.follower.seqs.get(stream, told) < told:
            self.spawn(self._sync())
        else:  # a sync closed it, and more may have been told since
            self._wait_for_gaps()

    def _forget_gaps(self) -> None:
        for _, timer in self._gaps.values():
            timer.cancel()
        self._gaps.clear()

    async def _sync(self) -> None:
        """Ask for everything missed until it is answered, when api says."""
        if self._syncing:
            return
        self._syncing = True
        try:
            while True:
                self._forget_gaps()
                try:
                    await self.sync()
                    break
                except Failed as failed:
                    wait = failed.retry_after or 3.0
                    await asyncio.sleep(wait * random.uniform(1, 1.5))
        finally:
            self._syncing = self._coming_back = False
        self._wait_for_gaps()

    async def sync(self, name: str = "sync") -> None:
        """Ask for everything missed. Raises Failed."""
        tally = self.world.tally
        since = ",".join(f"{stream}@{seq}" for stream, seq in self.follower.seqs.items())
        news = await self.ask(name, "GET", f"/sync?since={since}")
        tally.syncs += 1
        for stream in news["streams"]:
            if not stream["recovered"]:
                tally.refetched += 1
                await self.fetch_state()
                return
            for event in self.follower.synced(stream["stream"], stream["events"], expected=self._coming_back):
                self._learn(event)


def _place(channel: dict[str, Any]) -> Place:
    kind = channel["kind"]
    name = channel["name"] or ""
    if kind != "direct":
        kind = "general" if not name.startswith("load-") else name.rsplit("-", 2)[-2]
    return Place(
        channel["id"], kind, channel["last_position"], channel["last_read_position"],
        people=tuple(channel["member_ids"] or ()), members=channel["member_count"],
    )  # fmt: skip


Action = Callable[[Person], Awaitable[None]]
