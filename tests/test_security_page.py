"""docs/security.md says of the code what is so: its limits, names, refused calls, hostile cases, and what it admits."""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path

import pytest
import torch
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder import layers, sandbox, syscalls
from autograder.child import Child
from autograder.disarm import disarm
from autograder.exercises import Draw
from autograder.reference import exercise_named
from autograder.session import Limits, Session, SessionDied
from helpers.driver import Case

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
FOLDERS = [ROOT / name for name in ("", "autograder", "autograder/worker", "helpers", "tests")]
HOSTILE = {path.stem: path.read_text("utf-8") for path in (ROOT / "tests" / "hostile").glob("*.py")}
UNITS = {"": 1, "s": 1, "Mi": 1 << 20, "MiB": 1 << 20, "GiB": 1 << 30}
ADVICE = "docs/security.md says otherwise"


def section(title: str) -> str:
    """What stands under a heading, up to the next one."""
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def table(title: str, first: str) -> list[list[str]]:
    """The rows, without its head, of the table under a heading whose first column has this name."""
    lines = section(title).partition(f"\n| {first} |")[2].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def code(text: str) -> list[str]:
    """What stands in backticks."""
    return [" ".join(name.split()) for name in re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", text, flags=re.S))]


def value(text: str) -> float:
    """A number with its unit: 60 s, 6 GiB, 20,000."""
    number, _, unit = text.replace(",", "").partition(" ")
    return float(number) * UNITS[unit]


@cache
def names(path: Path) -> dict[str, ast.AST | None]:
    """What a file defines at its top, and for a constant its value."""
    found: dict[str, ast.AST | None] = {}
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = None
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                found |= {one.id: node.value for one in ast.walk(target) if isinstance(one, ast.Name)}
    return found


def modules(name: str) -> list[Path]:
    """The files that a dotted name on the page may mean."""
    return [path for folder in FOLDERS[1:4] if (path := folder / f"{name}.py").is_file()]


# --- what the page says of the code


def test_every_limit_stands_in_the_table_with_its_default() -> None:
    said = {code(row[0])[0]: value(row[1]) for row in table("The limits", "limit")}
    assert said == {field.name: field.default for field in fields(Limits)}, ADVICE


def test_the_constants_have_the_values_that_are_said() -> None:
    rows = table("The limits", "constant")
    assert len(rows) > 5
    for name, said, _ in rows:
        module, _, constant = code(name)[0].partition(".")
        (path,) = modules(module)
        actual = eval(compile(ast.Expression(names(path)[constant]), "<constant>", "eval"))
        assert value(said) == actual, f"{name}: {ADVICE}"


def test_the_sentences_that_are_quoted_are_those_of_the_code() -> None:
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "autograder").rglob("*.py"))
    quoted = re.findall(r"“([^”]+)”", section("The limits"))
    assert len(quoted) >= 9
    for sentence in quoted:
        pieces = [piece for piece in re.split(r"…|[\d,]*\d|GiB", sentence) if len(piece.strip()) > 3]
        assert pieces and all(piece.rstrip() in sources for piece in pieces), sentence


def test_every_file_and_name_exists() -> None:
    files = [name for name in code(PAGE) if re.fullmatch(r"[\w./-]+\.(?:py|md|ipynb)|[\w-]+(?:/[\w-]+)*/", name)]
    files = [name for name in files if name != "submitted/"]  # a folder of courses
    assert len(files) > 20
    for name in files:
        assert any((folder / name).exists() for folder in FOLDERS), name
    dotted = [name.split(".") for name in code(PAGE) if re.fullmatch(r"[a-z]+\.[A-Za-z_]+", name)]
    dotted = [(module, name) for module, name in dotted if name not in ("py", "json", "key") and modules(module)]
    assert len(dotted) > 12
    for module, name in dotted:
        assert any(name in names(path) for path in modules(module)), f"{module}.{name}"


def test_every_system_call_that_is_refused_is_named_and_no_other() -> None:
    said = [name for _, refused in table("The layers", "why") for name in code(refused)]
    assert len(said) == len(set(said))
    assert set(said) - {"clone"} == {*syscalls.REFUSED, "clone3", "memfd_create"}, ADVICE


def test_families_hold_every_hostile_case_once_and_count_them() -> None:
    rows = table("How it is tested", "family")
    placed = [name for *_, cases in rows for name in code(cases)]
    assert sorted(placed) == sorted(HOSTILE), (
        "every file of tests/hostile has its place in a family of docs/security.md"
    )
    assert {family: int(count) for family, count, _ in rows} == {family: len(code(cases)) for family, _, cases in rows}
    assert re.search(r"`tests/hostile/`\s+holds\s+(\d+)\s", PAGE)[1] == str(len(HOSTILE))
    on_a_lab = next(code(cases) for family, _, cases in rows if family.startswith("knows an exercise"))
    assert set(on_a_lab) <= {name for name, source in HOSTILE.items() if "\n# lab: " in source}


