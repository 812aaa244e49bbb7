"""Formgrader shows a graded notebook in the instructor's browser, with the instructor's rights: no script may be in it."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbformat import NotebookNode

from autograder.lessons import is_test
from autograder.prose import rendered, settled, typed, without_commands
from autograder.release import handout

# Cleaning can take the square of a text's length: a megabyte of `<div>` half an hour.
LARGEST, LARGEST_TOGETHER = 30_000, 200_000  # characters that are cleaned, of one text and of a notebook's texts
KEPT = frozenset({"text/plain", "text/html", "image/png", "image/jpeg"})
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
TAGS = [
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "small",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
]
# Not an address within the site either: it would be asked for with the reader's rights, and nbconvert takes a "files/"
# off its beginning, whatever that bares.
LEADS = re.compile(r"https?://|mailto:|#", re.IGNORECASE)
FETCHES = re.compile(r"url|image|\\", re.IGNORECASE)  # in a style: a cursor is a picture that may lie anywhere


def disarm(nb: NotebookNode, lab: str) -> None:
    """Cleans what a student wrote or put out. Left alone are the lesson's own text and the cells that the engine wrote."""
    ours = _texts(lab)
    clean = _Cleaner()
    for cell in nb["cells"]:
        source = cell["source"]
        if cell["cell_type"] == "code":
            if not is_test(cell):
                for output in cell["outputs"]:
                    if "data" in output:
                        output["data"] = NotebookNode(_harmless(output["data"], clean))
        elif cell["cell_type"] == "raw":
            cell["source"] = typed(source)
        elif source not in ours:
            html = rendered(source) if clean.has_room(source) else None
            shown = None if html is None else clean(html)
            cell["source"] = settled(typed(source) if shown is None else shown)


@cache
def _texts(lab: str) -> frozenset[str]:
    """What the lesson itself says between its code."""
    return frozenset(cell.source for cell in handout(lab).cells if cell.cell_type == "markdown")


class _Cleaner:
    """What cleans the texts of one notebook, as far as its room goes."""

    def __init__(self) -> None:
        self.room = LARGEST_TOGETHER

    def __call__(self, html: str) -> str | None:
        """The HTML with only TAGS in it; None where it is too long, or what came before it was."""
        if not self.has_room(html):
            return None
        self.room -= len(html)
        return _known(html)

    def has_room(self, text: str) -> bool:
        return len(text) <= min(LARGEST, self.room)


def _harmless(data: dict[str, str], clean: _Cleaner) -> dict[str, str]:
    kept = {kind: value for kind, value in data.items() if kind in KEPT}
    kept = {kind: value for kind, value in kept.items() if not kind.startswith("image/") or BASE64.fullmatch(value)}
    html = kept.pop("text/html", "")
    # A figure that needs its script is left out: cleaned, only the script's text would be left.
    if "<script" not in html.lower() and (cleaned := clean(html)):
        kept["text/html"] = without_commands(cleaned)
    return kept or {"text/plain": "(an output that cannot be shown here)"}


@lru_cache(maxsize=256)
def _known(html: str) -> str:
    """Most of what a class puts out is the same for everybody, the lesson's own figures, and cleaning takes its time."""
    return _cleaner().sanitize_html_tags(html)


@cache
def _cleaner() -> SanitizeHTML:
    return SanitizeHTML(tags=TAGS, attributes=_stays)


def _stays(tag: str, attribute: str, value: str) -> bool:
    if attribute == "style":
        return not FETCHES.search(value)
    if attribute == "href":
        return tag == "a" and LEADS.match(value) is not None
    return attribute in ("title", "open") or (tag, attribute) == ("ol", "start")
