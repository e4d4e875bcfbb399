"""Steady load while something happens to the cluster, and the reckoning afterwards."""

import threading
import time
from typing import Self

import requests
from people import Listener, Person


class Load:
    """Writers post at a steady pace, listeners hear, every answer is remembered. No failure is retried: each counts."""

    def __init__(
        self, writers: list[Person], listeners: list[Listener], channel: int, *, pause: float = 0.2
    ) -> None:
        self._writers, self._listeners, self._channel, self._pause = writers, listeners, channel, pause
        self.said: dict[int, str] = {}
        self.failures: list[str] = []
        self.slowest = 0.0
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._write, args=(person,), daemon=True) for person in writers
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def _write(self, person: Person) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            text = f"{person.nickname} {number}"
            started = time.monotonic()
            try:
                message = person.say(self._channel, text, key=f"{self._channel} {text}")
                self.said[message["id"]] = text
            except requests.RequestException as error:
                self.failures.append(f"{time.strftime('%H:%M:%S')} {error}")
            self.slowest = max(self.slowest, time.monotonic() - started)
            self._stop.wait(self._pause)

    def reckon(self) -> None:
        """No request failed, nothing acknowledged is missing or there twice, and every listener can know it all."""
        assert self.said, "nothing was said, so nothing was tested"
        assert not self.failures, (
            f"{len(self.failures)} of {len(self.failures) + len(self.said)}: {self.failures[:8]}"
        )
        messages = self._writers[0].read(self._channel)
        texts = [message["source"] for message in messages]
        assert sorted(set(texts)) == sorted(texts), "a message is there twice"
        assert [message["position"] for message in messages] == list(range(1, len(messages) + 1))
        stored = {message["id"]: message["source"] for message in messages}
        assert {k: v for k, v in self.said.items() if stored.get(k) != v} == {}
        for listener in self._listeners:
            listener.catch_up(self._channel)
            assert {k for k in self.said if k not in listener.texts} == set()
