"""What web can be told."""

from flack_kit.settings import ServiceSettings
from pydantic import Field, SecretStr


class WebSettings(ServiceSettings):
    """Settings of web. Those without a default stop the start when they are missing."""

    api_url: str
    """api's address inside the installation."""
    api_timeout: float = Field(default=5.0, gt=0)
    """Seconds that api may take to answer before a page says that it is away."""
    redis_url: SecretStr
    """The scale page's snapshot, assets of other versions, and sessions on their way to browsers. All can be missed."""
    session_key: SecretStr = Field(min_length=16)
    """Secrets that encrypt the session cookie, separated by commas: the first encrypts, all decrypt."""
