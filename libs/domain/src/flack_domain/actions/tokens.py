"""Sessions and their refresh tokens. api makes the access token; nothing of that is stored."""

from dataclasses import dataclass
from datetime import timedelta

from flack_contracts.chat import User
from sqlalchemy import select
from sqlalchemy.orm import Session

from flack_domain import errors, models, shapes
from flack_domain.actor import Actor
from flack_domain.passwords import Passwords
from flack_domain.secret import code_hash, new_code
from flack_domain.transaction import Transaction, action

SESSION_DAYS = 30
GRACE_SECONDS = 10


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session as its owner may hold it; the refresh token is not stored and cannot be shown again."""

    user: User
    session_id: int
    refresh_token: str


@dataclass(frozen=True, slots=True)
class Checked:
    """Whose password was right, and its hash then. argon2 takes a while, in which it may have become another."""

    user_id: int
    password_hash: str


def sign_in(session: Session, passwords: Passwords, *, nickname: str, password: str) -> SignedIn:
    """Begin a session. Raises `Unauthenticated`, after the same time for a wrong name as for a wrong password."""
    return _sign_in(session, check_password(session, passwords, nickname=nickname, password=password))


def check_password(session: Session, passwords: Passwords, *, nickname: str, password: str) -> Checked:
    """Whose nickname and password these are, for `locked` to go on with. Raises `Unauthenticated`."""
    found = None
    if _storable(nickname):
        found = session.execute(
            select(models.User.id, models.User.password_hash).where(
                models.User.nickname == nickname, models.User.deactivated_at.is_(None)
            )
        ).one_or_none()
        session.rollback()  # gives the connection back while argon2 works
    if not passwords.verify(found.password_hash if found else None, password) or found is None:
        raise errors.Unauthenticated
    return Checked(found.id, found.password_hash)


def locked(tx: Transaction, checked: Checked) -> models.User:
    """Who was checked, locked, so that whoever changes their password or locks them out sees what is begun here.

    Raises `Unauthenticated` where somebody did since.
    """
    user = tx.session.get_one(
        models.User, checked.user_id, populate_existing=True, with_for_update={"key_share": True}
    )
    if user.password_hash != checked.password_hash or user.deactivated_at is not None:
        raise errors.Unauthenticated
    return user


@action
def _sign_in(tx: Transaction, checked: Checked) -> SignedIn:
    user = locked(tx, checked)
    row = models.SignIn(user_id=user.id, created_at=tx.now, expires_at=tx.now + timedelta(days=SESSION_DAYS))
    tx.session.add(row)
    tx.session.flush()
    return SignedIn(user=shapes.user(user), session_id=row.id, refresh_token=_new_token(tx, row.id))


def refresh(session: Session, *, refresh_token: str) -> SignedIn:
    """Exchange a refresh token for a new one and lengthen the session.

    A token that comes again within ten seconds gets another successor, because two tabs may race; one that comes
    later was copied, and its whole session is revoked. Raises `RefreshTokenInvalid`, `RefreshTokenReused`.
    """
    signed_in = _refresh(session, refresh_token=refresh_token)
    if signed_in is None:
        raise errors.RefreshTokenReused
    return signed_in


@action
def _refresh(tx: Transaction, *, refresh_token: str) -> SignedIn | None:
    found = _find(tx, refresh_token)
    if found is None or found[1].revoked_at is not None or found[1].expires_at <= tx.now:
        raise errors.RefreshTokenInvalid
    token, row = found
    if token.rotated_at is not None and tx.now - token.rotated_at > timedelta(seconds=GRACE_SECONDS):
        row.revoked_at = tx.now
        tx.end_session(row.user_id, row.id)
        return None  # and no exception, which would undo the revocation
    token.rotated_at = token.rotated_at or tx.now
    row.expires_at = tx.now + timedelta(days=SESSION_DAYS)
    user = tx.session.get_one(models.User, row.user_id, populate_existing=True)
    return SignedIn(user=shapes.user(user), session_id=row.id, refresh_token=_new_token(tx, row.id))


@action
def sign_out(tx: Transaction, actor: Actor, *, session_id: int) -> None:
    """End one of the actor's sessions; one that has ended stays so."""
    row = tx.session.get(models.SignIn, session_id, populate_existing=True, with_for_update=True)
    if row is not None and row.user_id == actor.id:
        _revoke(tx, row)


@action
def revoke(tx: Transaction, *, refresh_token: str) -> None:
    """End the session of a refresh token; an unknown token is no error (RFC 7009)."""
    found = _find(tx, refresh_token)
    if found is not None:
        _revoke(tx, found[1])


def _revoke(tx: Transaction, row: models.SignIn) -> None:
    if row.revoked_at is None:
        row.revoked_at = tx.now
        tx.end_session(row.user_id, row.id)


def _find(tx: Transaction, refresh_token: str) -> tuple[models.RefreshToken, models.SignIn] | None:
    """The token and its session, whose row is locked: tokens of a session are exchanged one after the other."""
    token, row = models.RefreshToken, models.SignIn
    hash = code_hash(refresh_token)
    session_id = select(token.session_id).where(token.hash == hash).scalar_subquery()
    tx.session.execute(select(row.id).where(row.id == session_id).with_for_update())
    found = tx.session.execute(
        select(token, row).join(row, row.id == token.session_id).where(token.hash == hash),
        execution_options={"populate_existing": True},
    ).one_or_none()
    return (found[0], found[1]) if found else None


def _new_token(tx: Transaction, session_id: int) -> str:
    code = new_code("frt_")
    tx.session.add(models.RefreshToken(hash=code_hash(code), session_id=session_id, created_at=tx.now))
    return code


def _storable(value: str) -> bool:
    return "\0" not in value and not any("\ud800" <= character <= "\udfff" for character in value)
