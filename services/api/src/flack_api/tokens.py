"""Access tokens: what signing in and refreshing answer."""

from time import time

from flack_contracts.chat import User
from flack_contracts.tokens import ACCESS_TOKEN_SECONDS, AccessClaims, TokenAnswer

from flack_api.services import services


def token_answer(*, user: User, session_id: int, refresh_token: str) -> TokenAnswer:
    """A fresh access token of a session, beside its refresh token."""
    now = int(time())
    claims = AccessClaims(
        sub=str(user.id), sid=str(session_id), role=user.role, iat=now, exp=now + ACCESS_TOKEN_SECONDS
    )
    return TokenAnswer(
        access_token=services().signer.sign(claims.model_dump()),
        expires_in=ACCESS_TOKEN_SECONDS,
        refresh_token=refresh_token,
        user=user,
    )
