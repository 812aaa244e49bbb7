"""Formgrader shows a graded notebook in the instructor's browser, with the instructor's rights: no script may be in it."""

from __future__ import annotations

from functools import cache, lru_cache
from html import escape

from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbformat import NotebookNode

from autograder.lessons import grade_id
from autograder.release import handout

# Cleaning can take the square of a text's length: a megabyte of `<div>` half an hour.
LARGEST, LARGEST_TOGETHER = 30_000, 200_000  # characters that are cleaned, of one text and of a notebook's texts
KEPT = frozenset({"text/plain", "text/html", "image/png", "image/jpeg"})
TAGS = [
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "details",
    "div",
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


def disarm(nb: NotebookNode, lab: str) -> None:
    """Cleans what a student wrote or put out. Left alone are the lesson's own text and the cells that the engine wrote."""
    ours = {cell.source for cell in handout(lab).cells if cell.cell_type == "markdown"}
    clean = _Cleaner()
    for cell in nb.cells:
        if cell.cell_type == "code":
            if not (grade_id(cell) and cell.metadata.nbgrader["grade"]):
                for output in cell.outputs:
                    if "data" in output:
                        output.data = NotebookNode(_harmless(output.data, clean))
        elif cell.source not in ours:
            cell.source = clean(cell.source) or escape(cell.source, quote=False)


class _Cleaner:
    """What cleans the texts of one notebook, as far as its room goes."""

    def __init__(self) -> None:
        self.room = LARGEST_TOGETHER

    def __call__(self, html: str) -> str | None:
        """The HTML with only TAGS in it; None where it is too long, or what came before it was."""
        if len(html) > min(LARGEST, self.room):
            return None
        self.room -= len(html)
        return _known(html)


def _harmless(data: dict[str, str], clean: _Cleaner) -> dict[str, str]:
    kept = {kind: value for kind, value in data.items() if kind in KEPT}
    html = kept.pop("text/html", "")
    # A figure that needs its script is left out: cleaned, only the script's text would be left.
    if "<script" not in html.lower() and (cleaned := clean(html)):
        kept["text/html"] = cleaned
    return kept or {"text/plain": "(an output that cannot be shown here)"}


@lru_cache(maxsize=256)
def _known(html: str) -> str:
    """Most of what a class puts out is the same for everybody, the lesson's own figures, and cleaning takes its time."""
    return _cleaner().sanitize_html_tags(html)


@cache
def _cleaner() -> SanitizeHTML:
    return SanitizeHTML(tags=TAGS, attributes={"*": ["style", "title", "open"], "a": ["href"]})
