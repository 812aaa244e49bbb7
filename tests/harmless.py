"""Ways in which a notebook that is handed in can be odd without harm: none may cost a point.

Each takes dice and the notebook's JSON, which it may change, and returns the bytes of the file.
"""

from __future__ import annotations

import json
import random
from typing import Any

from tests.odd_values import ODD, ODD_TEXT, Notebook, code_cell, name_of, nested, packed, some, tests_of, text_cell

GRADER_FIELDS = ["grade", "solution", "locked", "points", "schema_version", "task", "cell_type", "checksum"]


def unchanged(dice: random.Random, nb: Notebook) -> bytes:
    return packed(nb, ensure_ascii=dice.random() < 0.5, indent=dice.choice([None, 0, 1, 4]))


def byte_order_mark(dice: random.Random, nb: Notebook) -> bytes:
    return b"\xef\xbb\xbf" + packed(nb, ensure_ascii=False)


def windows_lines(dice: random.Random, nb: Notebook) -> bytes:
    ending = dice.choice(["\r\n", "\r"])
    for cell in nb["cells"]:
        source = "".join(cell["source"]).replace("\n", ending)
        cell["source"] = dice.choice([source, source.splitlines(keepends=True)])
    return packed(nb).replace(b"\n", b"\r\n") + b"\r\n \t\n"


def other_order(dice: random.Random, nb: Notebook) -> bytes:
    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shuffled(value[key]) for key in dice.sample(list(value), len(value))}
        return [shuffled(one) for one in value] if isinstance(value, list) else value

    return packed(shuffled(nb))


def other_ids(dice: random.Random, nb: Notebook) -> bytes:
    way = dice.choice(["missing", "doubled", "odd"])
    for cell in nb["cells"]:
        cell["id"] = "same" if way == "doubled" else dice.choice([*ODD, "i" * 5000])
        if way == "missing":
            del cell["id"]
    return packed(nb)


def extra_metadata(dice: random.Random, nb: Notebook) -> bytes:
    nb["metadata"] = dice.choice([*ODD, {"kernelspec": dice.choice(ODD), "language_info": dice.choice(ODD)}])
    for cell in some(dice, nb["cells"]):
        cell["metadata"] |= {dice.choice(["tags", "a", *ODD_TEXT]): dice.choice(ODD), "jupyter": dice.choice(ODD)}
    return packed(nb)


def deep_metadata(dice: random.Random, nb: Notebook) -> bytes:
    deep = json.loads(dice.choice([nested(300), nested(300, '{"a":', "}")]))
    nb["metadata"] = {"deep": deep}
    dice.choice(nb["cells"])["metadata"]["deep"] = deep
    return packed(nb, indent=None)


def odd_outputs(dice: random.Random, nb: Notebook) -> bytes:
    for cell in some(dice, nb["cells"]):
        data = {dice.choice(["text/html", "image/png", "a"]): dice.choice(ODD)}
        cell["outputs"] = dice.choice([*ODD, [{"output_type": "display_data", "data": data}], ["x" * 100_000]])
        cell["execution_count"] = dice.choice(ODD)
        cell["attachments"] = dice.choice(ODD)
    return packed(nb)


def edited_tests(dice: random.Random, nb: Notebook) -> bytes:
    for cell in some(dice, tests_of(nb)):
        cell["source"] = dice.choice(["100", "", "raise SystemExit", "assert False", ["import os\n", "os._exit(0)"]])
        cell["metadata"]["nbgrader"] |= {"points": dice.choice(ODD), "grade": dice.choice(ODD)}
    return packed(nb)


def deleted_tests(dice: random.Random, nb: Notebook) -> bytes:
    for cell in some(dice, tests_of(nb)):
        nb["cells"].remove(cell)
    return packed(nb)


def doubled_tests(dice: random.Random, nb: Notebook) -> bytes:
    for cell in some(dice, tests_of(nb)):
        place = nb["cells"].index(cell) + 1
        nb["cells"][place:place] = [cell] * dice.randint(1, 3)
    return packed(nb)


def own_cells(dice: random.Random, nb: Notebook) -> bytes:
    """A student's own notes and tries, and cells of kinds that are not known: ahead of all others."""
    notes = [text_cell(text) for text in some(dice, ODD_TEXT)]
    tries = [code_cell(source) for source in ("1 / 0", "(", "x = '\u202e'", "\x00", "# \ud800", "\n" * 999, "%nothing")]
    unknown = [cell | {"cell_type": dice.choice(["heading", "html", *ODD])} for cell in map(text_cell, ODD_TEXT[:5])]
    nb["cells"][:0] = [*notes, *some(dice, tries), *unknown, *some(dice, [one for one in ODD if one != {}])]
    return packed(nb)


def long_notes(dice: random.Random, nb: Notebook) -> bytes:
    """A picture pasted into a text, as Colab does it, and texts that are slow to show."""
    slow = dice.choice(["data:image/png;base64,QUJD", "<div>", "![a", "> ", "[", "<p a='", "$", "`", "&#"])
    nb["cells"].insert(0, text_cell("![picture](" + slow * (1_000_000 // len(slow)) + ")"))
    return packed(nb)


def odd_top(dice: random.Random, nb: Notebook) -> bytes:
    return packed(nb | {"nbformat": dice.choice([4, 4.0]), "nbformat_minor": dice.choice(ODD), "extra": ODD})


def doubled_keys(dice: random.Random, nb: Notebook) -> bytes:
    wrong = dice.choice([b'"cells": []', b'"nbformat": 3', b'"metadata": 1, "metadata": []', b'"cells": {"cells": 1}'])
    return b"{" + wrong + b", " + packed(nb)[1:]


def more_in_nbgrader(dice: random.Random, nb: Notebook) -> bytes:
    for cell in nb["cells"]:
        if name_of(cell):
            cell["metadata"]["nbgrader"] |= {dice.choice(GRADER_FIELDS): dice.choice(ODD) for _ in range(4)}
        else:
            cell["metadata"]["nbgrader"] = dice.choice(ODD)
    return packed(nb)


def unmarked_answers(dice: random.Random, nb: Notebook) -> bytes:
    """Answers are found by what they define, not by their metadata."""
    answers = [cell for cell in nb["cells"] if name_of(cell) and cell not in tests_of(nb)]
    for cell in some(dice, answers, 0.8):
        cell["metadata"] = dice.choice([{}, *ODD])
    return packed(nb)


HARMLESS = {way.__name__: way for way in (
    unchanged, byte_order_mark, windows_lines, other_order, other_ids, extra_metadata, deep_metadata, odd_outputs,
    edited_tests, deleted_tests, doubled_tests, own_cells, long_notes, odd_top, doubled_keys, more_in_nbgrader, unmarked_answers,
)}  # fmt: skip
