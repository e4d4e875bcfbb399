"""People: signing up, their names and passwords, their role in the installation."""

from typing import Literal

from flack_contracts.chat import User, UserRole
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from flack_domain import errors, models, names, policy, shapes
from flack_domain.actions import streams
from flack_domain.actions.invites import open_invite
from flack_domain.actor import Actor
from flack_domain.passwords import Passwords
from flack_domain.queries.visible import lock
from flack_domain.transaction import Transaction, action

SignUp = Literal["open", "invite", "closed"]


def sign_up(
    session: Session,
    passwords: Passwords,
    *,
    nickname: str,
    password: str,
    display_name: str | None = None,
    invite: str | None = None,
    signup: SignUp = "open",
) -> User:
    """Make an account; the first one administrates the installation, however sign-up is set. It joins `general`.

    Raises `Invalid`, `NicknameTaken`, `SignUpClosed`, `InviteInvalid`.
    """
    nickname = names.nickname(nickname)
    shown = names.display_name(display_name) if display_name is not None else nickname
    secret = passwords.hash(names.password(password))
    return _sign_up(
        session, nickname=nickname, display_name=shown, secret=secret, invite=invite, signup=signup
    )


@action
def _sign_up(
    tx: Transaction, *, nickname: str, display_name: str, secret: str, invite: str | None, signup: SignUp
) -> User:
    # Everybody joins `general`, so its lock also decides who is first.
    lock(tx.session, select(models.Channel.id).where(models.Channel.is_general))
    general = tx.session.scalars(
        select(models.Channel).where(models.Channel.is_general), execution_options={"populate_existing": True}
    ).one()
    first = tx.session.scalar(select(models.User.id).limit(1)) is None
    user = models.User(
        nickname=nickname,
        display_name=display_name,
        password_hash=secret,
        role="administrator" if first else "member",
        created_at=tx.now,
        updated_at=tx.now,
        last_seen_at=tx.now,
        revision=0,
    )
    if not first and signup == "closed":
        raise errors.SignUpClosed
    # Before anything else is looked at: who is not invited must not learn which nicknames are taken.
    invitation = open_invite(tx, invite) if not first and signup == "invite" else None
    tx.session.add(user)
    tx.session.flush()
    if invitation is not None:
        invitation.used_by, invitation.used_at = user.id, tx.now
    streams.add_member(tx, general, user, role="owner" if first else "member")
    return shapes.user(user)


def update_profile(
    session: Session,
    passwords: Passwords,
    actor: Actor,
    *,
    display_name: str | None = None,
    nickname: str | None = None,
    password: str | None = None,
    current_password: str | None = None,
    check_password: bool = True,
    keep_session_id: int | None = None,
) -> User:
    """Change what is given. A new password ends all v1 tokens and all sessions but `keep_session_id`.

    v1 does not ask for the current password (`check_password=False`). Raises `Invalid`, `NicknameTaken`,
    `WrongPassword`, `NotFound`.
    """
    secret = checked = None
    if password is not None:
        names.password(password)
        if check_password:
            checked = session.scalar(select(models.User.password_hash).where(models.User.id == actor.id))
            session.rollback()  # gives the connection back while argon2 works
            if not passwords.verify(checked, current_password or ""):
                raise errors.WrongPassword
        secret = passwords.hash(password)
    return _update_profile(
        session,
        actor,
        display_name=None if display_name is None else names.display_name(display_name),
        nickname=None if nickname is None else names.nickname(nickname),
        secret=secret,
        checked=checked,
        keep_session_id=keep_session_id,
    )


@action
def _update_profile(
    tx: Transaction,
    actor: Actor,
    *,
    display_name: str | None,
    nickname: str | None,
    secret: str | None,
    checked: str | None,
    keep_session_id: int | None,
) -> User:
    renames = display_name is not None or nickname is not None
    channels = streams.lock_channels_of(tx, actor.id) if renames else []
    user = _locked(tx, actor.id)
    if checked is not None and checked != user.password_hash:
        raise errors.WrongPassword  # it became another one while argon2 worked
    before = (user.nickname, user.display_name)
    # v1 knows no display name: whoever never chose one is shown by the nickname, also by a new one.
    if nickname is not None and display_name is None and user.display_name == user.nickname:
        display_name = nickname
    user.nickname = user.nickname if nickname is None else nickname
    user.display_name = user.display_name if display_name is None else display_name
    if secret is not None:
        _set_password(tx, user, secret, keep_session_id)
    if secret is not None or before != (user.nickname, user.display_name):
        user.updated_at = tx.now
    if before != (user.nickname, user.display_name):
        streams.tell_profile(tx, user, channels)
    return shapes.user(user)


