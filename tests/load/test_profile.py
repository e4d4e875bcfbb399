"""The profile that is shipped, and what is said of a bad one."""

from pathlib import Path

import pytest

from .actions import ACTIONS
from .profile import DEFAULT, BadProfile, read_profile

NAMES = frozenset(ACTIONS)


def test_the_shipped_profile_posts_as_its_comment_says() -> None:
    profile = read_profile(DEFAULT, NAMES)

    assert 1 / profile.pace.actions_per_second() == pytest.approx(88.2, abs=0.1)
    assert 2000 * profile.posts_per_second == pytest.approx(1.88, abs=0.01)


def test_any_hundred_people_are_mixed_as_the_profile_says() -> None:
    pace = read_profile(DEFAULT, NAMES).pace

    for start in (0, 31, 1900):
        times = [pace.times(number) for number in range(start, start + 100)]
        assert {each: times.count(each) for each in set(times)} == {1: 5, 2: 10, 3: 15, 6: 40, 30: 30}


def test_channels_have_their_size_and_direct_ones_are_mutual() -> None:
    profile = read_profile(DEFAULT, NAMES)

    for kind in profile.channels:
        members = [kind.channel_of(number) for number in range(2000)]
        sizes = {members.count(channel) for channel in set(members)}
        assert max(sizes) <= kind.people
        assert members.count(0) == kind.people
    for number in (0, 5, 1234):
        assert all(number in profile.direct.others(other) for other in profile.direct.others(number))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("share = 0.05", "share = 0.15", "add up to 1"),
        ("switch_channel =", "dance =", "dance is none"),
        ("mean_seconds = 20.0", 'mean_seconds = "soon"', "pace.mean_seconds"),
        ("mean_seconds = 20.0", "mean_seconds = 0.5", "pace: .*mean_seconds must not be less than least"),
        ("mean_seconds = 20.0", "mean_seconds = inf", "pace.mean_seconds"),
        (
            "least = 3, most = 40",
            "least = 41, most = 40",
            "writing.words: .*least must not be more than most",
        ),
        ("least = 0.5, most", "least = 11, most", "network.away_seconds: .*least must not be more"),
        ("[limits]", "[limit]", "limit"),
        ("[pace]", "[pace", "not TOML"),
    ],
)
def test_a_bad_profile_is_refused_with_the_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = DEFAULT.read_text()
    assert old in text
    bad = tmp_path / "profile.toml"
    bad.write_text(text.replace(old, new, 1))

    with pytest.raises(BadProfile, match=said):
        read_profile(bad, NAMES)


def test_a_profile_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadProfile, match="cannot be read"):
        read_profile(tmp_path / "none.toml", NAMES)


def test_a_profile_that_is_no_text_is_said(tmp_path: Path) -> None:
    bad = tmp_path / "profile.toml"
    bad.write_bytes(b"# caf\xe9\n" + DEFAULT.read_bytes())

    with pytest.raises(BadProfile, match="is not UTF-8"):
        read_profile(bad, NAMES)
