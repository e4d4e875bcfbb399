"""What the api service can be told."""

from typing import Literal

from flack_kit.settings import ServiceSettings
from pydantic import Field, SecretStr


class ApiSettings(ServiceSettings):
    """Settings of api. Those without a default stop the start when they are missing."""

    database_url: SecretStr
    """`postgresql+psycopg://user:password@host:5432/flack`."""
    database_pool_size: int = Field(default=10, ge=1, le=200)
    database_pool_seconds: float = Field(default=5, gt=0)
    """How long a request waits for a free connection before it answers 503."""
    requests_in_hand: int = Field(default=64, ge=1)
    """How many requests one process works on at once; what is over it answers 503 with `Retry-After`."""
    exports_per_user: int = Field(default=3, ge=1)
    """Exports that one person may have asked for and not got yet."""
    redis_url: SecretStr
    service_key: SecretStr = Field(min_length=16)
    """What the other services show on `/internal`."""
    signing_keys: SecretStr
    """Ed25519 private keys, PEM, concatenated: the first signs access tokens, all are published."""

    signup: Literal["open", "invite", "closed"] = "open"
    installation_name: str = Field(default="Flack", min_length=1, max_length=80)
    v1_enabled: bool = True
    v1_anonymous_read: bool = False

    rate_limits_enabled: bool = True
    rate_limit_requests: str = "1200/minute"
    """Of one person, or of one address that is not signed in."""
    rate_limit_sign_in: str = "10/minute"
    """Failed sign-ins with one nickname."""
    rate_limit_sign_in_address: str = "60/minute"
    """Sign-ins from one address, good ones included: each costs a password check."""
    rate_limit_refresh: str = "6000/minute"
    """Refresh tokens exchanged from one address: after an outage a whole office does so at once."""
    rate_limit_sign_up: str = "100/hour"
    """Accounts made from one address."""


class MigrateSettings(ServiceSettings):
    """All that `python -m flack_api migrate` needs."""

    database_url: SecretStr
    """What services connect with."""
    database_password: SecretStr | None = Field(default=None, validation_alias="PGPASSWORD")
    """Theirs, where their URL has none: libpq's own variable."""
    owner_database_url: SecretStr | None = None
    """What migrations connect with. The role of `database_url` is then given what services need, and made where it is
    missing; without it services own the database."""
    owner_database_password: SecretStr | None = None
    """The owner's, where that URL has none."""
    migrate_wait_seconds: float = Field(default=300, ge=0)
    """How long to wait for PostgreSQL to come up."""
