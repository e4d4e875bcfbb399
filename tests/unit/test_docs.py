"""What the documentation names is there: links, headings, files, and commands of the Makefile."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
TOP = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}
TARGET = re.compile(r"^([a-z][a-z0-9_ -]*):", re.MULTILINE)


def page_id(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    prose = FENCE.sub("", page.read_text())
    links = [
        link for link in LINK.findall(prose) if "://" not in link and not link.startswith(("mailto:", "/"))
    ]
    assert [link for link in links if not leads_somewhere(page, link)] == []


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_file_that_is_named_exists(page: Path) -> None:
    named = [code for code in CODE.findall(FENCE.sub("", page.read_text())) if looks_like_a_path(code)]
    assert [path for path in named if not list(ROOT.glob(path.rstrip("/")))] == []


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_command_of_make_that_is_named_exists(page: Path) -> None:
    targets = make_targets()
    named = re.findall(r"`make ([a-z][a-z0-9-]*)", page.read_text())
    assert [target for target in named if target not in targets] == []


def test_what_is_looked_for_can_be_missed() -> None:
    page = ROOT / "README.md"
    assert leads_somewhere(page, "docs/architecture.md#identity")
    assert not leads_somewhere(page, "docs/architecture.md#no-such-heading")
    assert not leads_somewhere(page, "docs/nowhere.md")
    assert looks_like_a_path("services/api/nowhere.py") and not looks_like_a_path("/api/v2/sync")
    assert "test" in make_targets() and "nothing" not in make_targets()


def test_flask_at_scale_shows_files_for_every_pattern() -> None:
    """The page that answers for each pattern where it can be seen names a file in every section."""
    sections = (ROOT / "docs" / "flask-at-scale.md").read_text().split("\n## ")[1:]
    shown = {
        section.splitlines()[0]: [c for c in CODE.findall(section) if looks_like_a_path(c)]
        for section in sections
    }
    patterns = [title for title in shown if re.match(r"\d", title)]
    assert len(patterns) == 10
    assert [title for title in patterns if not shown[title]] == []


def looks_like_a_path(code: str) -> bool:
    """Whether this is a file or folder of the tree, from its root on."""
    return "/" in code and code.split("/")[0] in TOP and not re.search(r"[\s<>{}…$=:]", code)


def leads_somewhere(page: Path, link: str) -> bool:
    """Whether a link's file exists and has the heading that it names."""
    path, _, heading = link.partition("#")
    target = (page.parent / path) if path else page
    if not target.exists():
        return False
    return not heading or heading in headings(target)


def headings(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    lines = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


def make_targets() -> set[str]:
    """Everything that `make` can be told."""
    text = "\n".join(path.read_text() for path in (ROOT / "Makefile", *(ROOT / "mk").glob("*.mk")))
    return {name for line in TARGET.findall(text) for name in line.split()}
