"""Hostile input that several tests share."""

import json
from pathlib import Path

MARKUP: list[str] = [
    json.loads(line) for line in Path(__file__).with_name("markup.jsonl").read_text().splitlines()
]
"""Messages that try to run a script, load something, leave their place or lead to where a link may not."""

ENDLESS: dict[str, str] = {
    "quotes": ">",
    "brackets": "[",
    "empty links": "[]",
    "links that never end": "[a](",
    "images": "![[",
    "link titles that never end": '[a](b "',
    "escaped brackets": "[\\\\",
    "emphasis": "*a_b",
    "emphasis in emphasis": "**x *y __z _w ",
    "strikethrough": "~~a",
    "tags": "<a ",
    "comments": "<!--",
    "CDATA": "<![CDATA[",
    "entities": "&#",
    "ampersands": "&",
    "references": "[a]: u\n",
    "uses of references": "[a][b]",
    "headings": "a\n=\n",
    "quoted lines": ">a\n",
    "lists": "1. ",
    "fences": "```\n",
    "schemes": "http://",
    "links without a space": "http://a.b/",
    "domains without a space": "a.",
    "domains": "a.com ",
    "www": "www.",
    "addresses": "a@b",
    "autolinks": "<http://a>",
}
"""Pieces that, repeated as often as a message may be long, make a slow renderer take minutes."""


def repeated(piece: str, characters: int) -> str:
    """A message of that length of nothing but the piece."""
    return (piece * (characters // len(piece) + 1))[:characters]


def nested(characters: int) -> dict[str, str]:
    """Messages of about that length, as deep as they can be."""
    half = characters // 2
    root = int((2 * characters) ** 0.5)
    return {
        "links in links": "[" * half + "]" * half,
        "images in images": "![" * (half // 2) + "](u)" * (half // 4),
        "quotes in quotes": "\n".join(">" * depth for depth in range(root)),
        "lists in lists": "\n".join(" " * depth + "- a" for depth in range(root)),
        "backticks of every length": " ".join("`" * length for length in range(root)),
        "elements in elements": "<b>" * (characters // 3),
    }
