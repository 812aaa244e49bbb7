"""A notebook's page shows so much of a cell and of a notebook, and says where it leaves something out."""

from __future__ import annotations

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder import engine, work
from autograder.release import instructor_notebook
from autograder.shown import CELL_CODE, CELL_OUTPUTS, CELL_TEXT, CODE, LEFT_OUT, OUTPUTS, TEXT, shorten

LAB = "01_self_attention"


def printed(text: str) -> NotebookNode:
    return new_output("stream", name="stdout", text=text)


def result(text: str) -> NotebookNode:
    return new_output("execute_result", data={"text/plain": text}, execution_count=1)


def error(text: str) -> NotebookNode:
    return new_output("error", ename="E", evalue="e", traceback=text.split("\n"))


def text_of(output: NotebookNode) -> str:
    if output.output_type == "stream":
        return output.text
    return "\n".join(output.traceback) if output.output_type == "error" else output.data["text/plain"]


def shown(*cells: NotebookNode) -> list[NotebookNode]:
    nb = new_notebook(cells=list(cells))
    shorten(nb)
    nbformat.validate(nb)
    return nb.cells


@pytest.mark.parametrize("made", [printed, result, error])
def test_what_is_just_short_enough_is_shown_and_what_is_longer_is_cut_with_a_word(made) -> None:
    fits = "x\n" * (CELL_TEXT // 2)
    whole, cut = shown(*(new_code_cell("1", outputs=[made(text)]) for text in (fits, fits + "y")))
    assert whole.outputs == [made(fits)]
    assert text_of(cut.outputs[0]) == fits and LEFT_OUT in cut.outputs[1].text and len(cut.outputs) == 2


def test_a_cell_shows_so_many_outputs() -> None:
    many = [printed(str(number)) for number in range(CELL_OUTPUTS + 1)]
    whole, cut = shown(new_code_cell("1", outputs=many[:-1]), new_code_cell("1", outputs=many))
    assert whole.outputs == many[:-1]
    assert cut.outputs[:-1] == many[:-1] and LEFT_OUT in cut.outputs[-1].text


def test_long_code_is_cut_with_a_comment() -> None:
    whole, cut = shown(new_code_cell("a" * CELL_CODE), new_code_cell("a" * (CELL_CODE + 1)))
    assert whole.source == "a" * CELL_CODE
    assert cut.source == "a" * CELL_CODE + f"\n# {LEFT_OUT}"


def test_a_notebook_of_many_cells_is_cut_as_well() -> None:
    outputs = [printed("b" * CELL_TEXT), *[result("")] * (CELL_OUTPUTS - 1)]
    cells = [new_code_cell("a" * CELL_CODE, outputs=outputs) for _ in range(30)]
    kept = shown(*cells, new_markdown_cell("still here"))
    assert kept[0].outputs == outputs and kept[-1].source == "still here"
    assert sum(cell.source.count("a") for cell in kept[:-1]) == CODE
    outputs = [output for cell in kept[:-1] for output in cell.outputs]
    assert sum(text_of(output).count("b") for output in outputs) == TEXT
    assert len([output for output in outputs if LEFT_OUT not in text_of(output)]) == OUTPUTS
    assert [output.text.strip() for output in kept[-2].outputs] == [LEFT_OUT]


def test_pictures_and_tables_are_not_cut() -> None:
    data = {"text/html": "<b>x</b>" * CELL_TEXT, "image/png": "A" * 4 * CELL_TEXT, "text/plain": "a figure"}
    (cell,) = shown(new_code_cell("1", outputs=[new_output("display_data", data=data)]))
    assert cell.outputs[0].data == data


def test_grading_cuts_what_a_student_shows_and_not_its_own_verdicts(monkeypatch: pytest.MonkeyPatch) -> None:
    def grade(nb: NotebookNode, *_: object, **__: object) -> tuple[engine.Report, NotebookNode]:
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs = [printed("x" * (CELL_TEXT + 1))]
        return engine.Report(LAB, "cpu", 0.0, 1), nb

    monkeypatch.setattr(engine, "grade", grade)
    data = nbformat.writes(instructor_notebook(LAB)).encode()
    _, nb = work.judged(work.restored(data, LAB), LAB, work.Settings(device="cpu"))
    for cell in nb.cells:
        if cell.cell_type == "code" and cell.source.strip() != "progress()":
            ours = "nbgrader" in cell.metadata and cell.metadata.nbgrader["grade"]
            assert (LEFT_OUT in cell.outputs[-1].text) != ours
