"""How much of a notebook its page shows: nbconvert may need minutes for what a student prints in a second."""

from __future__ import annotations

from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.lessons import is_test

# Of one cell, and of a notebook's cells together. The worst of each takes nbconvert seconds; a worked lab
# stays far below all of them.
CELL_CODE = 20_000  # characters
CODE = 80_000
CELL_TEXT = 50_000  # characters that were printed, or stand for an object
TEXT = 400_000
CELL_OUTPUTS = 100
OUTPUTS = 1_000
LEFT_OUT = "[The rest is not shown here: it is too long.]"


def shorten(nb: NotebookNode) -> None:
    """Cuts code and outputs to what may be shown, and says where. The engine's cells are left alone."""
    code, text, outputs = _Room(CELL_CODE, CODE), _Room(CELL_TEXT, TEXT), _Room(CELL_OUTPUTS, OUTPUTS)
    for cell in nb["cells"]:
        if cell["cell_type"] == "code" and not is_test(cell):
            for room in (code, text, outputs):
                room.begin_cell()
            source = code.cut(cell["source"])
            if source != cell["source"]:
                cell["source"] = f"{source}\n# {LEFT_OUT}"
            all_of_them = cell["outputs"]
            kept = [_shortened(output, text) for output in all_of_them[: outputs.take(len(all_of_them))]]
            if kept != all_of_them:
                cell["outputs"] = [*kept, new_output("stream", name="stdout", text=f"\n{LEFT_OUT}\n")]


class _Room:
    """How much may still be shown, in the present cell and at all."""

    def __init__(self, cell: int, together: int):
        self.cell, self.here, self.together = cell, cell, together

    def begin_cell(self) -> None:
        self.here = self.cell

    def take(self, wanted: int) -> int:
        """As much of what is wanted as there is room for; it is gone then."""
        got = min(wanted, self.here, self.together)
        self.here -= got
        self.together -= got
        return got

    def cut(self, text: str) -> str:
        return text[: self.take(len(text))]


def _shortened(output: NotebookNode, room: _Room) -> NotebookNode:
    """The output with as much of its text as there is room for; HTML and pictures have limits of their own."""
    short = dict(output)
    if output["output_type"] == "stream":
        short["text"] = room.cut(output["text"])
    elif output["output_type"] == "error":
        short["traceback"] = room.cut("\n".join(output["traceback"])).split("\n") if output["traceback"] else []
    elif "text/plain" in output["data"]:
        short["data"] = NotebookNode(output["data"] | {"text/plain": room.cut(output["data"]["text/plain"])})
    return NotebookNode(short)