def reset_password(session: Session, passwords: Passwords, *, nickname: str, password: str) -> User:
    """Give somebody a new password without the old one, for operators; it ends all v1 tokens and all sessions.

    Who is deactivated stays so. Raises `Invalid`, `NotFound`.
    """
    nickname = names.nickname(nickname)
    return _reset_password(
        session,
        nickname=nickname,
        secret=passwords.hash(names.password(password, shortest=names.MIN_NEW_PASSWORD)),
    )


@action
def _reset_password(tx: Transaction, *, nickname: str, secret: str) -> User:
    user_id = tx.session.scalar(select(models.User.id).where(models.User.nickname == nickname))
    if user_id is None:
        raise errors.NotFound(f"Nobody has the nickname {nickname}.", field="nickname")
    user = _locked(tx, user_id)
    _set_password(tx, user, secret, None)
    user.updated_at = tx.now
    return shapes.user(user)


@action
def change(
    tx: Transaction,
    actor: Actor,
    user_id: int,
    *,
    role: UserRole | None = None,
    deactivated: bool | None = None,
) -> User:
    """Make somebody administrator or member; shut them out (no sign-in, no sessions; what they wrote stays) or let them
    in again. Raises `NotAnAdministrator`, `LastAdministrator`, `NotFound`, and then nothing has changed.

    Access tokens carry the role: who was made administrator acts as one with their next token, who is one no longer at
    no time.
    """
    keeps_role = role != "member" and not deactivated
    user, channels = _managed(tx, actor, user_id, keeps_role=keeps_role)
    before = (user.role, user.deactivated_at)
    user.role = role or user.role
    if deactivated and user.deactivated_at is None:
        user.deactivated_at = tx.now
        tx.end_v1_tokens(user.id)
        _end_sessions(tx, user.id, None)
    elif deactivated is False:
        user.deactivated_at = None
    if before != (user.role, user.deactivated_at):
        user.updated_at = tx.now
        streams.tell_profile(tx, user, channels)
    return shapes.user(user)


def _managed(
    tx: Transaction, actor: Actor, user_id: int, *, keeps_role: bool
) -> tuple[models.User, list[models.Channel]]:
    policy.require_administrator(actor)
    # Taken by every such change, so that two administrators cannot remove each other at once.
    lock(tx.session, select(models.Channel.id).where(models.Channel.is_general))
    channels = streams.lock_channels_of(tx, errors.require_id(user_id))
    user = _locked(tx, user_id)
    others = select(func.count()).where(
        models.User.role == "administrator", models.User.deactivated_at.is_(None), models.User.id != user_id
    )
    if user.role == "administrator" and not keeps_role and not tx.session.scalar(others):
        raise errors.LastAdministrator
    return user, channels


def _locked(tx: Transaction, user_id: int) -> models.User:
    user = tx.session.get(models.User, user_id, populate_existing=True, with_for_update={"key_share": True})
    if user is None:
        raise errors.NotFound
    return user


def _set_password(tx: Transaction, user: models.User, secret: str, keep_session_id: int | None) -> None:
    user.password_hash = secret
    tx.end_v1_tokens(user.id)
    _end_sessions(tx, user.id, keep_session_id)


def _end_sessions(tx: Transaction, user_id: int, keep_session_id: int | None) -> None:
    table = models.SignIn
    ended = tx.session.scalars(
        update(table)
        .where(table.user_id == user_id, table.revoked_at.is_(None), table.id != (keep_session_id or 0))
        .values(revoked_at=tx.now)
        .returning(table.id)
    )
    for session_id in ended.all():
        tx.end_session(user_id, session_id)
