"""What is read off arrays that a hostile process may have sent: a plain outcome whatever they hold, and no points for nonsense."""

from __future__ import annotations

import math
import time
import warnings

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from autograder.exercises import Draw
from autograder.reference import exercise_named, expected
from helpers.driver import Case, Outcome
from helpers.readings import MARGIN, READINGS, read
from helpers.verdict import compare

EXERCISES = {
    "counterexample": ("04_decoding", "beam_counterexample"),
    "drawn_tokens": ("04_decoding", "sample"),
    "entropy_reached": ("03_softmax_temperature", "temperature_for_entropy"),
}


def first_case(reading: str) -> Case:
    lab, name = EXERCISES[reading]
    return next(case for case in exercise_named(lab, name).cases(Draw(5)) if case.reading == reading)


CASES = {reading: first_case(reading) for reading in EXERCISES}
RIGHT = {reading: expected(EXERCISES[reading][0], [case])[0] for reading, case in CASES.items()}
DTYPES = (
    torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.uint16, torch.uint32, torch.uint64,
    torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.float8_e4m3fn, torch.float8_e5m2, torch.complex64,
)  # fmt: skip
SHAPES = ((), (0,), (1,), (0, 0), (1, 0), (1, 1), (1, 3), (1, 300), (2, 2), (2, 300), (8, 8), (9, 9), (3, 5), (2, 2, 2), (1, 1, 1, 1))  # fmt: skip
VALUES = (0.0, 1.0, -1.0, 0.125, 0.5, 3.0, 1e30, -1e30, 1e308, 5e-324, math.nan, math.inf, -math.inf)


def judged(reading: str, outcome: Outcome) -> tuple[Outcome, bool]:
    """What is read, and whether it passes. Nothing may be raised, or written as a warning, on the way."""
    case = CASES[reading]
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        mine = read(case, outcome)
    assert not said, said[0].message
    return mine, compare(mine, read(case, RIGHT[reading]), case).passed


@pytest.fixture(autouse=True)
def _every_warning():
    """PyTorch says most things once only, and a test would see them or not as its place in the order has it."""
    torch.set_warn_always(True)
    yield
    torch.set_warn_always(False)


def assert_refused_or_false(outcome: Outcome) -> None:
    if outcome.error:
        assert outcome.error["type"] == "Outputs" and outcome.error["message"]
    else:
        assert outcome.arrays and all(isinstance(array, Tensor) for array in outcome.arrays.values())


def filled(value: float, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
    """The value as each type takes it: whole numbers are cut off at their ends, and a NaN is 0 to them."""
    exact = torch.full(shape, value, dtype=torch.float64)
    if not (dtype.is_floating_point or dtype.is_complex or dtype == torch.bool):
        ends = torch.iinfo(dtype)
        exact = exact.nan_to_num(0.0).clamp(max(ends.min, -(2**62)), min(ends.max, 2**62))
    return exact.to(dtype)


def test_the_reference_passes_and_every_reading_is_tried_here() -> None:
    assert EXERCISES.keys() == READINGS.keys()
    for reading in EXERCISES:
        assert judged(reading, RIGHT[reading])[1]


@pytest.mark.parametrize("reading", EXERCISES)
def test_arrays_of_any_type_shape_and_value_are_refused_or_read(reading: str) -> None:
    names, start = list(RIGHT[reading].arrays), time.process_time()
    for dtype in DTYPES:
        for shape in SHAPES:
            for value in VALUES:
                odd = filled(value, shape, dtype)
                mine, passed = judged(reading, Outcome(dict.fromkeys(names, odd)))
                assert_refused_or_false(mine)
                assert not passed, (dtype, shape, value)
    assert time.process_time() - start < 20


@pytest.mark.parametrize("reading", EXERCISES)
def test_an_imaginary_part_is_no_part_of_a_right_answer(reading: str) -> None:
    for part in (0j, 1j):
        arrays = {name: array.to(torch.complex128) + part for name, array in RIGHT[reading].arrays.items()}
        mine, passed = judged(reading, Outcome(arrays))
        assert_refused_or_false(mine)
        assert not passed


@pytest.mark.parametrize("reading", EXERCISES)
def test_names_that_are_missing_are_refused_and_others_are_not_looked_at(reading: str) -> None:
    right = RIGHT[reading].arrays
    for name in right:
        mine, passed = judged(reading, Outcome({other: a for other, a in right.items() if other != name}))
        assert mine.error["type"] == "Outputs" and not passed
    assert judged(reading, Outcome({}))[0].error["type"] == "Outputs"
    assert judged(reading, Outcome(right | {"passed": torch.tensor(True)}))[1]


@pytest.mark.parametrize("reading", EXERCISES)
def test_errors_stay_what_they_are(reading: str) -> None:
    error = {"type": "ZeroDivisionError", "types": ["ZeroDivisionError"], "message": "", "line": "", "traceback": ""}
    mine, passed = judged(reading, Outcome(error=error))
    assert mine.error == error and not passed


@pytest.mark.parametrize("reading", EXERCISES)
def test_large_arrays_are_judged_quickly(reading: str) -> None:
    for odd in (torch.ones(1, 10**7, dtype=torch.int8), torch.rand(3000, 3000), torch.zeros(10**7, dtype=torch.bool)):
        start = time.process_time()
        mine, passed = judged(reading, Outcome(dict.fromkeys(RIGHT[reading].arrays, odd)))
        assert time.process_time() - start < 3 and not passed
        assert_refused_or_false(mine)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.sampled_from(sorted(EXERCISES)),
    st.lists(st.floats(width=32) | st.sampled_from([0.0, 0.5, 1.0]), max_size=16),
    st.lists(st.integers(0, 4), max_size=3),
    st.sampled_from([torch.float32, torch.float64, torch.int64, torch.int8]),
)
def test_nothing_that_arrays_can_hold_raises(reading: str, values: list, shape: list[int], dtype: torch.dtype) -> None:
    flat = torch.tensor((values or [0.0]) * math.prod(shape), dtype=torch.float64)[: math.prod(shape)].view(shape)
    odd = flat.to(dtype) if dtype.is_floating_point else flat.nan_to_num().clamp(-100, 100).to(dtype)
    mine, _ = judged(reading, Outcome(dict.fromkeys(RIGHT[reading].arrays, odd)))
    assert_refused_or_false(mine)


