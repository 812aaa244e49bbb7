"""Formgrader shows a graded notebook in the instructor's browser, with the instructor's rights: no script may be in it."""

from __future__ import annotations

from functools import cache, lru_cache

from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbformat import NotebookNode

from autograder.lessons import grade_id
from autograder.release import student_notebook

REMEMBERED = 1 << 16  # characters of a text at most, so that what is remembered stays small
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
    ours = {cell.source for cell in student_notebook(lab).cells if cell.cell_type == "markdown"}
    for cell in nb.cells:
        if cell.cell_type == "code":
            if not (grade_id(cell) and cell.metadata.nbgrader["grade"]):
                for output in cell.outputs:
                    if "data" in output:
                        output.data = NotebookNode(_harmless(output.data))
        elif cell.source not in ours:
            cell.source = _clean(cell.source)


def _harmless(data: dict[str, str]) -> dict[str, str]:
    kept = {kind: value for kind, value in data.items() if kind in KEPT}
    if "<script" in kept.get("text/html", "").lower():
        del kept["text/html"]  # a figure that needs its script; cleaned, only the script's text would be left
    if "text/html" in kept:
        kept["text/html"] = _clean(kept["text/html"])
    return kept or {"text/plain": "(an output that cannot be shown here)"}


def _clean(html: str) -> str:
    return _known(html) if len(html) <= REMEMBERED else _cleaner().sanitize_html_tags(html)


@lru_cache(maxsize=256)
def _known(html: str) -> str:
    """Most of what a class puts out is the same for everybody, the lesson's own figures, and cleaning takes its time."""
    return _cleaner().sanitize_html_tags(html)


@cache
def _cleaner() -> SanitizeHTML:
    return SanitizeHTML(tags=TAGS, attributes={"*": ["style", "title", "open"], "a": ["href"]})
