"""How v1's requests are counted."""

from collections.abc import Iterator

import pytest
from flack_api.v1.request_counter import WINDOW, RequestCounter
from redis import Redis


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    client: Redis = Redis.from_url(redis_url)
    yield client
    client.close()


def test_what_was_counted_is_told_before_it_is_closed(redis: Redis) -> None:
    ours, others = RequestCounter(redis), RequestCounter(redis)
    for _ in range(3):
        ours.count()

    ours.close()

    assert others.rate() == 3 / WINDOW


def test_one_that_never_counted_closes_too(redis: Redis) -> None:
    counter = RequestCounter(redis)

    counter.close()

    assert counter.rate() == 0
