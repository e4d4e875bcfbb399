"""A consumer that stopped consuming is noticed; a busy one and an absent broker are not mistaken for it."""

from dataclasses import dataclass

import redis
from flack_worker.stuck import StuckCheck


@dataclass
class Watched:
    queue: str = "default"
    ready: bool = True
    in_hand: int = 0


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_takes_a_minute_of_waiting_tasks_and_idle_slots(redis_url: str) -> None:
    clock, watched = Clock(), Watched()
    with redis.Redis.from_url(redis_url) as client:
        check = StuckCheck(client, [watched], clock=clock)

        def after(seconds: float) -> str | None:
            clock.now += seconds
            check.look()
            return check.reason()

        assert after(0) is None
        client.lpush("default", "a task")
        assert after(30) is None
        assert after(61) == "consumer of default is stuck"
        watched.in_hand = 1
        assert after(10) is None
        watched.in_hand = 0
        assert after(10) is None
        client.delete("default")
        assert after(61) is None


def test_an_absent_broker_is_nobodys_fault() -> None:
    clock = Clock()
    check = StuckCheck(redis.Redis(port=1), [Watched()], clock=clock)
    for _ in range(3):
        clock.now += 61
        check.look()
        assert check.reason() is None
