"""The accounts of the virtual people: made once, gently, and kept in a file for the next run.

Making one costs the installation two password hashes. With the refresh tokens of the file, signing in costs none.
"""

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .http import Failed, Http
from .profile import Profile

_AT_ONCE = 6
Progress = Callable[[str, int, int], None]


class Unusable(Exception):
    """The installation does not let itself be loaded; the message says what to do."""


@dataclass
class Account:
    """One virtual person's account."""

    number: int
    nickname: str
    user_id: int = 0
    refresh_token: str = ""
    settled: bool = False
    """Whether it is in all its channels."""
    access_token: str = field(default="", repr=False)
    good_until: float = 0.0


class Accounts:
    """The accounts of one installation."""

    def __init__(self, path: Path, http: Http) -> None:
        self.path, self._http = path, http
        self.people: list[Account] = []
        self.channels: dict[str, int] = {}
        """The id of each channel that was made for them, by its name."""
        self._crowd, self._password = secrets.token_hex(3), secrets.token_urlsafe(16)
        self._locks: dict[str, asyncio.Lock] = {}

    def read(self) -> None:
        """Read the file, if there is one. Raises Unusable."""
        try:
            kept = json.loads(self.path.read_text())
            people = [Account(**person) for person in kept["people"]]
            crowd, password, channels = kept["crowd"], kept["password"], dict(kept["channels"])
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Unusable(
                f"The file of accounts {self.path} cannot be read ({type(error).__name__}: {error}). "
                "Delete it, and the next run makes new accounts."
            ) from None
        self._crowd, self._password, self.channels, self.people = crowd, password, channels, people

    def write(self) -> None:
        """Write the file, for its owner's eyes only."""
        left_out = {"access_token", "good_until"}
        people = [{k: v for k, v in asdict(one).items() if k not in left_out} for one in self.people]
        kept = {
            "crowd": self._crowd,
            "password": self._password,
            "channels": self.channels,
            "people": people,
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = self.path.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(json.dumps(kept))
        new.replace(self.path)

    async def ensure(self, count: int, profile: Profile, progress: Progress) -> None:
        """Have this many accounts, each in its channels. Raises Unusable."""
        if self.people:
            await self._forget_those_of_another_installation()
        try:
            missing = [self._new(number) for number in range(len(self.people), count)]
            await self._each(missing, self._sign_up, "accounts", progress)
            homeless = [one for one in self.people[:count] if not one.settled]
            await self._each(homeless, lambda one: self._settle(one, profile), "channels", progress)
        finally:
            self.write()

    def _new(self, number: int) -> Account:
        return Account(number, f"load-{self._crowd}-{number:05d}")

    async def _forget_those_of_another_installation(self) -> None:
        try:
            await self.token(self.people[0])
        except Failed as failed:
            if failed.status not in (401, 403):
                raise Unusable(str(failed)) from None
            self.__init__(self.path, self._http)  # type: ignore[misc]  # begins anew, with other names

    async def _each(
        self, people: list[Account], do: Callable[[Account], Awaitable[None]], what: str, progress: Progress
    ) -> None:
        """Do something for everybody, a few at a time, in their order."""
        waiting, done, saved = iter(people), 0, time.monotonic()

        async def work() -> None:
            nonlocal done, saved
            for one in waiting:
                await do(one)
                done += 1
                progress(what, done, len(people))
                if time.monotonic() - saved > 10:
                    saved = time.monotonic()
                    self.write()

        workers = [asyncio.create_task(work()) for _ in range(_AT_ONCE)]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)

    async def _sign_up(self, account: Account) -> None:
        body = {"nickname": account.nickname, "password": self._password}
        made = await self.gently("sign up", "POST", "/api/v2/users", body=body, key=account.nickname)
        account.user_id = made["id"]
        await self.sign_in(account)
        self.people.append(account)
        self.people.sort(key=lambda one: one.number)

    async def gently(self, name: str, method: str, path: str, **more: Any) -> Any:
        """Ask without counting, and again where the installation is busy. Raises Unusable where that cannot help."""
        for wait in (0.5, 1.0, 2.0, 4.0, None):
            try:
                return await self._http.ask(name, method, path, counted=False, **more)
            except Failed as failed:
                if failed.status in (0, 409, 502, 503, 504) and wait is not None:
                    await asyncio.sleep(max(wait, failed.retry_after))
                    continue
                raise Unusable(_advice(name, failed)) from None

    async def sign_in(self, account: Account) -> None:
        """Sign in with the password: costs the installation a password check. Raises Unusable."""
        body = {"grant": "password", "nickname": account.nickname, "password": self._password}
        _keep(account, await self.gently("sign in", "POST", "/api/v2/tokens", body=body))

    async def token(self, account: Account) -> str:
        """An access token that is good for another minute. Raises Failed."""
        if time.monotonic() < account.good_until:
            return account.access_token
        body = {"grant": "refresh", "refresh_token": account.refresh_token}
        try:
            answer = await self._http.ask("refresh", "POST", "/api/v2/tokens", body=body)
        except Failed as failed:
            if failed.status != 401:
                raise
            body = {"grant": "password", "nickname": account.nickname, "password": self._password}
            answer = await self._http.ask("sign in", "POST", "/api/v2/tokens", body=body)
        _keep(account, answer)
        return account.access_token

    async def sign_in_again(self, account: Account) -> None:
        """Sign out, and in with the password. Raises Failed."""
        token = await self.token(account)
        await self._http.ask("sign out", "DELETE", "/api/v2/tokens/current", token=token)
        account.good_until = 0.0
        body = {"grant": "password", "nickname": account.nickname, "password": self._password}
        _keep(account, await self._http.ask("sign in", "POST", "/api/v2/tokens", body=body))

    async def _settle(self, account: Account, profile: Profile) -> None:
        try:
            token = await self.token(account)
        except Failed as failed:
            raise Unusable(str(failed)) from None
        for kind in profile.channels:
            name = f"load-{self._crowd}-{kind.name}-{kind.channel_of(account.number)}"
            await self._join(name, token)
        for other in self._known(profile.direct.others(account.number)):
            body = {"user_ids": [other.user_id]}
            await self.gently(
                "open a direct channel", "POST", "/api/v2/channels/direct", token=token, body=body
            )
        account.settled = True

    def _known(self, numbers: Iterable[int]) -> list[Account]:
        return [self.people[number] for number in numbers if number < len(self.people)]

    async def _join(self, name: str, token: str) -> None:
        async with self._locks.setdefault(name, asyncio.Lock()):
            if name not in self.channels:
                body = {"name": name, "kind": "public"}
                made = await self.gently("make a channel", "POST", "/api/v2/channels", token=token, body=body)
                self.channels[name] = made["id"]
                return
        path = f"/api/v2/channels/{self.channels[name]}/members"
        await self.gently("join a channel", "POST", path, token=token, body={})


def _keep(account: Account, answer: dict[str, Any]) -> None:
    account.access_token, account.refresh_token = answer["access_token"], answer["refresh_token"]
    account.good_until = time.monotonic() + answer["expires_in"] - 90


def _advice(what: str, failed: Failed) -> str:
    if failed.status == 429:
        return (
            f"The installation limits how often one address may {what}. For a load test turn its limits off: "
            "FLACK_RATE_LIMITS_ENABLED=false make up, or chat.rateLimits=false in the chart."
        )
    if failed.status == 403 and what == "sign up":
        return "The installation does not let strangers sign up: for a load test set its sign-up to open."
    return f"The installation would not {what}: {failed}."
