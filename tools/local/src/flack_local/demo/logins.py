"""The passwords of the demo's people: made once, random, easy to type."""

import secrets

from flack_local.demo.script import Person

SYLLABLES = [consonant + vowel for consonant in "bdfghjklmnprstvz" for vowel in "aeiou"]


def make_logins(people: list[Person]) -> dict[str, str]:
    """A password for each nickname: four groups of three out of 80 syllables, some 75 bits."""
    return {person.nickname: _password() for person in people}


def _password() -> str:
    return "-".join("".join(secrets.choice(SYLLABLES) for _ in range(3)) for _ in range(4))
