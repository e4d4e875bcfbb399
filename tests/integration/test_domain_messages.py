"""Posting, paging, editing, deleting, previews, read positions, preferences."""

import people
import pytest
from flack_contracts.chat import Preview
from flack_domain import actions, errors, queries
from flack_domain.actor import Actor
from flack_domain.outbox import Delivery
from sqlalchemy.orm import Session

PAGE = Preview(url="http://e.com", title="E", description="D", site_name="S")


def positions(session: Session, actor: Actor, channel_id: int, **where: int) -> tuple[list[int], bool, bool]:
    page = queries.messages.page(session, actor, channel_id, **where)
    return [message.position for message in page.messages], page.has_before, page.has_after


def test_a_message_is_rendered_and_takes_the_next_position(session: Session) -> None:
    ann, bob = people.sign_up(session, "ann", "bob")
    channel_id = people.private_channel(session, ann, bob)
    first = actions.messages.post(session, ann, channel_id, source="*hi* <b>", nonce="n1")
    second = actions.messages.post(session, bob, channel_id, source="")
    assert (first.position, first.html, first.nonce) == (1, "<p><em>hi</em> &lt;b&gt;</p>", "n1")
    assert (second.position, second.html, second.user_id) == (2, "", bob.id)
    page = queries.messages.page(session, bob, channel_id)
    assert [message.model_dump_json() for message in page.messages] == [
        first.model_dump_json(), second.model_dump_json()
    ]  # fmt: skip
    assert page.seq == 3  # bob's joining, and two messages


def test_only_members_post_also_in_public(session: Session) -> None:
    ann, bob = people.sign_up(session, "ann", "bob")
    channel_id = people.public_channel(session, ann)
    with pytest.raises(errors.NotAMember):
        actions.messages.post(session, bob, channel_id, source="x")
    assert queries.channels.get(session, bob, channel_id).last_seq == 0


@pytest.mark.parametrize("source", ["a\0b", "\ud800", "x" * 40_001])
def test_texts_that_cannot_be_kept_are_refused(session: Session, source: str) -> None:
    (ann,) = people.sign_up(session, "ann")
    channel_id = people.private_channel(session, ann)
    with pytest.raises(errors.Invalid) as refused:
        actions.messages.post(session, ann, channel_id, source=source)
    assert refused.value.field == "source"
    with pytest.raises(errors.Invalid):
        actions.messages.post(session, ann, channel_id, source="x", nonce=source)


@pytest.mark.parametrize("source", ["x" * 40_000, "👩‍👩‍👧 \u202e", "\u0001\u2028", "%s %(x)s :name", "  "])
def test_texts_that_can_be_kept_are_kept(session: Session, source: str) -> None:
    (ann,) = people.sign_up(session, "ann")
    channel_id = people.private_channel(session, ann)
    posted = actions.messages.post(session, ann, channel_id, source=source)
    assert queries.messages.get(session, ann, channel_id, posted.id).source == source


def test_pages_are_ranges_of_positions(session: Session) -> None:
    (ann,) = people.sign_up(session, "ann")
    channel_id = people.private_channel(session, ann)
    assert positions(session, ann, channel_id) == ([], False, False)
    assert positions(session, ann, channel_id, before=5) == ([], False, False)
    people.post(session, ann, channel_id, *"abcdefghij")
    assert positions(session, ann, channel_id, limit=3) == ([8, 9, 10], True, False)
    assert positions(session, ann, channel_id, before=8, limit=3) == ([5, 6, 7], True, True)
    assert positions(session, ann, channel_id, before=3, limit=3) == ([1, 2], False, True)
    assert positions(session, ann, channel_id, after=7, limit=2) == ([8, 9], True, True)
    assert positions(session, ann, channel_id, after=8, limit=5) == ([9, 10], True, False)
    assert positions(session, ann, channel_id, after=10) == ([], True, False)
    assert positions(session, ann, channel_id, before=1) == ([], False, True)
    assert positions(session, ann, channel_id, around=5, limit=4) == ([3, 4, 5, 6], True, True)
    assert positions(session, ann, channel_id, around=1, limit=4) == ([1, 2, 3, 4], False, True)
    assert positions(session, ann, channel_id, around=99, limit=4) == ([], True, False)
    assert positions(session, ann, channel_id, before=2**70) == ([], True, False)


def test_an_edit_is_the_authors(session: Session) -> None:
    ann, bob = people.sign_up(session, "ann", "bob")
    channel_id = people.private_channel(session, bob, ann)
    (message_id,) = people.post(session, bob, channel_id, "see http://e.com")
    with pytest.raises(errors.NotTheAuthor):
        actions.messages.edit(session, ann, channel_id, message_id, source="x")
    actions.previews.attach(session, message_id, revision=0, previews=[PAGE])
    edited = actions.messages.edit(session, bob, channel_id, message_id, source="*b*")
    assert (edited.position, edited.html, edited.previews) == (1, "<p><em>b</em></p>", [])
    assert edited.edited_at is not None
    assert queries.messages.get(session, ann, channel_id, message_id).source == "*b*"


