"""Making, opening, naming and archiving channels, and who sees them."""

import threading
from collections.abc import Callable

import people
import pytest
from flack_domain import actions, errors, queries
from flack_domain.actor import Actor
from sqlalchemy.orm import Session, sessionmaker


def test_who_makes_a_channel_owns_it(session: Session) -> None:
    _, bob = people.sign_up(session, "ann", "bob")
    made = actions.channels.create(session, bob, name="  plans ", kind="private", topic=" for May ")
    assert (made.name, made.topic, made.role, made.member_count, made.created_by) == (
        "plans",
        "for May",
        "owner",
        1,
        bob.id,
    )
    assert queries.channels.state(session, bob, made.id) == made


def test_a_private_channel_is_not_there_for_others_not_even_for_administrators(session: Session) -> None:
    ann, bob, cat = people.sign_up(session, "ann", "bob", "cat")
    assert ann.is_administrator
    channel_id = people.private_channel(session, bob)
    message_id = people.post(session, bob, channel_id, "secret")[0]
    for stranger in (ann, cat):
        for look in _everything(session, stranger, channel_id, message_id, bob):
            with pytest.raises(errors.NotFound):
                look()
    assert [seen.name for seen in queries.channels.browse(session, ann).channels] == ["general"]


@pytest.mark.parametrize("unknown", [0, -1, 999_999, 2**63, 2**100])
def test_unknown_channels_are_not_found(session: Session, unknown: int) -> None:
    (ann,) = people.sign_up(session, "ann")
    with pytest.raises(errors.NotFound):
        queries.channels.get(session, ann, unknown)
    with pytest.raises(errors.NotFound):
        queries.messages.page(session, ann, unknown)
    with pytest.raises(errors.NotFound):
        actions.messages.post(session, ann, unknown, source="x")
    with pytest.raises(errors.NotFound):
        actions.members.join(session, ann, unknown)


def test_public_names_differ_and_private_ones_need_not(session: Session) -> None:
    ann, bob = people.sign_up(session, "ann", "bob")
    people.public_channel(session, ann, name="Lobby")
    with pytest.raises(errors.ChannelNameTaken):
        people.public_channel(session, bob, name="lobby")
    with pytest.raises(errors.ChannelNameTaken):
        people.public_channel(session, bob, name="General")
    people.private_channel(session, ann, name="lobby")
    people.private_channel(session, bob, name="lobby")
    other = people.public_channel(session, bob, name="hall")
    with pytest.raises(errors.ChannelNameTaken):
        actions.channels.update(session, bob, other, name="LOBBY")


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\nb", "a\0b", "\ud800"])
def test_channel_names_that_are_not_allowed(session: Session, name: str) -> None:
    (ann,) = people.sign_up(session, "ann")
    with pytest.raises(errors.Invalid) as refused:
        actions.channels.create(session, ann, name=name, kind="private")
    assert refused.value.field == "name"


def test_the_same_people_always_get_the_same_direct_channel(session: Session) -> None:
    ann, bob, cat = people.sign_up(session, "ann", "bob", "cat")
    first = actions.channels.open_direct(session, ann, user_ids=[bob.id])
    again = actions.channels.open_direct(session, bob, user_ids=[ann.id, ann.id, bob.id])
    three = actions.channels.open_direct(session, ann, user_ids=[bob.id, cat.id])
    assert (first.created, again.created, three.created) == (True, False, True)
    assert again.channel.id == first.channel.id != three.channel.id
    assert first.channel.member_ids == [ann.id, bob.id]
    assert first.channel.name is None
    with pytest.raises(errors.NotFound):
        queries.channels.get(session, cat, first.channel.id)


