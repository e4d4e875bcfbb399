"""Who is there during the soak: people who write and read in a new channel each round, visitors who come and go."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress

import requests
import socketio
from socketio.exceptions import SocketIOError

from ..account import Account
from ..checker import Verdict
from ..trial import around, people

WRITERS, READERS, VISITORS = 4, 4, 2


class Crowd:
    """The people of one soak. They leave a round's channel after it: the last round asks for as much as the first."""

    def __init__(self, url: str) -> None:
        self.url = url
        accounts = people(url, WRITERS + READERS + VISITORS)
        self.writers, self.readers = accounts[:WRITERS], accounts[WRITERS : WRITERS + READERS]
        self.visitors = [(account, account.new_channel()) for account in accounts[WRITERS + READERS :]]

    def round(self, seconds: float, per_second: float, during: Callable[[], None] = lambda: None) -> Verdict:
        """Write, read and visit for a while in a new channel, then check. `during` is called again and again."""
        stop = threading.Event()
        visits = [
            threading.Thread(target=_visit, args=(*visitor, stop), daemon=True) for visitor in self.visitors
        ]

        def spend() -> None:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                during()
                stop.wait(min(5.0, max(0.0, end - time.monotonic())))

        for visit in visits:
            visit.start()
        try:
            return around(self.writers, self.readers, spend, per_second=per_second / WRITERS)
        finally:
            stop.set()
            for visit in visits:
                visit.join(30)


def _visit(account: Account, channel_id: int, stop: threading.Event) -> None:
    """Come, look who is there, type, post a link, edit it, go; again and again."""
    while not stop.is_set():
        with suppress(SocketIOError, requests.RequestException, TimeoutError):
            _visit_once(account, channel_id)
        stop.wait(1.0)


def _visit_once(account: Account, channel_id: int) -> None:
    with socketio.SimpleClient() as client:
        client.connect(
            account.url, auth={"token": account.token()}, transports=["websocket"], wait_timeout=20
        )
        client.call("watch_presence", {"user_ids": [account.user_id]}, timeout=20)
        client.call("typing", {"channel_id": channel_id}, timeout=20)
        path = f"/channels/{channel_id}/messages"
        posted = account.ask("POST", path, json={"source": "see http://127.0.0.1:1/"})
        account.ask("PATCH", f"{path}/{posted['id']}", json={"source": "it was nothing"})
        account.ask("GET", "/state")
