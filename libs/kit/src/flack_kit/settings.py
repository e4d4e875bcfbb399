"""Settings: one pydantic model a service, read once from `FLACK_…`, without default secrets."""

import sys
from typing import Literal, TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from flack_kit.listen import EVERYWHERE


class ServiceSettings(BaseSettings):
    """What every service can be told. A service's own model adds to it."""

    model_config = SettingsConfigDict(env_prefix="FLACK_", frozen=True, extra="ignore")

    bind: str = EVERYWHERE
    """A container listens to its pod's addresses; `make up` sets 127.0.0.1."""
    port: int = Field(default=8000, ge=1, le=65535)
    metrics_port: int = Field(default=9000, ge=1, le=65535)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"
    drain_seconds: float = Field(default=20, ge=0)
    """Over how many seconds open sockets are moved away after SIGTERM."""
    graceful_timeout: float = Field(default=25, ge=1)
    """How many seconds after SIGTERM requests may still take."""
    trusted_proxies: int = Field(default=1, ge=0)
    """How many proxies in front of this service set `X-Forwarded-*`."""


S = TypeVar("S", bound=ServiceSettings)


def load_settings(model: type[S]) -> S:
    """Read a service's settings from the environment; where one is missing or wrong, say its name and stop.

    The message goes to the log and to the pod's termination message (the last lines of the log). Exit code 78 is
    `EX_CONFIG` of sysexits.h. Values are never printed: they may be secrets.
    """
    try:
        return model()
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            name = "FLACK_" + "_".join(str(part) for part in problem["loc"]).upper()
            reason = "is not set" if problem["type"] == "missing" else problem["msg"]
            print(f"flack: setting {name}: {reason}", file=sys.stderr)  # noqa: T201 (no log is set up yet)
        raise SystemExit(78) from None
