"""What realtime can be told."""

from flack_kit.settings import ServiceSettings
from pydantic import Field, SecretStr


class RealtimeSettings(ServiceSettings):
    """Settings of realtime. Those without a default stop the start when they are missing."""

    redis_url: SecretStr
    """The rooms' channels, presence and v1's tied sockets."""
    api_url: str
    """api's address inside the installation."""
    service_key: SecretStr
    """Proves to api that it is one of us who asks."""
    v1_enabled: bool = True
    v1_anonymous_read: bool = False
    realtime_polling: bool = False
    """Long polling beside WebSocket; needs session affinity at the load balancer."""
    realtime_max_sockets: int = Field(default=20_000, ge=1)
    """How many connections one process takes before it answers 503."""
    realtime_sockets_per_user: int = Field(default=100, ge=1)
    """How many connections of one person a process takes before it refuses the next."""
    realtime_connects_per_second: float = Field(default=250, gt=0)
    """How many new connections a second one process admits; the rest are told to come back."""
    realtime_connect_burst: int = Field(default=400, ge=1)
    realtime_spill_bytes: int = Field(default=1 << 20, ge=1024)
    """How many bytes may wait for one slow client before it is closed, to come back and sync."""
    realtime_message_bytes: int = Field(default=256 * 1024, ge=1024)
    """The longest message that a client may send."""
    realtime_hold_seconds: float = Field(default=30, ge=0, le=90)
    """How long a person's rooms are heard after their last socket has gone, so that who comes back asks api nothing."""
    realtime_heartbeat_seconds: float = Field(default=25, gt=0)
    realtime_heartbeat_timeout: float = Field(default=20, gt=0)
