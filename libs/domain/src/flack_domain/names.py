"""What people may type into fields: nicknames, names of channels, topics, messages."""

import unicodedata

from flack_domain.errors import Invalid
from flack_domain.passwords import MAX_CHARACTERS as MAX_PASSWORD

MAX_NICKNAME = 32
MAX_DISPLAY_NAME = 64
MAX_CHANNEL_NAME = 80
MAX_TOPIC = 250
MAX_SOURCE = 40_000
MAX_NONCE = 64
MIN_NEW_PASSWORD = 8
_DIRECTION = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
_LETTERS_LIKE_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Hangul's fillers and the empty Braille pattern."""


def nickname(value: str) -> str:
    """1-32 characters of any script, kept as typed; no `<`, `>` or control characters (flack-v1 section 9)."""
    if not 1 <= len(value) <= MAX_NICKNAME:
        raise Invalid(f"A nickname has 1 to {MAX_NICKNAME} characters.", field="nickname")
    if "<" in value or ">" in value or _has_control(value):
        raise Invalid("A nickname has no “<”, “>” or control characters.", field="nickname")
    return value


def display_name(value: str) -> str:
    """1-64 characters, blanks at the ends taken off."""
    return _line(value, MAX_DISPLAY_NAME, "display_name")


def channel_name(value: str) -> str:
    """1-80 characters, blanks at the ends taken off."""
    return _line(value, MAX_CHANNEL_NAME, "name")


def topic(value: str) -> str:
    """Up to 250 characters in one line; may be empty."""
    return _line(value, MAX_TOPIC, "topic", shortest=0)


def source(value: str) -> str:
    """A message's Markdown: anything that UTF-8 and PostgreSQL can hold, blanks only too: v1 needs that, v2 refuses it
    at its edge."""
    if len(value) > MAX_SOURCE:
        raise Invalid(f"A message has at most {MAX_SOURCE} characters.", field="source")
    return _storable(value, "source")


def shows_nothing(value: str) -> bool:
    """Whether a text has nothing to see: only blanks, and characters of no width."""
    return all(
        unicodedata.category(c) in ("Cc", "Cf", "Zs", "Zl", "Zp") or c in _LETTERS_LIKE_BLANKS for c in value
    )


def nonce(value: str | None) -> str | None:
    """A client's own mark on its message."""
    if value is not None and len(value) > MAX_NONCE:
        raise Invalid(f"A nonce has at most {MAX_NONCE} characters.", field="nonce")
    return value if value is None else _storable(value, "nonce")


def password(value: str, *, shortest: int = 1) -> str:
    """Any password that is not empty: v1 promises that three characters are enough. Others ask for
    `MIN_NEW_PASSWORD`."""
    if not shortest <= len(value) <= MAX_PASSWORD:
        raise Invalid(f"A password has {shortest} to {MAX_PASSWORD} characters.", field="password")
    return value


def _line(value: str, longest: int, field: str, *, shortest: int = 1) -> str:
    value = value.strip()
    if not shortest <= len(value) <= longest:
        raise Invalid(f"This takes {shortest} to {longest} characters.", field=field)
    if _has_control(value):
        raise Invalid("Control characters are not allowed here.", field=field)
    return value


def _has_control(value: str) -> bool:
    # Cc: control, Cs: lone surrogates, Zl and Zp: line and paragraph separators. Cf stays: emoji and scripts need it,
    # except the marks that turn the writing direction of everything behind them around.
    return any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") or c in _DIRECTION for c in value)


def _storable(value: str, field: str) -> str:
    if "\0" in value:
        raise Invalid("The character NUL is not allowed.", field=field)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Invalid("This is not valid Unicode text.", field=field) from None
    return value
