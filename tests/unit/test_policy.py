"""Who may do what in a channel that they see."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flack_domain import errors, policy
from flack_domain.actor import Actor

ADMIN, MEMBER = Actor(1, "administrator"), Actor(2, "member")


@dataclass(frozen=True)
class Facts:
    role: str | None = None
    kind: str = "public"
    is_general: bool = False
    archived: bool = False


def outcome(rule: Callable[..., None], *args: object, **kwargs: object) -> str:
    try:
        rule(*args, **kwargs)
    except errors.DomainError as refused:
        return refused.code
    return "yes"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (Facts(role="member"), "yes"),
        (Facts(role="owner", kind="private"), "yes"),
        (Facts(role="member", kind="direct"), "yes"),
        (Facts(role="member", is_general=True), "yes"),
        (Facts(), "not_a_member"),
        (Facts(role="owner", archived=True), "channel_archived"),
        (Facts(archived=True), "not_a_member"),
    ],
)
def test_posting(facts: Facts, expected: str) -> None:
    assert outcome(policy.may_post, facts) == expected


@pytest.mark.parametrize(
    ("facts", "author", "deleted", "expected"),
    [
        (Facts(role="member"), MEMBER.id, False, "yes"),
        (Facts(role="member"), MEMBER.id, True, "message_deleted"),
        (Facts(role="owner"), 9, False, "not_the_author"),
        (Facts(), MEMBER.id, False, "not_a_member"),
        (Facts(role="member", archived=True), MEMBER.id, False, "channel_archived"),
    ],
)
def test_editing(facts: Facts, author: int, deleted: bool, expected: str) -> None:
    assert outcome(policy.may_edit, facts, MEMBER, author_id=author, deleted=deleted) == expected


@pytest.mark.parametrize(
    ("facts", "actor", "author", "expected"),
    [
        (Facts(role="member"), MEMBER, MEMBER.id, "yes"),
        (Facts(role="owner"), MEMBER, 9, "yes"),
        (Facts(role="member"), MEMBER, 9, "not_an_owner"),
        (Facts(), ADMIN, 9, "yes"),
        (Facts(), MEMBER, 9, "not_a_member"),
        (Facts(), MEMBER, MEMBER.id, "not_a_member"),
        (Facts(role="owner", archived=True), MEMBER, 9, "channel_archived"),
    ],
)
def test_deleting(facts: Facts, actor: Actor, author: int, expected: str) -> None:
    assert outcome(policy.may_delete, facts, actor, author_id=author) == expected


@pytest.mark.parametrize(
    ("facts", "actor", "rename", "archive", "roles"),
    [
        (Facts(role="owner"), MEMBER, "yes", "yes", "yes"),
        (Facts(role="member"), MEMBER, "not_an_owner", "not_an_owner", "not_an_owner"),
        (Facts(), MEMBER, "not_a_member", "not_a_member", "not_a_member"),
        (Facts(), ADMIN, "yes", "yes", "yes"),
        (Facts(role="owner", is_general=True), ADMIN, "general_channel", "general_channel", "yes"),
        (Facts(role="member", kind="direct"), ADMIN, "direct_channel", "direct_channel", "direct_channel"),
        (Facts(role="owner", archived=True), MEMBER, "channel_archived", "yes", "yes"),
    ],
)
def test_managing(facts: Facts, actor: Actor, rename: str, archive: str, roles: str) -> None:
    assert outcome(policy.may_rename, facts, actor) == rename
    assert outcome(policy.may_archive, facts, actor) == archive
    assert outcome(policy.may_set_role, facts, actor) == roles


@pytest.mark.parametrize(
    ("facts", "actor", "user_id", "expected"),
    [
        (Facts(role="member"), MEMBER, MEMBER.id, "yes"),
        (Facts(role="member"), MEMBER, 9, "not_an_owner"),
        (Facts(role="owner"), MEMBER, 9, "yes"),
        (Facts(), ADMIN, 9, "yes"),
        (Facts(role="member", is_general=True), MEMBER, MEMBER.id, "general_channel"),
        (Facts(role="member", kind="direct"), MEMBER, MEMBER.id, "direct_channel"),
        (Facts(role="member", archived=True), MEMBER, MEMBER.id, "yes"),
    ],
)
def test_leaving_and_removing(facts: Facts, actor: Actor, user_id: int, expected: str) -> None:
    assert outcome(policy.may_remove, facts, actor, user_id=user_id) == expected


@pytest.mark.parametrize(
    ("role", "owners", "others", "expected"),
    [("owner", 0, 3, "last_owner"), ("owner", 1, 3, "yes"), ("owner", 0, 0, "yes"), ("member", 0, 3, "yes")],
)
def test_an_owner_stays_while_others_are_there(role: str, owners: int, others: int, expected: str) -> None:
    assert (
        outcome(policy.require_owner_left, role=role, other_owners=owners, other_members=others) == expected
    )


def test_only_administrators_administrate() -> None:
    assert outcome(policy.require_administrator, ADMIN) == "yes"
    assert outcome(policy.require_administrator, MEMBER) == "not_an_administrator"
