"""The file in which accounts are kept."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from .accounts import Account, Accounts, Unusable
from .figures import Figures
from .http import Http


def having(file: Path, do: Callable[[Accounts], None]) -> Accounts:
    """The accounts of a file, after something was done with them."""

    async def make() -> Accounts:
        http = Http("http://chat.example.org", Figures())
        try:
            accounts = Accounts(file, http)
            do(accounts)
            return accounts
        finally:
            await http.close()

    return asyncio.run(make())


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    file, channels = tmp_path / "accounts.json", {"team": 3}

    def make(accounts: Accounts) -> None:
        accounts.people, accounts.channels = [Account(0, "load-1", user_id=7)], channels
        accounts.write()

    made, again = having(file, make), having(file, Accounts.read)

    assert (again.people, again.channels) == (made.people, channels)


def test_without_a_file_there_are_no_accounts_yet(tmp_path: Path) -> None:
    assert having(tmp_path / "accounts.json", Accounts.read).people == []


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        '{"crowd": "1", "peo',
        "[]",
        "null",
        "{}",
        json.dumps({"crowd": "1", "password": "x", "channels": {}, "people": [{"name": "load-1"}]}),
        json.dumps({"crowd": "1", "password": "x", "channels": 3, "people": []}),
        "\udcff",
    ],
)
def test_a_damaged_file_is_said_with_what_to_do(tmp_path: Path, damaged: str) -> None:
    file = tmp_path / "accounts.json"
    file.write_text(damaged, errors="surrogateescape")

    with pytest.raises(Unusable, match=r"accounts\.json cannot be read .*Delete it"):
        having(file, Accounts.read)