# ── what each one says ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_counterexample_needs_probabilities_and_a_loss_of_a_hundredth() -> None:
    def wins(table: Tensor) -> tuple[bool, bool]:
        proper, won = read(CASES["counterexample"], Outcome({"table": table})).arrays.values()
        return bool(proper), bool(won)

    right = RIGHT["counterexample"].arrays["table"].double()
    assert wins(right) == (True, True)
    assert wins(right.float()) == (True, True)
    assert wins(torch.eye(8, dtype=torch.int8)) == wins(torch.eye(3, dtype=torch.bool)) == (True, False)
    assert wins(torch.eye(8)) == (True, False)
    assert wins(right.log()) == (False, False)
    assert wins(2 * right) == (False, False)
    below = right.clone()
    below[0, 3], below[0, 1] = -0.1, 0.65  # sums to one all the same
    assert wins(below) == (False, False)
    for hole in (math.nan, math.inf):
        bad = right.clone()
        bad[7, 7] = hole
        assert wins(bad) == (False, False)
    for margin, won in ((1.5 * MARGIN, True), (0.5 * MARGIN, False), (-MARGIN, False)):
        assert wins(barely(margin)) == (True, won)


def barely(margin: float) -> Tensor:
    """A counterexample in which greedy search wins by `margin` nats: the dropped text would go on with 1, the kept with less."""
    kept = 0.22 / 0.225 * math.exp(-margin)
    table = torch.zeros(8, 8, dtype=torch.float64)
    table[0, 1], table[0, 2] = 0.55, 0.45
    table[1, 3], table[1, 4], table[1, 5] = 0.4, 0.3, 0.3
    table[2, 6], table[2, 7] = 0.5, 0.5
    table[3, 3] = table[5, 5] = table[4, 4] = 1
    for token in (6, 7):
        table[token, token], table[token, 4] = math.sqrt(kept), 1 - math.sqrt(kept)
    return table


def test_drawn_tokens_say_what_is_wrong_with_a_text() -> None:
    case, right = CASES["drawn_tokens"], RIGHT["drawn_tokens"].arrays
    text, t = right["text"], case.args[2].shape[1]

    def message(first: Tensor, again: Tensor = right["text again"]) -> str:
        return judged("drawn_tokens", Outcome(right | {"text": first, "text again": again}))[0].error["message"]

    assert "(1, length)" in message(text[0])
    assert "begin with the prompt" in message(text.roll(1, 1).index_fill(1, torch.tensor(0), 99))
    assert "stand for no token" in message(text.index_fill(1, torch.tensor(t), len(case.args[1])))
    assert "stand for no token" in message(text.index_fill(1, torch.tensor(t), -1))
    assert "begin with the prompt" in message(text, again=text[:, : t - 1])
    short = read(case, Outcome(right | {"text": text[:, :t], "text again": text[:, :t]})).arrays
    assert not short["share of each token"].any() and not short["tokens that were drawn"].any()
    other = right["text again"].clone()
    other[0, -1] = (other[0, -1] + 1) % len(case.args[1])
    unequal = read(case, Outcome(right | {"text again": other, "another text": right["text again"]})).arrays
    assert not unequal["the same seed gives the same text"] and unequal["another seed gives the same text"]


def test_the_entropy_reached_is_the_target_within_a_ten_thousandth_and_nothing_else() -> None:
    case = CASES["entropy_reached"]
    right = RIGHT["entropy_reached"].arrays["the temperature"].double().item()
    target = case.args[1]

    def reached(temperature: float) -> float:
        return read(case, Outcome({"the temperature": torch.tensor(temperature)})).arrays["the entropy reached"].item()

    assert reached(right) == target
    for factor in (0.99, 1.01):
        assert 1e-4 < abs(reached(factor * right) - target) < 0.1
    assert reached(1e-9) == 0 and reached(1e9) == math.log(len(case.args[0]))
    for useless in (0.0, -right, math.nan, math.inf):
        mine, passed = judged("entropy_reached", Outcome({"the temperature": torch.tensor(useless)}))
        assert mine.error["type"] == "Outputs" and not passed
