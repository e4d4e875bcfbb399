"""Brings as many people as are wanted, so many a second, and sends those home who are too many."""

import asyncio

from .actions import ACTIONS
from .person import Person
from .world import World

_CHECKS_AT_ONCE = 8
_AT_THE_DOOR = 50


class Crowd:
    """The people who are there."""

    def __init__(self, world: World, per_second: float) -> None:
        self._world, self._pause = world, 1 / per_second
        self.people: list[Person] = []
        self.wanted = 0
        self._starting: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> int:
        """How many have a socket."""
        return sum(person.connected for person in self.people)

    @property
    def wanted_connected(self) -> int:
        """How many should have a socket: all who are wanted, but for those who lost their network on purpose."""
        return self.wanted - sum(person.is_away for person in self.people[: self.wanted])

    async def keep(self) -> None:
        """Bring people and send them home, for ever. Nobody new comes while many are still on their way in."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due = max(due + self._pause, loop.time() - 1)  # after a hold-up, a second's worth at once
            if len(self.people) < self.wanted and len(self._starting) < _AT_THE_DOOR:
                self._bring()
            elif len(self.people) > self.wanted:
                await self.people.pop().leave()
            await asyncio.sleep(max(0.0, due - loop.time()))

    def _bring(self) -> None:
        account = self._world.accounts.people[len(self.people)]
        person = Person(self._world, account)
        self.people.append(person)
        task = asyncio.create_task(person.start(ACTIONS))
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    @property
    def settled(self) -> bool:
        """Whether all who are wanted are there, and as many connected as the profile's limit asks for."""
        share = self._world.profile.limits.connected_percent / 100
        is_full = len(self.people) == self.wanted and not self._starting
        return is_full and self.connected >= share * self.wanted_connected

    async def rest(self) -> None:
        """Everybody stops doing things and goes on to listen."""
        self.wanted = len(self.people)
        for task in self._starting:
            task.cancel()
        for person in self.people:
            await person.rest()

    async def check(self) -> None:
        """Everybody who is connected asks for what they have missed, so that what is lost shows."""
        people = iter([person for person in self.people if person.connected])

        async def work() -> None:
            for person in people:
                await person.check()

        await asyncio.gather(*(work() for _ in range(_CHECKS_AT_ONCE)))

    async def leave(self) -> None:
        """Everybody goes."""
        for person in self.people:
            await person.leave()
        self.people.clear()
