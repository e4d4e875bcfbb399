"""What the worker service can be told; its worker and its beat read the same model."""

from pathlib import Path

from flack_kit.settings import ServiceSettings
from pydantic import Field, SecretStr


class WorkerSettings(ServiceSettings):
    """Settings of worker and beat. Those without a default stop the start when they are missing."""

    database_url: SecretStr
    """`postgresql+psycopg://user:password@host:5432/flack`."""
    database_pool_size: int = Field(default=10, ge=1, le=200)
    redis_url: SecretStr
    """Redis or Valkey: Celery's broker, and where rooms are."""

    concurrency: int = Field(default=4, ge=1, le=1000)
    """How many tasks of the queue `default` run at a time in one process."""
    preview_concurrency: int = Field(default=16, ge=1, le=1000)
    """How many messages' links are fetched at a time in one process."""
    preview_seconds: float = Field(default=5, gt=0, le=60)
    """How long one link may take, redirects included."""
    preview_allow_origins: str = ""
    """Comma-separated origins (`http://wiki.internal:8080`) that may be fetched although they are not public."""
    v1_enabled: bool = True
    heartbeat_file: Path | None = None
    """Touched every second while the process is well, for probes that cannot ask HTTP."""

    namespace: str = ""
    """The Kubernetes namespace that the scale page shows. Empty outside Kubernetes."""
    release: str = ""
    """The Helm release whose pods are shown; empty for all of the namespace."""
    processes_file: Path | None = None
    """Outside Kubernetes: the JSON file in which the process manager says what runs and on which ports."""

    @property
    def allowed_origins(self) -> list[str]:
        """`preview_allow_origins` as a list."""
        return [origin.strip() for origin in self.preview_allow_origins.split(",") if origin.strip()]