def test_the_doctors_layers_are_those_that_are_named() -> None:
    listed = " ".join(section("How it is tested").split()).partition("attempts the very thing:")[2].partition(".")[0]
    assert code(listed) == list(layers.LAYERS), ADVICE


def test_the_page_is_linked_where_grading_is_described() -> None:
    for name in ("README.md", "CONTRIBUTING.md"):
        assert "(docs/security.md)" in (ROOT / name).read_text("utf-8")


# --- what the page says of what crosses, tried


def sent(case: Case, device: str = "cpu") -> dict:
    """The request that a case becomes, its arrays aside."""
    requests = []

    class Silent(Session):
        def _ask(self, messages: Iterable[tuple[dict, dict]], *_: object) -> Iterator[tuple[dict, dict]]:
            requests.extend(header for header, _ in messages)
            return iter([({"outcome": {"error": None}}, {})])

    Silent(device=device).call(case)
    return requests[0]


def test_what_only_concerns_judging_does_not_cross() -> None:
    known = {"name": "kept outside", "reading": "drawn_tokens", "atol": 0.125}
    request = sent(Case(**known, target="f", axes={"y": ("n",)}, args=(torch.ones(2), 3), guard=True))
    row = next(form for what, _, form in table("What crosses the wall", "what") if what == "a case")
    assert request.keys() | {"id"} == set(code(row))
    assert not request["case"]["guard"] and not any(str(word) in json.dumps(request) for word in known.values())


def test_the_places_that_can_be_written_are_named() -> None:
    sentence = " ".join(section("The layers").split()).partition("Three places can be written,")[2].partition(".")[0]
    assert tuple(code(sentence)) == sandbox.WRITABLE


def test_outputs_lose_what_runs_in_a_browser() -> None:
    hostile = (
        "<b onclick='x()'>kept</b><img src=x onerror='x()'><iframe src='x'></iframe><form action='x'><input></form>"
        "<svg onload='x()'></svg><a href='javascript:x()'>a</a><style>b {}</style>"
    )
    data = dict.fromkeys(("text/html", "image/svg+xml", "application/javascript", "text/latex"), hostile)
    shown = new_notebook(
        cells=[
            new_code_cell("", outputs=[new_output("display_data", data=data | {"image/png": "", "image/jpeg": ""})]),
            new_markdown_cell(hostile),
        ]
    )
    disarm(shown, "01_self_attention")
    kept = shown.cells[0].outputs[0].data
    assert kept.keys() == {"text/html", "image/png", "image/jpeg"}
    for html in (kept["text/html"], shown.cells[1].source):
        assert "<b>kept</b>" in html
        assert set(re.findall(r"<(\w+[^>]*)>", html)) <= {"b", "img", "a", "div", "p"}


# --- what the page admits: whoever mends it finds here that the page has to be mended too


def test_a_cases_device_tells_a_guard_from_an_ordinary_case() -> None:
    guard, ordinary = (Case("c", "f", args=(1,), guard=guard) for guard in (True, False))
    assert (sent(guard, "cuda")["device"], sent(ordinary, "cuda")["device"]) == ("cpu", "cuda")


@pytest.mark.parametrize(("limit", "words"), [("sockets", "sockets"), ("files", "files")])
def test_sockets_and_files_are_counted_behind_the_wall_only(limit: str, words: str) -> None:
    class Here(Child):
        def __init__(self, contained: bool):
            self.contained = contained

        def family(self) -> list[int]:
            return [os.getpid()]

        def end(self) -> None:
            pass

    session = Session(Limits(**{limit: -1}))
    session._look(Here(contained=False))
    with pytest.raises(SessionDied, match=words):
        session._look(Here(contained=True))


def test_these_answers_are_the_same_for_everybody() -> None:
    def inputs(name: str, lab: str, seed: int) -> set[tuple]:
        return {case.args for case in exercise_named(lab, name).cases(Draw(seed))}

    for name, lab, same in (("gpt_parameter_count", "01_self_attention", 3), ("beam_counterexample", "04_decoding", 1)):
        assert len(inputs(name, lab, 1) & inputs(name, lab, 2)) == same
    assert len(inputs("gpt_parameter_count", "01_self_attention", 1)) == 4
