"""kombu's Redis transport, looking again soon when all slots are in use.

Celery's loop for greenlets waits up to two seconds for the broker. With every slot taken it asks the broker for
nothing and so waits these two seconds in full, however soon a slot becomes free: four slots then carry out four tasks
in two seconds. (Measured; a larger prefetch would hide it, and take tasks that another pod could run.)
"""

from typing import Any

from kombu.transport.redis import Transport as RedisTransport

IDLE_SECONDS = 1.0
"""While a slot is free: Redis ends the wait as soon as there is a task. Orders to stop are looked at this often."""
FULL_SECONDS = 0.02
"""While no slot is free."""


class Transport(RedisTransport):
    """Named in Celery's setting `broker_transport`."""

    def drain_events(self, connection: Any, timeout: float | None = None, **options: Any) -> Any:
        """Wait for one message. Raises `TimeoutError` when none came."""
        full = not all(channel.qos.can_consume() for channel in self.channels)
        longest = FULL_SECONDS if full else IDLE_SECONDS
        return super().drain_events(  # type: ignore[no-untyped-call]
            connection, timeout=min(timeout or longest, longest), **options
        )
