"""Somebody who posts numbered messages and, like a real client, retries each with the same key until it is answered."""

import threading
import time
import uuid

import requests

from .account import Account

CATCH_UP_SECONDS = 1.0
"""How far behind the rate a writer may be and still make up for it."""


class Writer:
    """Posts to one channel at a steady rate from a thread of its own, in order."""

    def __init__(self, account: Account, channel_id: int, *, per_second: float = 5) -> None:
        self._account, self._channel_id, self._pause = account, channel_id, 1 / per_second
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"writer-{account.nickname}", daemon=True)
        self.acknowledged: dict[str, int] = {}
        """The text of each message that api answered 201 for, and its position."""
        self.acknowledged_at: dict[int, float] = {}
        """When each position was acknowledged, on the monotonic clock."""
        self.failed_requests = 0
        self.unexpected: list[str] = []

    def start(self) -> "Writer":
        """Begin posting."""
        self._thread.start()
        return self

    def stop(self, timeout: float = 60) -> None:
        """Post no new message; the one in hand is retried until it is answered."""
        self._stop.set()
        self._thread.join(timeout)
        if self._thread.is_alive():
            self.unexpected.append(f"a message was not answered within {timeout} s after the fault ended")

    def _run(self) -> None:
        number, due = 0, time.monotonic()
        while not self._stop.wait(max(0.0, due - time.monotonic())):
            number += 1
            self._post(f"{self._account.nickname} {number}")
            due = max(due, time.monotonic() - CATCH_UP_SECONDS) + self._pause

    def _post(self, text: str) -> None:
        key, deadline = uuid.uuid4().hex, time.monotonic() + 120
        while time.monotonic() < deadline and (pause := self._try(text, key)) is not None:
            time.sleep(pause)

    def _try(self, text: str, key: str) -> float | None:
        """Post once. None where it was answered, else how long to wait before the next attempt."""
        try:
            answer = self._account.call(
                "POST",
                f"/channels/{self._channel_id}/messages",
                json={"source": text},
                headers={"Idempotency-Key": key},
                timeout=15,
            )
        except requests.RequestException:
            self.failed_requests += 1
            return 0.25
        if answer.status_code == 201:
            position = answer.json()["position"]
            self.acknowledged[text], self.acknowledged_at[position] = position, time.monotonic()
            return None
        if answer.status_code in (401, 409, 429, 502, 503, 504):
            self.failed_requests += 1
            return min(2.0, float(answer.headers.get("Retry-After", "0.25")))
        self.failed_requests += 1
        if "X-Request-ID" not in answer.headers:
            # Not api's answer: an ingress that has just started knows no route yet.
            return 0.25
        self.unexpected.append(f"{answer.status_code} {answer.text[:200]}")
        return 1.0