def test_two_who_open_the_same_direct_channel_at_once_get_one(sessions: "sessionmaker[Session]") -> None:
    with sessions() as session:
        ann, bob = people.sign_up(session, "ann", "bob")
    start, opened = threading.Barrier(2), []

    def open(me: int) -> None:
        with sessions() as session:
            start.wait(10)
            actor, other = (ann, bob) if me else (bob, ann)
            opened.append(actions.channels.open_direct(session, actor, user_ids=[other.id]))

    threads = [threading.Thread(target=open, args=(me,)) for me in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len({one.channel.id for one in opened}) == 1
    assert sorted(one.created for one in opened) == [False, True]


def test_direct_channels_have_two_to_eight_known_people(session: Session) -> None:
    ann, bob, *others = people.sign_up(session, "ann", "bob", *(f"p{n}" for n in range(7)))
    for too_few_or_many in ([], [ann.id], [person.id for person in (bob, *others)]):
        with pytest.raises(errors.Invalid):
            actions.channels.open_direct(session, ann, user_ids=too_few_or_many)
    with pytest.raises(errors.NotFound):
        actions.channels.open_direct(session, ann, user_ids=[bob.id, 999])
    assert actions.channels.open_direct(session, ann, user_ids=[p.id for p in (bob, *others[:6])]).created
    actions.users.change(session, ann, bob.id, deactivated=True)
    with pytest.raises(errors.NotFound):
        actions.channels.open_direct(session, ann, user_ids=[bob.id])


def test_direct_channels_keep_their_people_and_have_no_name(session: Session) -> None:
    ann, bob, cat = people.sign_up(session, "ann", "bob", "cat")
    channel_id = people.direct_channel(session, ann, bob)
    for act in (
        lambda: actions.channels.update(session, ann, channel_id, name="x"),
        lambda: actions.channels.update(session, ann, channel_id, topic="x"),
        lambda: actions.channels.archive(session, ann, channel_id),
        lambda: actions.members.add(session, ann, channel_id, user_id=cat.id),
        lambda: actions.members.remove(session, ann, channel_id, user_id=ann.id),
        lambda: actions.members.set_role(session, ann, channel_id, user_id=bob.id, role="owner"),
    ):
        with pytest.raises(errors.DirectChannel):
            act()


def test_owners_and_administrators_rename_and_members_set_the_topic(session: Session) -> None:
    ann, bob, cat, dan = people.sign_up(session, "ann", "bob", "cat", "dan")
    channel_id = people.public_channel(session, bob, cat)
    with pytest.raises(errors.NotAnOwner):
        actions.channels.update(session, cat, channel_id, name="mine")
    with pytest.raises(errors.NotAMember):
        actions.channels.update(session, dan, channel_id, topic="mine")
    assert actions.channels.update(session, cat, channel_id, topic="ours").topic == "ours"
    assert actions.channels.update(session, bob, channel_id, name="hall", topic="").name == "hall"
    assert actions.channels.update(session, ann, channel_id, name="house rules").name == "house rules"


def test_an_archived_channel_is_only_read(session: Session) -> None:
    _, bob, cat = people.sign_up(session, "ann", "bob", "cat")
    channel_id = people.public_channel(session, bob)
    message_id = people.post(session, bob, channel_id, "before")[0]
    with pytest.raises(errors.NotAMember):
        actions.channels.archive(session, cat, channel_id)
    assert actions.channels.archive(session, bob, channel_id).archived_at is not None
    for act in (
        lambda: actions.messages.post(session, bob, channel_id, source="x"),
        lambda: actions.messages.edit(session, bob, channel_id, message_id, source="x"),
        lambda: actions.messages.delete(session, bob, channel_id, message_id),
        lambda: actions.channels.update(session, bob, channel_id, name="x"),
        lambda: actions.members.add(session, bob, channel_id, user_id=cat.id),
        lambda: actions.members.join(session, cat, channel_id),
    ):
        with pytest.raises(errors.ChannelArchived):
            act()
    assert len(queries.messages.page(session, cat, channel_id).messages) == 1
    actions.reads.move(session, bob, channel_id, position=1)
    assert actions.channels.unarchive(session, bob, channel_id).archived_at is None
    people.post(session, bob, channel_id, "after")


def test_general_stays_as_it_is_but_for_its_topic(session: Session) -> None:
    ann, bob = people.sign_up(session, "ann", "bob")
    general = queries.channels.general_id(session)
    for act in (
        lambda: actions.channels.update(session, ann, general, name="x"),
        lambda: actions.channels.archive(session, ann, general),
        lambda: actions.members.remove(session, bob, general, user_id=bob.id),
        lambda: actions.members.remove(session, ann, general, user_id=bob.id),
    ):
        with pytest.raises(errors.GeneralChannel):
            act()
    assert actions.channels.update(session, bob, general, topic="hello").topic == "hello"


def test_browsing_pages_through_public_channels_by_name(session: Session) -> None:
    ann, bob = people.sign_up(session, "ann", "bob")
    for name in ("Delta", "alpha", "Charlie", "bravo"):
        people.public_channel(session, bob, name=name)
    people.private_channel(session, ann, name="apart")
    archived = people.public_channel(session, bob, name="aardvark")
    actions.channels.archive(session, bob, archived)
    names: list[str | None] = []
    after = None
    for _ in range(5):
        page = queries.channels.browse(session, ann, limit=2, after=after)
        names += [channel.name for channel in page.channels]
        after = page.next
        if after is None:
            break
    assert names == ["alpha", "bravo", "Charlie", "Delta", "general", "aardvark"]
    found = queries.channels.browse(session, ann, q="E").channels
    assert [(channel.name, channel.joined, channel.member_count) for channel in found] == [
        ("Charlie", False, 1), ("Delta", False, 1), ("general", True, 2)
    ]  # fmt: skip
    actions.channels.create(session, bob, name="zulu", kind="public", topic="Where 100% is Planned")
    assert [channel.name for channel in queries.channels.browse(session, ann, q="% is plan").channels] == [
        "zulu"
    ]


def _everything(
    session: Session, stranger: Actor, channel_id: int, message_id: int, member: Actor
) -> list[Callable[[], object]]:
    """All that can be asked of a channel."""
    return [
        lambda: queries.channels.get(session, stranger, channel_id),
        lambda: queries.channels.state(session, stranger, channel_id),
        lambda: queries.members.of(session, stranger, channel_id),
        lambda: queries.messages.page(session, stranger, channel_id),
        lambda: queries.messages.get(session, stranger, channel_id, message_id),
        lambda: actions.messages.post(session, stranger, channel_id, source="x"),
        lambda: actions.messages.edit(session, stranger, channel_id, message_id, source="x"),
        lambda: actions.messages.delete(session, stranger, channel_id, message_id),
        lambda: actions.members.join(session, stranger, channel_id),
        lambda: actions.members.add(session, stranger, channel_id, user_id=stranger.id),
        lambda: actions.members.remove(session, stranger, channel_id, user_id=member.id),
        lambda: actions.members.set_role(session, stranger, channel_id, user_id=member.id, role="member"),
        lambda: actions.channels.update(session, stranger, channel_id, name="x"),
        lambda: actions.channels.archive(session, stranger, channel_id),
        lambda: actions.reads.move(session, stranger, channel_id, position=1),
    ]
