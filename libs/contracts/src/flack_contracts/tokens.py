"""The claims of an access token (a JWT signed with EdDSA, RFC 8037) and the tokens that api answers."""

from typing import Final, Literal

from flack_contracts.base import Contract
from flack_contracts.chat import User, UserRole

ISSUER: Final = "flack"
AUDIENCE: Final = "flack"
ACCESS_TOKEN_SECONDS = 600


class AccessClaims(Contract):
    """Who is asking. Checked offline by every service with api's public keys."""

    iss: Literal["flack"] = ISSUER
    aud: Literal["flack"] = AUDIENCE
    sub: str
    """The user's id, as RFC 7519 wants it: a string."""
    sid: str
    """The session's id: ends with sign-out."""
    role: UserRole
    iat: int
    exp: int

    @property
    def user_id(self) -> int:
        """The user's id as the number that it is."""
        return int(self.sub)

    @property
    def session_id(self) -> int:
        """The session's id as the number that it is."""
        return int(self.sid)


class TokenAnswer(Contract):
    """What signing in or refreshing answers."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 (a scheme's name, RFC 6750)
    expires_in: int
    refresh_token: str
    user: User


class PublicKey(Contract):
    """One key of the JWKS (RFC 8037: `OKP`, `Ed25519`)."""

    kty: Literal["OKP"] = "OKP"
    crv: Literal["Ed25519"] = "Ed25519"
    use: Literal["sig"] = "sig"
    alg: Literal["EdDSA"] = "EdDSA"
    kid: str
    x: str


class KeySet(Contract):
    """api's public keys, the signing one first."""

    keys: list[PublicKey]
