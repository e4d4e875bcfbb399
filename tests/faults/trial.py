"""One fault with people writing and reading before, during and after it."""

import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from .account import Account
from .catalogue import Fault
from .checker import Verdict, check
from .installation import Installation
from .reader import Reader
from .writer import Writer

WRITERS = 3
READERS = 3


def people(url: str, count: int) -> list[Account]:
    """Accounts that are signed in, made anew."""
    accounts = [Account(url, f"{uuid.uuid4().hex[:10]}") for _ in range(count)]
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(Account.sign_up, accounts))


def run(site: Installation, fault: Fault, accounts: list[Account], *, briefly: bool = False) -> Verdict:
    """Let a fault happen once and say what came of it. `accounts`: WRITERS + READERS of them."""
    verdict = around(
        accounts[:WRITERS],
        accounts[WRITERS:],
        lambda: fault.happen(site, briefly=briefly),
        socket_url=site.socket_url,
    )
    if fault.graceful and verdict.failed_requests:
        verdict.unexpected.append(
            f"{verdict.failed_requests} requests failed although all ended in good order"
        )
    return verdict


def around(
    who_write: list[Account],
    who_read: list[Account],
    disturb: Callable[[], None],
    *,
    per_second: float = 5,
    socket_url: str | None = None,
) -> Verdict:
    """Let people write (each so many messages a second) and read in a new channel while `disturb` runs, then check."""
    channel_id = who_write[0].new_channel()
    for account in (*who_write[1:], *who_read):
        account.ask("POST", f"/channels/{channel_id}/members", json={})
    readers = [Reader(account, channel_id, socket_url).start() for account in who_read]
    writers = [Writer(account, channel_id, per_second=per_second).start() for account in who_write]
    try:
        _wait(lambda: all(reader.connects and len(reader.messages) > len(writers) for reader in readers))
        disturb()
        over_at = time.monotonic()
        seen = [len(writer.acknowledged) for writer in writers]
        _wait(lambda: all(len(w.acknowledged) > n + 2 for w, n in zip(writers, seen, strict=True)))
        return check(who_write[0], channel_id, writers, readers, over_at=over_at)
    finally:
        for writer in writers:
            writer.stop()
        for reader in readers:
            reader.stop()
        for account in (*who_write[1:], *who_read, who_write[0]):  # its owner stays while others are there
            account.call("DELETE", f"/channels/{channel_id}/members/{account.user_id}")


def _wait(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("people could not write and read")
        time.sleep(0.05)
