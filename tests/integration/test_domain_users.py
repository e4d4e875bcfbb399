"""Signing up, names, passwords, roles."""

import threading

import people
import pytest
from flack_domain import actions, errors, queries
from flack_domain.actor import Actor
from people import FAST_PASSWORDS, PASSWORD
from sqlalchemy.orm import Session, sessionmaker


def sign_up(session: Session, nickname: str, **more: str) -> Actor:
    user = actions.users.sign_up(session, FAST_PASSWORDS, nickname=nickname, password=PASSWORD, **more)  # type: ignore[arg-type]
    return Actor(user.id, user.role)


def test_the_first_person_administrates_and_everybody_joins_general(session: Session) -> None:
    ann, bob = people.sign_up(session, "ann", "bob")
    assert (ann.role, bob.role) == ("administrator", "member")
    general = queries.channels.general_id(session)
    members = queries.members.of(session, bob, general)
    assert [(member.user_id, member.role) for member in members.members] == [
        (ann.id, "owner"),
        (bob.id, "member"),
    ]


def test_two_first_people_at_once_make_one_administrator(sessions: "sessionmaker[Session]") -> None:
    start = threading.Barrier(4)
    roles: list[str] = []

    def arrive(number: int) -> None:
        with sessions() as session:
            start.wait(10)
            roles.append(sign_up(session, f"person{number}").role)

    threads = [threading.Thread(target=arrive, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(roles) == ["administrator", "member", "member", "member"]


@pytest.mark.parametrize(
    "nickname", ["", "x" * 33, "a<b", "a>b", "a\nb", "a\0b", "\ud800", "a\u2028b", "a\u202eb"]
)
def test_nicknames_that_are_not_allowed(session: Session, nickname: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        sign_up(session, nickname)
    assert refused.value.field == "nickname"


@pytest.mark.parametrize("nickname", ["x", "x" * 32, " ann ", "Ännchen", "王小明", "a:b", "👩‍👩‍👧"])
def test_nicknames_of_any_script_are_kept_as_typed(session: Session, nickname: str) -> None:
    assert queries.users.get(session, sign_up(session, nickname).id).nickname == nickname


def test_nicknames_differ_by_case_and_are_given_once(session: Session) -> None:
    sign_up(session, "ann")
    sign_up(session, "Ann")
    with pytest.raises(errors.NicknameTaken):
        sign_up(session, "ann")
    assert len(queries.users.search(session, "ann")) == 2


def test_sign_up_can_be_closed_but_never_to_the_first(session: Session) -> None:
    ann = sign_up(session, "ann", signup="closed")
    assert ann.is_administrator
    with pytest.raises(errors.SignUpClosed):
        sign_up(session, "bob", signup="closed")


def test_an_invitation_lets_one_person_in(session: Session) -> None:
    (ann,) = people.sign_up(session, "ann")
    invite = actions.invites.create(session, ann)
    with pytest.raises(errors.InviteInvalid):
        sign_up(session, "bob", signup="invite", invite="fin_guess")
    sign_up(session, "bob", signup="invite", invite=invite.invite)
    with pytest.raises(errors.InviteInvalid):
        sign_up(session, "cat", signup="invite", invite=invite.invite)
    assert queries.users.search(session, "cat") == []


def test_invitations_are_the_administrators(session: Session) -> None:
    ann, bob = people.sign_up(session, "ann", "bob")
    with pytest.raises(errors.NotAnAdministrator):
        actions.invites.create(session, bob)
    invite = actions.invites.create(session, ann)
    assert [open.id for open in queries.invites.open(session, ann)] == [invite.id]
    actions.invites.withdraw(session, ann, invite.id)
    assert queries.invites.open(session, ann) == []
    with pytest.raises(errors.NotFound):
        actions.invites.withdraw(session, ann, invite.id)
    with pytest.raises(errors.InviteInvalid):
        sign_up(session, "cat", signup="invite", invite=invite.invite)


def test_a_new_nickname_is_shown_also_where_no_display_name_was_chosen(session: Session) -> None:
    (ann,) = people.sign_up(session, "ann")
    renamed = actions.users.update_profile(session, FAST_PASSWORDS, ann, nickname="anna")
    assert (renamed.nickname, renamed.display_name) == ("anna", "anna")
    named = actions.users.update_profile(session, FAST_PASSWORDS, ann, display_name="  Anna A.  ")
    assert named.display_name == "Anna A."
    again = actions.users.update_profile(session, FAST_PASSWORDS, ann, nickname="annie")
    assert (again.nickname, again.display_name, again.revision) == ("annie", "Anna A.", 3)


def test_a_taken_nickname_changes_nothing(session: Session) -> None:
    ann, _ = people.sign_up(session, "ann", "bob")
    before = queries.state.snapshot(session, ann)
    with pytest.raises(errors.NicknameTaken):
        actions.users.update_profile(session, FAST_PASSWORDS, ann, nickname="bob", display_name="x")
    assert queries.state.snapshot(session, ann) == before


def test_a_new_password_needs_the_old_one_and_ends_other_sessions(session: Session) -> None:
    (ann,) = people.sign_up(session, "ann")
    here, there = (
        actions.tokens.sign_in(session, FAST_PASSWORDS, nickname="ann", password=PASSWORD) for _ in range(2)
    )
    old = actions.v1_tokens.sign_in(session, FAST_PASSWORDS, nickname="ann", password=PASSWORD)
    change = {"password": "another one", "keep_session_id": here.session_id}
    with pytest.raises(errors.WrongPassword):
        actions.users.update_profile(session, FAST_PASSWORDS, ann, **change, current_password="guess")  # type: ignore[arg-type]
    assert queries.sessions.alive(session, there.session_id)
    actions.users.update_profile(session, FAST_PASSWORDS, ann, **change, current_password=PASSWORD)  # type: ignore[arg-type]
    assert queries.sessions.alive(session, here.session_id)
    assert not queries.sessions.alive(session, there.session_id)
    assert queries.v1.user_of_token(session, old.token) is None
    with pytest.raises(errors.Unauthenticated):
        actions.tokens.sign_in(session, FAST_PASSWORDS, nickname="ann", password=PASSWORD)
    actions.tokens.sign_in(session, FAST_PASSWORDS, nickname="ann", password="another one")


def test_who_is_deactivated_is_shut_out_and_may_come_back(session: Session) -> None:
    ann, bob = people.sign_up(session, "ann", "bob")
    signed_in = actions.tokens.sign_in(session, FAST_PASSWORDS, nickname="bob", password=PASSWORD)
    with pytest.raises(errors.NotAnAdministrator):
        actions.users.change(session, bob, ann.id, deactivated=True)
    assert actions.users.change(session, ann, bob.id, deactivated=True).deactivated_at is not None
    assert not queries.sessions.alive(session, signed_in.session_id)
    with pytest.raises(errors.Unauthenticated):
        actions.tokens.sign_in(session, FAST_PASSWORDS, nickname="bob", password=PASSWORD)
    with pytest.raises(errors.RefreshTokenInvalid):
        actions.tokens.refresh(session, refresh_token=signed_in.refresh_token)
    assert queries.users.search(session, "bob") == []
    actions.users.change(session, ann, bob.id, deactivated=False)
    actions.tokens.sign_in(session, FAST_PASSWORDS, nickname="bob", password=PASSWORD)


def test_the_last_administrator_stays(session: Session) -> None:
    ann, bob = people.sign_up(session, "ann", "bob")
    with pytest.raises(errors.LastAdministrator):
        actions.users.change(session, ann, ann.id, role="member")
    with pytest.raises(errors.LastAdministrator):
        actions.users.change(session, ann, ann.id, deactivated=True)
    with pytest.raises(errors.LastAdministrator):
        actions.users.change(session, ann, ann.id, role="administrator", deactivated=True)
    both = actions.users.change(session, ann, bob.id, role="administrator", deactivated=True)
    assert both.role == "administrator" and both.deactivated_at is not None
    with pytest.raises(errors.LastAdministrator):  # of those who are let in
        actions.users.change(session, ann, ann.id, role="member", deactivated=False)
    actions.users.change(session, ann, bob.id, deactivated=False)
    assert actions.users.change(session, ann, ann.id, role="member").role == "member"


def test_searching_finds_starts_before_middles(session: Session) -> None:
    people.sign_up(session, "joanna", "ann", "100%", "bob")
    assert [user.nickname for user in queries.users.search(session, "AN")] == ["ann", "joanna"]
    assert [user.nickname for user in queries.users.search(session, "%")] == ["100%"]
    assert [user.id for user in queries.users.by_ids(session, [2, 1, 99, -1, 2**70])] == [1, 2]


@pytest.mark.parametrize("unknown", [0, -1, 99, 2**63, 2**200])
def test_unknown_people_are_not_found(session: Session, unknown: int) -> None:
    (ann,) = people.sign_up(session, "ann")
    with pytest.raises(errors.NotFound):
        queries.users.get(session, unknown)
    with pytest.raises(errors.NotFound):
        actions.users.change(session, ann, unknown, deactivated=True)
