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
    """Who is signed in in this browser. `expires_at`: Unix seconds, of the access token.

    `previous` names the session's tokens before these (see handover.py).
    """

    user_id: int
    refresh_token: str
    access_token: str
    expires_at: int
    previous: str = ""


class SessionCookie:
    """Seals sessions. `secrets`: one or more, separated by commas; the first seals, each of them opens."""

    def __init__(self, secrets: str) -> None:
        self._fernet = MultiFernet(
            [_fernet(secret.strip()) for secret in secrets.split(",") if secret.strip()]
        )

    def read(self, request: Request) -> Session | None:
        """The session of this request; None for no cookie, a forged one, or one older than its lifetime."""
        sealed = request.cookies.get(NAME)
        return self.open(sealed) if sealed else None

    def open(self, sealed: str) -> Session | None:
        """What `seal` sealed, if that was not too long ago."""
        try:
            return Session(**json.loads(self._fernet.decrypt(sealed.encode(), ttl=LIFETIME)))
        except (InvalidToken, UnicodeEncodeError, ValueError, TypeError):
            return None

    def seal(self, session: Session) -> str:
        """The session as text that only `open` can read."""
        return self._fernet.encrypt(json.dumps(asdict(session)).encode()).decode()

    def write(self, response: Response, session: Session, *, secure: bool) -> None:
        """Give the browser this session instead of the one that it has."""
        response.set_cookie(
            NAME, self.seal(session), max_age=LIFETIME, path="/", secure=secure, httponly=True, samesite="Lax"
        )

    def clear(self, response: Response, *, secure: bool) -> None:
        """Take the session away from the browser."""
        response.delete_cookie(NAME, path="/", secure=secure, httponly=True, samesite="Lax")


def _fernet(secret: str) -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"flack session cookie").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(key))
