"""Requests that are carried out later: the queue that worker's autoscaler goes by."""

import asyncio
from contextlib import suppress

from .accounts import Account
from .http import Failed
from .world import World

_ASKERS = 5
_CHECKS_AT_ONCE = 4
_ATTEMPTS = 60
_MESSAGES = 1000


class Exports:
    """Has somebody who wrote much ask for exports of it, so many a second, and sees later that each was made."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.per_second = 0.0
        self.asked: list[tuple[Account, str]] = []
        self.unfinished: list[str] = []
        self._number = 0

    async def prepare(self) -> None:
        """Write much, so that an export is work. In a private channel, which concerns nobody else."""
        accounts = self._world.accounts
        token = await accounts.token(accounts.people[0])
        body = {"name": f"{self._world.run} notes", "kind": "private"}
        made = await accounts.gently("make a channel", "POST", "/api/v2/channels", token=token, body=body)
        path = f"/api/v2/channels/{made['id']}/messages"
        for number in range(_MESSAGES):
            await accounts.gently(
                "post", "POST", path, token=token, body={"source": f"note {number}"}, key=f"n{number}"
            )

    async def keep(self) -> None:
        """Ask, for ever. Several at once, or slow answers would thin out the queue that they come from."""
        await asyncio.gather(*(self._keep() for _ in range(_ASKERS)))

    async def _keep(self) -> None:
        while True:
            if not self.per_second:
                await asyncio.sleep(0.2)
                continue
            pause = _ASKERS / self.per_second  # before anything is awaited: it may be none afterwards
            self._number += 1
            with suppress(Failed):  # counted where it failed
                await self._ask(self._world.accounts.people[0], f"{self._world.run}-export-{self._number}")
            await asyncio.sleep(pause)

    async def _ask(self, account: Account, key: str) -> None:
        token = await self._world.accounts.token(account)
        task = await self._world.http.ask(
            "ask for an export", "POST", "/api/v2/exports", token=token, body={},
            key=key, headers={"Prefer": "respond-async"},
        )  # fmt: skip
        self.asked.append((account, task["id"]))

    async def check(self) -> None:
        """Wait until each is done. What is not, or failed, is in `unfinished`."""
        waiting = iter(self.asked)

        async def work() -> None:
            for account, task_id in waiting:
                if not await self._done(account, task_id):
                    self.unfinished.append(task_id)

        await asyncio.gather(*(work() for _ in range(_CHECKS_AT_ONCE)))

    async def _done(self, account: Account, task_id: str) -> bool:
        for _ in range(_ATTEMPTS):
            token = await self._world.accounts.token(account)
            task = await self._world.http.ask(
                "look at a task", "GET", f"/api/v2/tasks/{task_id}", token=token
            )
            if task["state"] == "done":
                return True
            if task["state"] == "failed":
                return False
            await asyncio.sleep(1)
        return False
