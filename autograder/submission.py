"""Reading what a student handed in: untrusted bytes in, a clean notebook out, or one clear line.

Only what the grader needs survives: cells' types, sources and nbgrader ids. Outputs, attachments and all other
metadata are dropped, so that nothing odd in them can reach a later stage.
"""

from __future__ import annotations

import copy
import json
from typing import Any

from nbformat import NotebookNode

from autograder.lessons import grade_id

# A worked lab, figures included, stays far below each of these. Without them a file of a few MB could cost those who
# parse, run, clean and show it gigabytes or hours.
LARGEST = 32 << 20  # bytes
LARGEST_VALUES = 2 << 20  # JSON values, each of which may cost a hundred bytes once parsed
LARGEST_CELLS = 2_000
LARGEST_CODE = 100_000  # characters of one code cell
LARGEST_TEXT = 20_000  # characters of one text cell; what is longer is cut, as nothing graded is in it
LARGEST_SOURCES = 300_000  # characters of all cells together
CUT = "\n\n[The rest of this text is not kept: it is too long.]"
KINDS = frozenset({"code", "markdown", "raw"})
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


class SubmissionError(ValueError):
    """What was handed in cannot be graded; the message is one line for the person who handed it in."""


def read(data: bytes) -> NotebookNode:
    """The notebook in `data`, cleaned. Raises SubmissionError for anything that is not a notebook."""
    raw = _parsed(data)
    if not isinstance(raw, dict) or "nbformat" not in raw:
        raise SubmissionError("this is JSON, but not a notebook. Hand in the .ipynb file.")
    if raw["nbformat"] != 4 or not isinstance(raw.get("cells"), list):
        raise SubmissionError("this notebook is not in format 4. Open it in Jupyter or Colab and save it again.")
    if len(raw["cells"]) > LARGEST_CELLS:
        raise SubmissionError(f"the notebook has {len(raw['cells']):,} cells (at most {LARGEST_CELLS:,}). Delete some.")
    cells = [cell for place, one in enumerate(raw["cells"], 1) if (cell := _clean(one, place)) is not None]
    if sum(len(cell["source"]) for cell in cells) > LARGEST_SOURCES:
        raise SubmissionError(f"the cells hold more than {LARGEST_SOURCES:,} characters together. Shorten them.")
    cells = [NotebookNode(cell, id=f"cell-{place}") for place, cell in enumerate(cells)]
    metadata = NotebookNode(kernelspec=NotebookNode(KERNEL), language_info=NotebookNode(name="python"))
    return NotebookNode(nbformat=4, nbformat_minor=5, metadata=metadata, cells=cells)


def _parsed(data: bytes) -> object:
    """What the JSON in `data` says, if it is JSON that can be parsed at a reasonable cost."""
    if not data.strip():
        raise SubmissionError("the file is empty. Save the notebook and hand it in again.")
    if len(data) > LARGEST:
        raise SubmissionError(
            f"the file is larger than {LARGEST >> 20} MB. Clear the notebook's outputs and save it again."
        )
    # There are no more values than these signs. In texts they stand for nothing, but no text has this many either.
    if sum(map(data.count, (b"[", b"{", b",", b":"))) > LARGEST_VALUES:
        raise SubmissionError("the file holds millions of values. Clear the notebook's outputs and save it again.")
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        where = f" (byte {error.start + 1:,} is not UTF-8)"
    except json.JSONDecodeError as error:
        where = f" (line {error.lineno:,}, column {error.colno:,})"
    except RecursionError:
        where = " (it is nested too deeply)"
    except ValueError:  # a whole number of thousands of digits
        where = ""
    raise SubmissionError(f"this is not a readable notebook: its JSON is damaged{where}. Download the .ipynb again.")


def _clean(raw: object, place: int) -> dict[str, Any] | None:
    """One cell, or None where there is nothing to keep."""
    if not isinstance(raw, dict) or not isinstance(raw.get("cell_type"), str) or raw["cell_type"] not in KINDS:
        return None
    source = raw.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        return None
    if raw["cell_type"] != "code" and len(source) > LARGEST_TEXT:
        source = source[:LARGEST_TEXT] + CUT
    if len(source) > LARGEST_CODE:
        raise SubmissionError(f"cell {place:,} has {len(source):,} characters (at most {LARGEST_CODE:,}). Shorten it.")
    # Ends of lines as Jupyter writes them. A lone surrogate (possible in JSON) can be neither compiled nor saved.
    source = source.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode("utf-8")
    metadata = raw.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    kept = NotebookNode(nbgrader=NotebookNode(grade_id=name)) if isinstance(name, str) else NotebookNode()
    # Not nbformat's makers: they validate each cell, which takes ten times as long as all else here.
    return {"cell_type": raw["cell_type"], "metadata": kept, "source": source, **_unrun(raw["cell_type"])}


def _unrun(kind: str) -> dict[str, Any]:
    """What a cell of that kind holds besides its source before it has been run."""
    return {"outputs": [], "execution_count": None} if kind == "code" else {}


def lab_of(nb: NotebookNode, templates: dict[str, NotebookNode], wanted: str | None = None) -> str:
    """Which lab a cleaned notebook is of: the one it shares most exercises with.

    Raises SubmissionError where it shares none, or where it is not the lab that was `wanted`.
    """
    found = {grade_id(cell) for cell in nb["cells"]} - {None}
    shared = {lab: sum(grade_id(cell) in found for cell in t["cells"]) for lab, t in templates.items()}
    best = max(shared, key=shared.__getitem__)
    if not shared[best]:
        known = ", ".join(templates)
        raise SubmissionError(f"no exercise of any lab is in this notebook. Hand in the notebook of one of: {known}.")
    if wanted is not None and not shared[wanted]:
        raise SubmissionError(f"this is a notebook of lab {best}, not of {wanted}. Hand in {wanted}.ipynb.")
    return wanted or best


def restore(nb: NotebookNode, template: NotebookNode) -> NotebookNode:
    """The student's cells with everything that concerns points put back as in the trusted `template`.

    Test cells get their source and metadata from the template; missing ones are appended; of a copied cell the last
    keeps its id, the others become ordinary cells; ids the template does not know are dropped. So points, ids and
    tests in the submission have no say.
    """
    trusted = {name: cell for cell in template["cells"] if (name := grade_id(cell))}
    cells: list[dict[str, Any]] = []
    seen: set[str] = set()
    for cell in reversed(nb["cells"]):
        name, kind = grade_id(cell), cell["cell_type"]
        ours = trusted.get(name) if name not in seen else None
        cell = {**cell, "metadata": NotebookNode(), **_unrun(kind)}
        if ours is not None and kind == ours["cell_type"]:
            seen.add(name)
            cell["metadata"] = _marks(ours)
            if ours["metadata"]["nbgrader"]["grade"]:
                cell["source"] = ours["source"]
        cells.append(cell)
    cells.reverse()
    for name, ours in trusted.items():
        if name not in seen and ours["metadata"]["nbgrader"]["grade"]:
            cells.append({**ours, "metadata": _marks(ours), **_unrun("code")})
    cells = [NotebookNode(cell, id=f"cell-{place}") for place, cell in enumerate(cells)]
    # Not nbformat's maker either: what is put together here is valid, and so is what `replies.clean` lets into it.
    return NotebookNode(nbformat=4, nbformat_minor=5, metadata=copy.deepcopy(nb["metadata"]), cells=cells)


def _marks(ours: NotebookNode) -> NotebookNode:
    """The metadata of one of our cells: whose points it is about."""
    return NotebookNode(nbgrader=NotebookNode(ours["metadata"]["nbgrader"]))
