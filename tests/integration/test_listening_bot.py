"""The bot of `docs/socket-io.md` against a whole installation: it prints every message, whatever was in between."""

import base64
import json
import os
import runpy
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from faults.account import Account
from flack_kit.jwt import Signer
from flack_local.stack import Stack
from realtime_support import Person
from servers import wait_until

SCRIPT = Path(__file__).parents[2] / "docs/examples/listening_bot.py"
IMPORTED = 1200
"""More than sync answers event by event."""


class Running:
    """The script as somebody starts it."""

    def __init__(self, account: Account, folder: Path) -> None:
        self._said, self._told = folder / "stdout", folder / "stderr"
        with self._said.open("w") as said, self._told.open("w") as told:
            self.process = subprocess.Popen(
                [sys.executable, str(SCRIPT), account.url],
                env={**os.environ, "FLACK_NICKNAME": account.nickname, "FLACK_PASSWORD": account.password},
                stdout=said, stderr=told,
            )  # fmt: skip

    def lines(self) -> list[str]:
        """What it printed."""
        return self._said.read_text().splitlines()

    def told(self) -> str:
        """What it said of itself."""
        return self._told.read_text()

    def wait(self, condition: Callable[[], object]) -> None:
        def met() -> object:
            assert self.process.poll() is None, self.told()
            return condition()

        wait_until(met, seconds=60)


@pytest.fixture
def listener(stack: Stack) -> Account:
    """Whom the bot signs in as."""
    return Account(stack.url, f"listener-{uuid.uuid4().hex[:8]}").sign_up()


@pytest.fixture
def bot(listener: Account, tmp_path: Path) -> Iterator[Running]:
    running = Running(listener, tmp_path)
    try:
        running.wait(lambda: "listening to" in running.told())
        yield running
    finally:
        running.process.terminate()
        running.process.wait(20)


def general_of(account: Account) -> int:
    channels = account.ask("GET", "/state")["channels"]
    return next(channel["id"] for channel in channels if channel["name"] == "general")


def test_it_prints_what_is_said_in_channels_old_and_new(
    administrator: Account, listener: Account, bot: Running
) -> None:
    general = general_of(administrator)
    said = f"hello {uuid.uuid4().hex}"
    administrator.ask("POST", f"/channels/{general}/messages", json={"source": said})
    bot.wait(lambda: f"[general] {administrator.nickname}: {said}" in bot.lines())

    name = f"plans {uuid.uuid4().hex[:8]}"
    new = administrator.ask("POST", "/channels", json={"name": name, "kind": "private"})["id"]
    administrator.ask("POST", f"/channels/{new}/members", json={"user_id": listener.user_id})
    for number in range(3):
        administrator.ask("POST", f"/channels/{new}/messages", json={"source": f"line {number}"})
    bot.wait(lambda: sum(f"[{name}]" in line for line in bot.lines()) == 3)
    assert [line for line in bot.lines() if f"[{name}]" in line] == [
        f"[{name}] {administrator.nickname}: line {number}" for number in range(3)
    ]


def test_it_misses_nothing_that_was_said_while_realtime_was_away(
    stack: Stack, administrator: Account, listener: Account, bot: Running
) -> None:
    channel = administrator.new_channel(f"away {uuid.uuid4().hex[:8]}")
    administrator.ask("POST", f"/channels/{channel}/members", json={"user_id": listener.user_id})
    administrator.ask("POST", f"/channels/{channel}/messages", json={"source": "before"})
    bot.wait(lambda: any(line.endswith(": before") for line in bot.lines()))
    stack.kill("realtime")
    for number in range(20):
        administrator.ask("POST", f"/channels/{channel}/messages", json={"source": f"meanwhile {number}"})
    stack.start("realtime")
    bot.wait(lambda: any(line.endswith(": meanwhile 19") for line in bot.lines()))
    heard = [line.rsplit(": ", 1)[1] for line in bot.lines() if ": meanwhile" in line]
    assert heard == [f"meanwhile {number}" for number in range(20)]


def test_it_fetches_what_sync_can_no_longer_tell(
    administrator: Account, listener: Account, bot: Running
) -> None:
    channel = administrator.new_channel(f"history {uuid.uuid4().hex[:8]}")
    administrator.ask("POST", f"/channels/{channel}/members", json={"user_id": listener.user_id})
    history = b"\n".join(
        json.dumps(
            {"nickname": administrator.nickname, "source": f"old {n}", "created_at": "2021-03-01T00:00:00Z"}
        ).encode()
        for n in range(IMPORTED)
    )
    headers = {"Content-Type": "application/jsonl"}
    administrator.ask("POST", f"/channels/{channel}/imports", data=history, headers=headers)
    bot.wait(lambda: any(line.endswith(f": old {IMPORTED - 1}") for line in bot.lines()))
    administrator.ask("POST", f"/channels/{channel}/messages", json={"source": "and now"})
    bot.wait(lambda: any(line.endswith(": and now") for line in bot.lines()))
    heard = [line.rsplit(": ", 1)[1] for line in bot.lines() if ": old " in line]
    assert heard == [f"old {n}" for n in range(IMPORTED)]


def test_it_goes_on_with_a_new_token_on_the_same_connection_until_it_is_signed_out(
    stack: Stack, administrator: Account, listener: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    script = runpy.run_path(str(SCRIPT))
    account = script["Account"](stack.url, listener.nickname, listener.password)
    account.renew()
    bot = script["Bot"](account)
    bot.start()
    account.token = soon_over(stack, account.token, seconds=4)
    account.renew_at = time.monotonic() + 1
    careless = Person(stack.url, account.token)
    listening = threading.Thread(target=script["listen"], args=(bot,), daemon=True)
    listening.start()
    assert careless.wait("closing") == {"reason": "token_expired"}  # who does not renew it

    general = general_of(administrator)
    said, heard = f"still here {uuid.uuid4().hex}", Heard(capsys)
    administrator.ask("POST", f"/channels/{general}/messages", json={"source": said})
    wait_until(lambda: said in heard.out(), seconds=30)
    assert heard.told().count("listening to") == 1
    assert "closing" not in heard.told()

    refused = {"Authorization": f"Bearer {account.token}"}
    listener.http.delete(f"{stack.url}/api/v2/tokens/current", headers=refused, timeout=20)
    listening.join(30)
    assert "closing: {'reason': 'signed_out'}" in heard.told()


class Heard:
    """All that was printed, read as often as one likes."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys, self._out, self._err = capsys, "", ""

    def _read(self) -> None:
        captured = self._capsys.readouterr()
        self._out, self._err = self._out + captured.out, self._err + captured.err

    def out(self) -> str:
        self._read()
        return self._out

    def told(self) -> str:
        self._read()
        return self._err


def soon_over(stack: Stack, token: str, *, seconds: int) -> str:
    """The same access token, but it ends so soon."""
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    signer = Signer((stack.layout.keys / "signing.pem").read_text())
    return signer.sign({**claims, "exp": int(time.time()) + seconds})
