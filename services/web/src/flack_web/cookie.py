"""The browser's session: encrypted in a cookie that no script can read.

It holds the refresh token and the newest access token. web keeps nothing itself, so any process answers any request.
"""

import base64
import json
from dataclasses import asdict, dataclass

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Request, Response

NAME = "flack_session"
LIFETIME = 30 * 24 * 3600  # seconds; as long as api keeps an unused session


@dataclass(frozen=True)
class Session:
    """Who is signed in in this browser. `expires_at`: Unix seconds, of the access token."""

    user_id: int
    refresh_token: str
    access_token: str
    expires_at: int


class SessionCookie:
    """Seals sessions. `secrets`: one or more, separated by commas; the first seals, each of them opens."""

    def __init__(self, secrets: str) -> None:
        self._fernet = MultiFernet(
            [_fernet(secret.strip()) for secret in secrets.split(",") if secret.strip()]
        )

    def read(self, request: Request) -> Session | None:
        """The session of this request; None for no cookie, a forged one, or one older than its lifetime."""
        sealed = request.cookies.get(NAME)
        if not sealed:
            return None
        try:
            return Session(**json.loads(self._fernet.decrypt(sealed.encode(), ttl=LIFETIME)))
        except (InvalidToken, UnicodeEncodeError, ValueError, TypeError):
            return None

    def write(self, response: Response, session: Session, *, secure: bool) -> None:
        """Give the browser this session instead of the one that it has."""
        sealed = self._fernet.encrypt(json.dumps(asdict(session)).encode()).decode()
        response.set_cookie(
            NAME, sealed, max_age=LIFETIME, path="/", secure=secure, httponly=True, samesite="Lax"
        )

    def clear(self, response: Response, *, secure: bool) -> None:
        """Take the session away from the browser."""
        response.delete_cookie(NAME, path="/", secure=secure, httponly=True, samesite="Lax")


def _fernet(secret: str) -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"flack session cookie").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(key))
