"""Joining, inviting, leaving, removing, owning."""

import people
import pytest
from flack_domain import actions, errors, queries
from sqlalchemy.orm import Session


def test_anybody_joins_a_public_channel_and_what_was_said_counts_as_read(session: Session) -> None:
    ann, bob = people.sign_up(session, "ann", "bob")
    channel_id = people.public_channel(session, ann)
    people.post(session, ann, channel_id, "one", "two")
    state = actions.members.join(session, bob, channel_id)
    assert (state.role, state.member_count, state.last_position, state.last_read_position) == (
        "member",
        2,
        2,
        2,
    )
    assert actions.members.join(session, bob, channel_id) == state


def test_members_bring_others_into_a_private_channel(session: Session) -> None:
    ann, bob, cat = people.sign_up(session, "ann", "bob", "cat")
    channel_id = people.private_channel(session, ann, bob)
    added = actions.members.add(session, bob, channel_id, user_id=cat.id)
    assert actions.members.add(session, bob, channel_id, user_id=cat.id) == added
    members = queries.members.of(session, cat, channel_id)
    assert [member.user_id for member in members.members] == [ann.id, bob.id, cat.id]
    assert {user.id for user in members.users} == {ann.id, bob.id, cat.id}
    assert members.last_read_position == 0
    with pytest.raises(errors.NotFound):
        actions.members.add(session, bob, channel_id, user_id=999)


def test_members_come_page_by_page_owners_first_then_by_name(session: Session) -> None:
    zoe, ann, bob, cat, dan = people.sign_up(session, "zoe", "ann", "Bob", "cat", "dan")
    channel_id = people.private_channel(session, zoe, dan, ann, cat, bob)

    def page(after: int | None) -> tuple[list[int], int | None]:
        found = queries.members.of(session, zoe, channel_id, after=after, limit=2)
        assert [user.id for user in found.users] == [member.user_id for member in found.members]
        return [member.user_id for member in found.members], found.next

    assert page(None) == ([zoe.id, ann.id], ann.id)
    assert page(ann.id) == ([bob.id, cat.id], cat.id)
    assert page(cat.id) == ([dan.id], None)
    actions.members.remove(session, cat, channel_id, user_id=cat.id)  # a cursor may have left meanwhile
    assert page(cat.id) == ([dan.id], None)
    assert page(dan.id) == page(10**9) == ([], None)


def test_only_members_bring_others_into_a_public_channel(session: Session) -> None:
    ann, bob, cat = people.sign_up(session, "ann", "bob", "cat")
    channel_id = people.public_channel(session, ann)
    with pytest.raises(errors.NotAMember):
        actions.members.add(session, bob, channel_id, user_id=cat.id)
    assert queries.members.of(session, bob, channel_id).last_read_position is None


def test_owners_remove_and_members_only_leave(session: Session) -> None:
    _, bob, cat, dan = people.sign_up(session, "ann", "bob", "cat", "dan")
    channel_id = people.private_channel(session, bob, cat, dan)
    with pytest.raises(errors.NotAnOwner):
        actions.members.remove(session, cat, channel_id, user_id=dan.id)
    actions.members.remove(session, cat, channel_id, user_id=cat.id)
    actions.members.remove(session, bob, channel_id, user_id=dan.id)
    for gone in (cat, dan):
        with pytest.raises(errors.NotFound):
            queries.channels.get(session, gone, channel_id)
    with pytest.raises(errors.NotFound):
        actions.members.remove(session, bob, channel_id, user_id=dan.id)
    assert queries.channels.state(session, bob, channel_id).member_count == 1


def test_the_last_owner_stays_while_others_are_there(session: Session) -> None:
    _, bob, cat = people.sign_up(session, "ann", "bob", "cat")
    channel_id = people.private_channel(session, bob, cat)
    with pytest.raises(errors.LastOwner):
        actions.members.remove(session, bob, channel_id, user_id=bob.id)
    with pytest.raises(errors.LastOwner):
        actions.members.set_role(session, bob, channel_id, user_id=bob.id, role="member")
    assert actions.members.set_role(session, bob, channel_id, user_id=cat.id, role="owner").role == "owner"
    actions.members.remove(session, bob, channel_id, user_id=bob.id)
    actions.members.remove(session, cat, channel_id, user_id=cat.id)
    with pytest.raises(errors.NotFound):
        queries.channels.get(session, cat, channel_id)


def test_members_make_no_owners_but_administrators_do_where_they_see(session: Session) -> None:
    ann, bob, cat = people.sign_up(session, "ann", "bob", "cat")
    public = people.public_channel(session, bob, cat)
    with pytest.raises(errors.NotAnOwner):
        actions.members.set_role(session, cat, public, user_id=cat.id, role="owner")
    actions.members.set_role(session, ann, public, user_id=cat.id, role="owner")
    assert queries.channels.state(session, cat, public).role == "owner"
    with pytest.raises(errors.NotFound):
        actions.members.set_role(session, ann, public, user_id=ann.id, role="owner")


def test_memberships_name_a_persons_rooms(session: Session) -> None:
    ann, bob = people.sign_up(session, "ann", "bob")
    general = queries.channels.general_id(session)
    direct = people.direct_channel(session, ann, bob)
    people.private_channel(session, ann)
    people.post(session, ann, direct, "psst")
    of_ann, rooms = queries.members.memberships(session, [bob.id, 999, ann.id])
    assert of_ann.user_id == ann.id and len(of_ann.channel_ids) == 3
    assert rooms.channel_ids == [general, direct]
    assert rooms.streams == {f"user:{bob.id}": 2, f"channel:{general}": 2, f"channel:{direct}": 1}
    assert rooms.streams == queries.sync.heads(session, bob.id)
    assert queries.members.memberships(session, [999]) == []
