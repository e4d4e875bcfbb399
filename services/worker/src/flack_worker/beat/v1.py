"""What v1 needs every few seconds: whoever was not seen for a minute goes offline, and answers stop waiting."""

from flack_contracts.streams import V1_ROOM, room_channel
from flack_domain.actions import v1_sweep
from flack_kit.logging import get_logger
from redis.exceptions import RedisError

from flack_worker.context import Context

log = get_logger(__name__)


def sweep(context: Context) -> None:
    """One sweep. A push that Redis does not take is lost, as v1 never repeated any. Raises SQLAlchemyError."""

    def push(packet: bytes) -> None:
        try:
            context.redis.publish(room_channel(V1_ROOM), packet)
        except RedisError as error:
            log.warning("publish_failed", events=1, reason=type(error).__name__)

    with context.sessions() as session:
        v1_sweep.run(session, push)
