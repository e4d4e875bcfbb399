"""Questions that come at about the same time, asked as one."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

import gevent
from gevent.event import AsyncResult
from gevent.lock import BoundedSemaphore

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Gather(Generic[K, V]):
    """Collects keys for some seconds after the first, or until there are `most`, and asks for all of them.

    While `at_once` questions are unanswered it goes on collecting: the slower the answers, the fewer the questions.
    `ask` answers what it found by key. Calling blocks; it answers None for a key that was not found, and raises what
    `ask` raised.
    """

    def __init__(
        self, ask: Callable[[list[K]], dict[K, V]], *, seconds: float, most: int, at_once: int
    ) -> None:
        self._ask, self._seconds, self._most = ask, seconds, most
        self._turns = BoundedSemaphore(at_once)
        self._keys: set[K] = set()
        self._answer: AsyncResult[dict[K, V]] | None = None

    def __call__(self, key: K) -> V | None:
        """Ask for one, together with whoever else asks now."""
        if self._answer is not None:
            self._keys.add(key)
            answer = self._answer
            if len(self._keys) >= self._most:
                self._answer = None
            found: dict[K, V] = answer.get()
            return found.get(key)
        return self._lead(key).get(key)

    def _lead(self, key: K) -> dict[K, V]:
        """The first one waits, asks, and tells the others."""
        keys = self._keys = {key}
        answer = self._answer = AsyncResult()
        try:
            gevent.sleep(self._seconds)
            with self._turns:
                if self._answer is answer:
                    self._answer = None
                found = self._ask(list(keys))
        except BaseException as error:
            # Also where this greenlet is killed: the others must not wait for ever.
            if self._answer is answer:
                self._answer = None
            answer.set_exception(error)
            raise
        answer.set(found)
        return found
