"""Signing and checking EdDSA tokens (RFC 8037) without asking anybody.

api signs with the first of its private keys and publishes all public ones as a JWKS (RFC 7517), so that a new key is
known everywhere before the old one goes. Whoever checks keeps the key set and asks again only for an unknown `kid`.
"""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from functools import lru_cache
from time import monotonic
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

_PEM = re.compile(r"-----BEGIN PRIVATE KEY-----.+?-----END PRIVATE KEY-----", re.DOTALL)
KEYS_SECONDS = 300
REFETCH_SECONDS = 10
_MAX_TOKEN = 4096


class InvalidToken(Exception):
    """The token is not one of ours, or no longer; `expired` tells the second from the first."""

    def __init__(self, reason: str, *, expired: bool = False) -> None:
        super().__init__(reason)
        self.expired = expired


def _kid(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()[:16]


class Signer:
    """Signs tokens. `pem` holds one or more Ed25519 private keys (PKCS 8), the signing one first."""

    def __init__(self, pem: str) -> None:
        self._keys: list[tuple[str, Ed25519PrivateKey]] = []
        for block in _PEM.findall(pem):
            key = load_pem_private_key(block.encode(), password=None)
            if not isinstance(key, Ed25519PrivateKey):
                raise ValueError("a signing key is not an Ed25519 key")
            self._keys.append((_kid(key.public_key().public_bytes_raw()), key))
        if not self._keys:
            raise ValueError("no Ed25519 private key in PEM form was given")

    def sign(self, claims: dict[str, Any]) -> str:
        """A compact JWS of these claims."""
        kid, key = self._keys[0]
        return jwt.encode(claims, key, algorithm="EdDSA", headers={"kid": kid})

    def key_set(self) -> dict[str, Any]:
        """The JWKS to publish."""
        return {"keys": [_jwk(kid, key.public_key().public_bytes_raw()) for kid, key in self._keys]}


def _jwk(kid: str, raw: bytes) -> dict[str, str]:
    x = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    return {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid, "x": x}


@lru_cache(maxsize=64)
def _kid_of(header: str) -> Any:
    """The key id in a token's first segment, which all tokens of a key share. Raises ValueError."""
    decoded = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    return decoded.get("kid", "") if isinstance(decoded, dict) else None


class Verifier:
    """Checks tokens offline. `fetch` answers the JWKS and may raise; known keys are kept then."""

    def __init__(self, fetch: Callable[[], dict[str, Any]], *, issuer: str, audience: str) -> None:
        self._fetch, self._issuer, self._audience = fetch, issuer, audience
        self._keys: dict[str, Ed25519PublicKey] = {}
        self._fetched_at = -float("inf")

    def claims(self, token: str) -> dict[str, Any]:
        """The claims of a good token. Raises InvalidToken, or what `fetch` raises where no key was ever had."""
        if len(token) > _MAX_TOKEN:
            raise InvalidToken("too long")
        try:
            return jwt.decode(
                token,
                self._key(_kid_of(token.partition(".")[0])),
                algorithms=["EdDSA"],
                issuer=self._issuer,
                audience=self._audience,
                options={"require": ["exp", "iat", "sub", "iss", "aud"]},
            )
        except jwt.ExpiredSignatureError as error:
            raise InvalidToken("expired", expired=True) from error
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise InvalidToken("not a valid token") from error

    def _key(self, kid: Any) -> Ed25519PublicKey:
        if not isinstance(kid, str):
            raise InvalidToken("not a valid token")
        age = monotonic() - self._fetched_at
        if age > KEYS_SECONDS or (kid not in self._keys and age > REFETCH_SECONDS):
            self._refresh()
        if kid not in self._keys:
            raise InvalidToken("signed with an unknown key")
        return self._keys[kid]

    def _refresh(self) -> None:
        try:
            answer = self._fetch()
        except Exception:
            if not self._keys:
                raise
            # Known keys stay good while api is away; it is asked again after the same short pause.
            self._fetched_at = monotonic() - KEYS_SECONDS + REFETCH_SECONDS
            return
        self._fetched_at = monotonic()
        self._keys = {
            key["kid"]: Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(key["x"] + "=="))
            for key in answer["keys"]
        }
