"""What a virtual user knows of its streams, whatever order things come in."""

import random

from .follower import Follower, Tally


def following(**streams: int) -> Follower:
    follower = Follower(Tally())
    follower.start(streams)
    return follower


def events(*seqs: int) -> list[dict[str, int]]:
    return [{"seq": seq} for seq in seqs]


def test_events_in_order_are_applied_and_repeats_dropped() -> None:
    follower = following(a=3)

    assert [follower.pushed("a", seq) for seq in (4, 5, 4, 5)] == [True, True, False, False]

    assert follower.seqs == {"a": 5}
    assert (follower.tally.in_order, follower.tally.repeats) == (2, 2)
    assert not follower.behind


def test_an_early_event_is_kept_until_the_one_before_it_comes() -> None:
    follower = following(a=0)

    assert follower.pushed("a", 2)
    assert follower.behind
    assert follower.pushed("a", 1)

    assert follower.seqs == {"a": 2}
    assert not follower.behind
    assert follower.tally.early == 1


def test_an_early_event_that_comes_twice_is_a_repeat() -> None:
    follower = following(a=0)
    follower.pushed("a", 3)

    assert not follower.pushed("a", 3)

    assert follower.tally.repeats == 1


def test_sync_fills_a_gap_and_counts_only_what_push_did_not_bring() -> None:
    follower = following(a=0)
    follower.pushed("a", 3)

    new = follower.synced("a", events(1, 2, 3), expected=False)

    assert new == events(1, 2)
    assert (follower.seqs, follower.tally.missed, follower.tally.lost) == ({"a": 3}, 2, 0)
    assert not follower.behind


def test_what_happened_while_away_is_no_miss() -> None:
    follower = following(a=0)

    follower.synced("a", events(1, 2), expected=True)

    assert (follower.tally.caught_up, follower.tally.missed) == (2, 0)


def test_a_hole_that_sync_leaves_is_a_loss() -> None:
    follower = following(a=0)

    follower.synced("a", events(1, 4), expected=True)

    assert follower.tally.lost == 2


def test_heads_show_what_push_did_not_bring() -> None:
    follower = following(a=5, b=1)

    follower.spoken_of({"a": 5, "b": 1, "unknown": 9})
    assert not follower.behind
    follower.spoken_of({"a": 7})
    assert follower.behind
    follower.pushed("a", 6)
    assert follower.behind
    follower.pushed("a", 7)

    assert not follower.behind


def test_a_stream_that_is_left_is_forgotten() -> None:
    follower = following(a=0)
    follower.pushed("a", 2)

    follower.leave("a")

    assert not follower.behind
    assert not follower.pushed("a", 3)


def test_any_order_of_pushes_ends_at_the_head() -> None:
    dice = random.Random(11)
    for _ in range(200):
        follower, seqs = following(a=0), list(range(1, 30)) * 2
        dice.shuffle(seqs)
        for seq in seqs:
            follower.pushed("a", seq)
        assert follower.seqs == {"a": 29}
        assert not follower.behind
        assert follower.tally.in_order + follower.tally.early == follower.tally.repeats == 29
