"""Connections to Redis or Valkey."""

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry


def connect_redis(url: str, *, timeout: float = 2.0, max_connections: int = 50) -> "Redis":
    """A client whose every call ends within about `timeout` seconds, with an answer or a RedisError."""
    client: Redis = Redis.from_url(
        url,
        socket_connect_timeout=timeout,
        socket_timeout=timeout,
        max_connections=max_connections,
        retry=Retry(NoBackoff(), 1),
        health_check_interval=30,
    )
    return client
