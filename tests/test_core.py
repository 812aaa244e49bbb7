"""Wire, driver and verdict: what crosses the sandbox's wall, and what a student is told."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import wire
from helpers.driver import Case, Outcome, run_case
from helpers.judging import judge
from helpers.published import Example, catalogue, example
from helpers.verdict import compare, same
from tests.corpus import namespace

AXES = {"y": ("b", "t")}


def outcome(values: object, **kwargs: object) -> Outcome:
    return Outcome({"y": torch.tensor(values, **kwargs)})


@given(
    st.dictionaries(st.text(max_size=8), st.integers() | st.text(max_size=8) | st.booleans(), max_size=4),
    st.lists(st.sampled_from([torch.float32, torch.float64, torch.bool, torch.int64]), max_size=3),
)
def test_what_is_packed_comes_back(header: dict, dtypes: list[torch.dtype]) -> None:
    tensors = {f"t{i}": torch.ones(i, 2).to(dtype) for i, dtype in enumerate(dtypes)}
    back, arrays = wire.unpack(wire.pack(header, tensors))
    assert back == header
    assert arrays.keys() == tensors.keys()
    assert all(torch.equal(arrays[n], t) and arrays[n].dtype == t.dtype for n, t in tensors.items())


def test_arrays_that_numpy_does_not_know_come_back_as_well() -> None:
    shared = torch.arange(6.0).view(2, 3)
    tensors = {
        "half": torch.ones(3, dtype=torch.bfloat16),
        "eight": torch.ones(2).to(torch.float8_e5m2),
        "conjugate": torch.tensor([1 + 2j], dtype=torch.complex64).conj(),
        "turned": shared.T,
        "same": shared,
        "none": torch.zeros(0, 4),
        "grows": torch.ones(1, requires_grad=True),
    }
    for names in ([name] for name in tensors), [list(tensors)]:
        for chosen in names:
            _, back = wire.unpack(wire.pack({}, {name: tensors[name] for name in chosen}))
            assert back.keys() == set(chosen)
            for name in chosen:
                assert back[name].dtype == tensors[name].dtype
                assert torch.equal(back[name].to(torch.complex64), tensors[name].to(torch.complex64))


@settings(max_examples=300)
@given(st.binary(max_size=64), st.integers(0, 90), st.integers(0, 255))
def test_damaged_messages_are_refused_or_read_never_worse(noise: bytes, place: int, value: int) -> None:
    data = bytearray(wire.pack({"a": 1}, {"x": torch.ones(2)}))
    data[place % len(data)] = value
    for message in (noise, bytes(data), bytes(data[:place])):
        try:
            header, _ = wire.unpack(message)
        except wire.WireError:
            continue
        assert isinstance(header, dict)


def test_a_case_comes_back_from_the_wire() -> None:
    case = Case("c", "f", AXES, (torch.ones(2), 3), {"mask": torch.zeros(1)}, (4,), {"w": torch.ones(1)}, True)
    spec, tensors = case.to_wire()
    assert Case.from_wire(spec, tensors).to_wire()[0] == spec
    assert tensors.keys() == {"arg/0", "kwarg/mask", "state/w"}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("", "f is not defined"),
        ("def f(x): pass", "return` missing"),
        ("def f(x): return 'abc'", "should be a tensor or a number, but is a str"),
        ("def f(x): return x[0]", "should have shape (b=2, t=3), but yours has (3,)"),
        ("def f(x): return x > 5", "differs in 6 of 6 entries, first at [b=0, t=0]: yours is 0, expected 1"),
        ("def f(x): return x / 0 * 0", "6 of yours are NaN"),
        ("def f(x): return 1 / 0", "raised ZeroDivisionError: division by zero"),
        ("def f(x): raise SystemExit", "raised SystemExit"),
        ("def f(x): return torch.zeros(10**7)", "far more than expected"),
        ("def f(): return 1", "raised TypeError"),
    ],
)
def test_a_wrong_answer_is_told_what_is_wrong_and_where(source: str, words: str) -> None:
    case = Case("c", "f", AXES, (torch.ones(2, 3),))
    verdict = compare(run_case(namespace(source), case), outcome([[1.0] * 3] * 2), case)
    assert not verdict.passed
    assert words in verdict.message


@pytest.mark.parametrize("source", ["def f(x): return 2 * x", "import numpy as np\ndef f(x): return np.asarray(2 * x)"])
def test_tensors_and_numpy_arrays_are_welcome(source: str) -> None:
    case = Case("c", "f", AXES, (torch.ones(2, 3),))
    assert compare(run_case(namespace(source), case), outcome([[2.0] * 3] * 2), case).passed


def test_a_detached_output_is_told_so() -> None:
    case = Case("c", "f", AXES, (torch.ones(2, 3),), gradients=True)
    result = run_case(namespace("def f(x): return x.detach() * 2"), case)
    assert "No gradient flows back" in compare(result, outcome([[2.0] * 3] * 2), case).message


def test_a_student_cannot_change_the_published_inputs() -> None:
    case = Case("c", "f", AXES, (torch.ones(2, 3),))
    run_case(namespace("def f(x): return x.zero_()"), case)
    assert torch.equal(case.args[0], torch.ones(2, 3))


def test_an_expected_error_counts_by_its_type_and_only_beside_an_ordinary_case() -> None:
    ordinary, guard = Case("o", "f", {"y": ()}, (1,)), Case("g", "f", {"y": ()}, (-1,), guard=True)
    expected = [Outcome({"y": torch.tensor(2)}), Outcome(error={"type": "ValueError", "message": ""})]

    def score(source: str) -> float:
        outcomes = [run_case(namespace(source), case) for case in (ordinary, guard)]
        return judge("f", 2, [ordinary, guard], outcomes, expected, dict, {}).score

    assert score("class Odd(ValueError): pass\ndef f(n):\n    if n < 0: raise Odd\n    return 2") == 2
    assert score("def f(n): return 2") == 1
    assert score("def f(n): raise ValueError") == 0


def test_the_same_mistake_is_the_same_with_nan_and_in_another_precision() -> None:
    nan = float("nan")
    assert same(outcome([nan, 1.0]), outcome([nan, 1.0], dtype=torch.float64))
    assert not same(outcome([nan, 1.0]), outcome([1.0, nan]))
    assert not same(outcome([1.0]), Outcome(error={"type": "ValueError", "message": ""}))


def test_helpers_imports_neither_the_grader_nor_anything_heavy() -> None:
    code = (
        "import sys, helpers, helpers.checking, helpers.figures, helpers.records\n"
        "heavy = {'autograder', 'nbgrader', 'plotly', 'transformers', 'detoxify', 'ipywidgets', 'jupytext'}\n"
        "print(sorted(heavy & {name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_published_examples_come_back_from_their_files() -> None:
    for name in catalogue():
        one = example(name)
        index, tensors = one.to_files()
        again = Example.from_files(json.loads(json.dumps(index)), tensors).to_files()
        assert again[0] == index
        assert again[1].keys() == tensors.keys()


def test_a_function_that_gets_no_tensor_need_not_know_the_device() -> None:
    source = "def f(n): return torch.ones(n, 2)"
    case = Case("c", "f", AXES, (3,))
    # "meta" stands in for a GPU: a device that the result is not on.
    assert run_case(namespace(source), case, device="meta").error is None
    taken = Case("c", "f", AXES, (torch.ones(3),))
    refused = run_case(namespace("def f(x): return torch.ones(3, 2)"), taken, device="meta")
    assert refused.error["type"] == "Device"


def test_what_must_raise_is_tried_on_the_cpu() -> None:
    case = Case("g", "f", AXES, (torch.ones(2),), guard=True)
    assert run_case(namespace("def f(x): raise ValueError(x.device)"), case, device="meta").error["message"] == "cpu"


def test_what_a_student_does_writes_no_warning(recwarn: pytest.WarningsRecorder) -> None:
    source = (
        "import warnings\ndef f(n):\n    warnings.warn('old')\n    return float(torch.ones((), requires_grad=True))"
    )
    assert run_case(namespace(source), Case("c", "f", {"y": ()}, (3,))).error is None
    assert not recwarn.list
