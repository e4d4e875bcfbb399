"""v1's tokens: they never expire, and signing out ends all of a person's."""

from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.orm import Session

from flack_domain.actions.presence import mark_seen
from flack_domain.actions.tokens import Checked, check_password, locked
from flack_domain.models import User, V1Token
from flack_domain.passwords import Passwords
from flack_domain.secret import code_hash, new_code
from flack_domain.transaction import Transaction, action


@dataclass(frozen=True, slots=True)
class V1SignedIn:
    """Who signed in, their new token, and whether that made them online."""

    user_id: int
    token: str
    came_online: bool


def sign_in(session: Session, passwords: Passwords, *, nickname: str, password: str) -> V1SignedIn:
    """Make another token; earlier ones stay valid. Counts as seen. Raises `Unauthenticated`."""
    return _sign_in(session, check_password(session, passwords, nickname=nickname, password=password))


@action
def _sign_in(tx: Transaction, checked: Checked) -> V1SignedIn:
    user_id = locked(tx, checked).id
    code = new_code("fv1_")
    tx.session.add(V1Token(hash=code_hash(code), user_id=user_id, created_at=tx.now))
    tx.session.flush()
    came_online = mark_seen(tx, user_id)
    _changed(tx, user_id)
    return V1SignedIn(user_id=user_id, token=code, came_online=came_online)


@action
def sign_out(tx: Transaction, user_id: int) -> None:
    """End every v1 token of a person. They stay online (flack-v1 section 2)."""
    tx.end_v1_tokens(user_id)
    _changed(tx, user_id)


def _changed(tx: Transaction, user_id: int) -> None:
    """v1's `updated_at` tells of tokens too (flack-v1 section 1)."""
    tx.session.execute(update(User).where(User.id == user_id).values(updated_at=tx.now))
