"""The file that says how people behave: read, checked, and asked."""

import random
import tomllib
from itertools import accumulate
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from .limits import Limits

HERE = Path(__file__).parent
DEFAULT = HERE / "profile.toml"
Share = Annotated[float, Field(ge=0, le=1)]


class BadProfile(Exception):
    """The file cannot be used; the message says what is wrong with it."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Range(_Part):
    """Least and most of something drawn evenly."""

    least: float = Field(ge=0)
    most: float = Field(gt=0)

    @model_validator(mode="after")
    def upwards(self) -> "Range":
        """From least to most."""
        if self.least > self.most:
            raise ValueError("least must not be more than most")
        return self

    def draw(self, dice: random.Random) -> float:
        """One of them."""
        return dice.uniform(self.least, self.most)


class Slowness(_Part):
    """A share of the people, and how many times longer than the quickest they take."""

    times: float = Field(gt=0)
    share: Share


class Pace(_Part):
    """How long people wait between two things that they do."""

    least_seconds: float = Field(ge=0)
    mean_seconds: float = Field(gt=0)
    slowness: list[Slowness]

    @model_validator(mode="after")
    def whole(self) -> "Pace":
        """Everybody has one pace, and the mean can be kept."""
        if self.mean_seconds < self.least_seconds:
            raise ValueError("mean_seconds must not be less than least_seconds")
        if abs(sum(part.share for part in self.slowness) - 1) > 1e-6:
            raise ValueError("the shares under slowness must add up to 1")
        return self

    def idle(self, dice: random.Random, times: float) -> float:
        """Seconds until somebody of this slowness does something again."""
        return dice.uniform(self.least_seconds, 2 * self.mean_seconds - self.least_seconds) * times

    def times(self, number: int) -> float:
        """The slowness of the person with this number. Any stretch of a hundred people is mixed as the whole is."""
        place = (number * 37 % 100 + 0.5) / 100  # 37 and 100 have no common factor
        for bound, part in zip(accumulate(part.share for part in self.slowness), self.slowness, strict=True):
            if place <= bound + 1e-9:
                return part.times
        return self.slowness[-1].times

    def actions_per_second(self) -> float:
        """What one average person does a second."""
        return sum(part.share / part.times for part in self.slowness) / self.mean_seconds


class Kind(_Part):
    """A kind of channel that everybody is in one of."""

    name: str = Field(min_length=1, max_length=40, pattern=r"^[a-z]+$")
    people: int = Field(ge=2)
    visits: Share
    spread: bool = False

    def channel_of(self, number: int) -> int:
        """Which channel of this kind the person with this number is in. It never changes as people are added."""
        if not self.spread:
            return number // self.people
        channels = 25
        block = channels * self.people
        return number // block * channels + number % channels


class Writing(_Part):
    """How long a message takes to write, and how long it gets."""

    seconds: Range
    words: Range


class Network(_Part):
    """How connections fail."""

    away_seconds: Range


class Direct(_Part):
    """Direct channels that everybody has from the start."""

    people: int = Field(ge=0, le=8)

    def others(self, number: int) -> list[int]:
        """With whom the person with this number has one: mutual, and among the same few."""
        return [number ^ (1 << bit) for bit in range(self.people)]


class Profile(_Part):
    """How people behave."""

    pace: Pace
    actions: dict[str, Annotated[float, Field(ge=0)]]
    writing: Writing
    network: Network
    channels: list[Kind]
    direct: Direct
    limits: Limits

    @model_validator(mode="after")
    def visited(self) -> "Profile":
        """#general gets the rest."""
        if sum(kind.visits for kind in self.channels) > 1:
            raise ValueError("the visits of all channels add up to more than 1")
        if not sum(self.actions.values()):
            raise ValueError("no action has a frequency")
        return self

    @property
    def posts_per_second(self) -> float:
        """What one average person posts a second."""
        return self.pace.actions_per_second() * self.actions.get("post", 0) / sum(self.actions.values())


def read_profile(path: Path, known_actions: frozenset[str]) -> Profile:
    """The profile in a file. Raises BadProfile."""
    try:
        profile = Profile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise BadProfile(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadProfile(f"{path} is not TOML: it is not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise BadProfile(f"{path} is not TOML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise BadProfile(f"{path}: {place}: {first['msg']}") from None
    unknown = sorted(set(profile.actions) - known_actions)
    if unknown:
        raise BadProfile(
            f"{path}: actions: {unknown[0]} is none; there are {', '.join(sorted(known_actions))}"
        )
    return profile
