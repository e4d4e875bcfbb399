"""Every way in which an action or a query refuses. Named by what is wrong; api maps the five kinds to statuses."""

from typing import ClassVar


class DomainError(Exception):
    """The base. `code` is for programs, `detail` for people, `field` names the input at fault, if one is."""

    code: ClassVar[str] = "error"
    detail: str = "The request cannot be carried out."
    field: str | None = None

    def __init__(self, detail: str | None = None, *, field: str | None = None) -> None:
        if detail is not None:
            self.detail = detail
        if field is not None:
            self.field = field
        super().__init__(self.detail)


class NotFound(DomainError):
    """It does not exist, or the actor may not know that it does: the answer is the same (404)."""

    code = "not_found"
    detail = "There is no such thing, or you cannot see it."


class Forbidden(DomainError):
    """The actor sees it but may not do this (403)."""

    code = "forbidden"
    detail = "You may not do this."


class Conflict(DomainError):
    """The state of things does not allow it now (409)."""

    code = "conflict"
    detail = "This cannot be done now."


class Invalid(DomainError):
    """A value breaks a rule (422)."""

    code = "invalid"
    detail = "A value is not allowed."


class Unauthenticated(DomainError):
    """The credentials do not hold (401)."""

    code = "invalid_credentials"
    detail = "The nickname or the password is wrong."


def require_id(id: int) -> int:
    """An id that the database can hold; raises `NotFound` for others, which nothing can have."""
    if not 0 < id < 2**63:
        raise NotFound
    return id


class NotAMember(Forbidden):
    """The channel is public and visible, but only its members may do this."""

    code = "not_a_member"
    detail = "Join the channel first."


class NotAnOwner(Forbidden):
    """Only an owner of the channel may do this."""

    code = "not_an_owner"
    detail = "Only an owner of the channel may do this."


class NotTheAuthor(Forbidden):
    """Only the message's author may do this."""

    code = "not_the_author"
    detail = "Only its author may change a message."


class NotAnAdministrator(Forbidden):
    """Only administrators of the installation may do this."""

    code = "not_an_administrator"
    detail = "Only an administrator may do this."


class SignUpClosed(Forbidden):
    """Nobody can sign up here."""

    code = "signup_closed"
    detail = "Sign-up is closed here."


class InviteInvalid(Forbidden):
    """Sign-up needs an invitation that is open."""

    code = "invite_invalid"
    detail = "This needs an invitation, and yours is missing, used or too old."
    field = "invite"


class ExportsUnderWay(Conflict):
    """As many exports of this person's as may be are not finished."""

    code = "exports_under_way"
    detail = "Exports that you asked for are not finished: wait for them, or cancel one."


class NicknameTaken(Conflict):
    """Somebody has this nickname."""

    code = "nickname_taken"
    detail = "Somebody has this nickname."
    field = "nickname"


class ChannelNameTaken(Conflict):
    """A public channel has this name."""

    code = "channel_name_taken"
    detail = "A public channel has this name."
    field = "name"


class ChannelArchived(Conflict):
    """The channel can only be read."""

    code = "channel_archived"
    detail = "The channel is archived."


class DirectChannel(Conflict):
    """Direct channels have neither name nor roles, and their members are fixed."""

    code = "direct_channel"
    detail = "This cannot be done with a direct channel."


class GeneralChannel(Conflict):
    """Every installation has `general`, and everybody is in it."""

    code = "general_channel"
    detail = "This cannot be done with the channel that everybody is in."


class LastOwner(Conflict):
    """A channel with other members keeps an owner."""

    code = "last_owner"
    detail = "Make somebody else an owner first."


class MessageDeleted(Conflict):
    """A deleted message stays deleted."""

    code = "message_deleted"
    detail = "The message is deleted."


class LastAdministrator(Conflict):
    """An installation keeps an administrator."""

    code = "last_administrator"
    detail = "Make somebody else an administrator first."


class RefreshTokenInvalid(Unauthenticated):
    """The refresh token is unknown, too old, or its session has ended."""

    code = "invalid_refresh_token"
    detail = "Sign in again."


class RefreshTokenReused(Unauthenticated):
    """A refresh token came back long after it was exchanged: somebody copied it. The whole session is revoked."""

    code = "refresh_token_reused"
    detail = "This session was ended because its token was used twice. Sign in again."


class WrongPassword(Unauthenticated):
    """The current password was asked for and does not match."""

    code = "wrong_password"
    detail = "The current password is wrong."
    field = "current_password"


class IdempotencyConflict(Invalid):
    """The same `Idempotency-Key` came with another request."""

    code = "idempotency_key_reused"
    detail = "This Idempotency-Key was used for another request."


class ImportUnderWay(Conflict):
    """Messages keep the order in which they came, so a channel takes one import after the other."""

    code = "import_under_way"
    detail = "Another import into this channel is under way. Wait for its task to end."


class RequestUnderWay(Conflict):
    """Another request with this `Idempotency-Key` is being served just now."""

    code = "request_under_way"
    detail = "The first request with this Idempotency-Key is still under way. Try again soon."