def test_a_deleted_message_leaves_its_place(session: Session) -> None:
    ann, bob, cat = people.sign_up(session, "ann", "bob", "cat")
    channel_id = people.private_channel(session, bob, ann, cat)
    hers, his = people.post(session, cat, channel_id, "one", "two")
    with pytest.raises(errors.NotAnOwner):
        actions.messages.delete(session, Actor(ann.id), channel_id, hers)
    gone = actions.messages.delete(session, cat, channel_id, hers)
    assert (gone.source, gone.html, gone.position) == ("", "", 1)
    assert gone.deleted_at is not None
    assert actions.messages.delete(session, cat, channel_id, hers) == gone
    assert actions.messages.delete(session, bob, channel_id, his).deleted_at is not None
    with pytest.raises(errors.MessageDeleted):
        actions.messages.edit(session, cat, channel_id, hers, source="back")
    assert people.post(session, cat, channel_id, "three")
    assert positions(session, bob, channel_id) == ([1, 2, 3], False, False)


def test_a_message_is_found_in_its_own_channel_only(session: Session) -> None:
    (ann,) = people.sign_up(session, "ann")
    here, there = people.private_channel(session, ann), people.private_channel(session, ann)
    (message_id,) = people.post(session, ann, here, "x")
    assert queries.messages.get(session, ann, here, message_id).source == "x"
    for wrong in (lambda: queries.messages.get(session, ann, there, message_id),
                  lambda: queries.messages.get(session, ann, here, 2**64),
                  lambda: actions.messages.edit(session, ann, there, message_id, source="y"),
                  lambda: actions.messages.delete(session, ann, there, message_id)):  # fmt: skip
        with pytest.raises(errors.NotFound):
            wrong()


def test_previews_come_under_the_text_that_they_belong_to(session: Session) -> None:
    (ann,) = people.sign_up(session, "ann")
    channel_id = people.private_channel(session, ann)
    (message_id,) = people.post(session, ann, channel_id, "see http://e.com")
    wanted = queries.messages.for_preview(session, message_id)
    assert wanted is not None and wanted.revision == 0 and not wanted.is_general
    actions.messages.edit(session, ann, channel_id, message_id, source="see http://other.com")
    assert actions.previews.attach(session, message_id, revision=0, previews=[PAGE]) is None
    previewed = actions.previews.attach(session, message_id, revision=1, previews=[PAGE])
    assert previewed is not None and previewed.previews == [PAGE]
    assert queries.messages.get(session, ann, channel_id, message_id).previews == [PAGE]
    assert actions.previews.attach(session, message_id, revision=1, previews=[]) is None
    actions.messages.delete(session, ann, channel_id, message_id)
    assert queries.messages.for_preview(session, message_id) is None
    assert actions.previews.attach(session, message_id, revision=2, previews=[PAGE]) is None


def test_messages_with_links_ask_for_previews(session: Session) -> None:
    told: list[Delivery] = []
    session.info["publish"] = told.append
    (ann,) = people.sign_up(session, "ann")
    channel_id = people.private_channel(session, ann)
    plain, linked = people.post(session, ann, channel_id, "plain", "http://e.com")
    actions.messages.edit(session, ann, channel_id, plain, source="now with http://e.com")
    assert [delivery.wanted_previews for delivery in told[-3:]] == [[], [linked], [plain]]


def test_reading_moves_forward_and_not_past_the_end(session: Session) -> None:
    ann, bob, cat = people.sign_up(session, "ann", "bob", "cat")
    channel_id = people.public_channel(session, ann, bob)
    people.post(session, ann, channel_id, *"abcde")
    assert queries.channels.state(session, bob, channel_id).last_read_position == 0
    assert actions.reads.move(session, bob, channel_id, position=3).unread == 2
    assert actions.reads.move(session, bob, channel_id, position=2).position == 3
    assert actions.reads.move(session, bob, channel_id, position=-5).position == 3
    end = actions.reads.move(session, bob, channel_id, position=2**100)
    assert (end.position, end.unread) == (5, 0)
    with pytest.raises(errors.NotAMember):
        actions.reads.move(session, cat, channel_id, position=1)
    # Two moves, two events: what moved nothing told nothing. The other two are his joining general and this channel.
    assert queries.sync.heads(session, bob.id)[f"user:{bob.id}"] == 4


def test_who_posts_has_read_what_came_before(session: Session) -> None:
    ann, bob = people.sign_up(session, "ann", "bob")
    channel_id = people.private_channel(session, ann, bob)
    people.post(session, ann, channel_id, "one", "two")
    people.post(session, bob, channel_id, "three")
    assert queries.channels.state(session, bob, channel_id).last_read_position == 3
    assert queries.channels.state(session, ann, channel_id).last_read_position == 2


def test_preferences_keep_what_is_not_changed(session: Session) -> None:
    (ann,) = people.sign_up(session, "ann")
    assert queries.preferences.get(session, ann.id).theme == "auto"
    actions.preferences.update(session, ann, {"theme": "dark"})
    actions.preferences.update(session, ann, {"muted_channel_ids": [1]})
    after = queries.preferences.get(session, ann.id)
    assert (after.theme, after.muted_channel_ids, after.desktop_notifications) == ("dark", [1], False)
    for wrong in ({"theme": "pink"}, {"colour": "red"}, {"muted_channel_ids": "x"}):
        with pytest.raises(errors.Invalid) as refused:
            actions.preferences.update(session, ann, wrong)
        assert refused.value.field == next(iter(wrong))
    assert queries.preferences.get(session, ann.id) == after
