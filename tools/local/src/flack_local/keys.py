"""The secrets of a local installation, made at its first start and kept."""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


@dataclass(frozen=True)
class Keys:
    """Every secret that the services and the databases are given."""

    signing: str
    service: str
    session: str
    database: str
    services_database: str
    redis: str


def load_or_make(folder: Path) -> Keys:
    """Read the secrets in `folder`; make the missing ones, each in a file of mode 0600."""
    return Keys(
        signing=_secret(folder / "signing.pem", _signing_key),
        service=_secret(folder / "service", _random),
        session=_secret(folder / "session", _random),
        database=_secret(folder / "database", _random),
        services_database=_secret(folder / "services-database", _random),
        redis=_secret(folder / "redis", _random),
    )


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    draft = path.with_name(path.name + ".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def _secret(path: Path, make: Callable[[], str]) -> str:
    if not path.exists():
        write_private(path, make())
    return path.read_text(encoding="utf-8")


def _random() -> str:
    return secrets.token_urlsafe(32)


def _signing_key() -> str:
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
