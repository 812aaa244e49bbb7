"""Comparing what came back with what should have: pure functions of arrays, used by both roads of grading."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from helpers.driver import GRADIENT, Case, Outcome

RTOL, ATOL = 1e-4, 2e-5  # float32 against a float64 expectation, with room for another order of summation
# A gradient sums large terms that nearly cancel, so what it misses goes by the largest entry, not by the one at hand. Right
# answers to `GPT` come as far as a third of this in 1,500 draws, and each fortieth missed the room above.
GRADIENT_ROOM = 3e-4


@dataclass(frozen=True)
class Verdict:
    """passed; else one plain sentence, and for numbers that differ the two arrays and where to look."""

    passed: bool
    message: str = ""
    output: str = ""
    axes: tuple[str, ...] = ()
    yours: Tensor | None = None
    expected: Tensor | None = None


def compare(outcome: Outcome, expected: Outcome, case: Case) -> Verdict:
    """Whether `outcome` is `expected`: shapes exactly, numbers within float32 tolerance, errors by type."""
    if expected.error:
        wanted = expected.error["type"]
        if outcome.error and wanted in outcome.error["types"]:
            return Verdict(True)
        got = f"raised {outcome.error['type']}" if outcome.error else "went through"
        return Verdict(False, f"This call should raise {wanted}, but it {got}.")
    if outcome.error:
        return Verdict(False, _explain(outcome.error))
    # Outputs before gradients: a wrong output makes wrong gradients, and says more.
    for name in sorted(expected.arrays, key=lambda name: (name not in case.axes, name.startswith(f"{GRADIENT}input"))):
        verdict = _compare_array(outcome.arrays.get(name), expected.arrays[name], name, case)
        if not verdict.passed:
            return verdict
    return Verdict(True)


def _explain(error: dict) -> str:
    if error["type"] in ("Missing", "Type", "Outputs", "Parameters", "Device", "Gradient"):
        return error["message"]
    if error["type"] == "NotImplementedError":
        return "Not written yet: the stub still raises NotImplementedError."
    where = f" at `{error['line'].strip()}`" if error["line"] else ""
    return f"It raised {error['type']}: {error['message'] or '(no message)'}{where}."


def _compare_array(yours: Tensor | None, right: Tensor, name: str, case: Case) -> Verdict:
    axes = case.axes.get(name, ())
    if yours is None:
        return Verdict(False, f"{name} did not come back.", name)
    if yours.shape != right.shape:
        message = f"{name} should have shape {shape_text(right.shape, axes)}, but yours has {tuple(yours.shape)}."
        return Verdict(False, message, name, axes)
    if yours.is_complex():
        return Verdict(False, f"{name} should hold real numbers, but yours is {yours.dtype}.", name, axes)
    if right.dtype == torch.bool and yours.dtype != torch.bool:
        return Verdict(
            False, f"{name} should hold True and False (torch.bool), but yours is {yours.dtype}.", name, axes
        )
    a, b = yours.to(torch.float64), right.to(torch.float64)
    exact = not right.is_floating_point()
    rtol, atol = (0.0, 0.0) if exact else (RTOL, max(ATOL, case.atol))
    # What is right is mostly this close already, and nothing else is looked at then; a NaN is not close to anything.
    if a.numel() and (a - b).abs_().max().item() <= atol:
        return Verdict(True)
    if name.startswith(GRADIENT) and b.numel():
        atol = max(atol, GRADIENT_ROOM * b.nan_to_num(0.0, 0.0, 0.0).abs().max().item())
    if torch.allclose(a, b, rtol=rtol, atol=atol):
        return Verdict(True)
    wrong = ~torch.isclose(a, b, rtol=rtol, atol=atol)
    if a.dim() == 0:
        return Verdict(False, f"{name} should be {_number(b, exact)}, but yours is {_number(a, exact)}.", name)
    place = tuple(int(i) for i in wrong.nonzero()[0])
    spot = ", ".join(f"{axis}={i}" for axis, i in zip(axes, place, strict=True)) if axes else ", ".join(map(str, place))
    message = (
        f"{name} differs in {int(wrong.sum())} of {wrong.numel()} entries, first at [{spot}]: "
        f"yours is {_number(a[place], exact)}, expected {_number(b[place], exact)}."
    )
    if a.isnan().any():
        message += f" {int(a.isnan().sum())} of yours are NaN."
    return Verdict(False, message, name, axes, a, b)


def shape_text(shape: tuple[int, ...], axes: tuple[str, ...]) -> str:
    """(b=2, t=5, m=3): a shape with its axes' names."""
    return (
        f"({', '.join(f'{a}={n}' for a, n in zip(axes, shape, strict=True))})"
        if len(axes) == len(shape)
        else str(tuple(shape))
    )


def _number(value: Tensor, exact: bool) -> str:
    return f"{value.item():,.0f}" if exact and value.isfinite() else f"{value.item() + 0.0:.5g}"


def same(first: Outcome, second: Outcome, atol: float = 0.0) -> bool:
    """Whether two outcomes are the same mistake: equal outputs (NaN equals NaN; `atol` as a case's) or the same error.

    Gradients are left out: where an output is NaN they depend on how a student came to it, not on the mistake.
    """
    if first.error or second.error:
        return bool(first.error and second.error) and all(
            first.error[key] == second.error[key] for key in ("type", "same_as")
        )
    mine, theirs = ({n: a for n, a in one.arrays.items() if not n.startswith(GRADIENT)} for one in (first, second))
    return mine.keys() == theirs.keys() and all(
        a.shape == theirs[name].shape
        and not a.is_complex()
        and torch.allclose(a.double(), theirs[name].double(), rtol=RTOL, atol=max(ATOL, atol), equal_nan=True)
        for name, a in mine.items()
    )


def name_misconception(
    cases: list[Case],
    outcomes: list[Outcome],
    verdicts: list[Verdict],
    wrong: dict[str, list[Outcome]],
    nearness: Callable[[str], int] = lambda name: 0,
) -> str | None:
    """The misconception whose outcomes these are: on every case if there is one, else on most of the failed ones.

    The first four go case by case; `nearness` of a misconception decides between those that fit as well. A mistake that
    explains only one of many failed cases is not named: a wrong name teaches worse than none.
    """
    failed = [i for i, verdict in enumerate(verdicts) if not verdict.passed]

    def fit(theirs: list[Outcome]) -> tuple[float, int, int]:
        explained = sum(same(outcomes[i], theirs[i], cases[i].atol) for i in failed)
        # It would have failed where this answer is right: then this answer does not make that mistake.
        agreed = list(map(_agree, cases, outcomes, verdicts, theirs))
        against = sum(v.passed and not agree for v, agree in zip(verdicts, agreed, strict=True))
        return explained - against + 0.5 * all(agreed), explained, against

    fits = {name: fit(theirs) for name, theirs in wrong.items()}
    if not fits:
        return None
    most = max(score for score, _, _ in fits.values())
    best = max((name for name, (score, _, _) in fits.items() if score == most), key=nearness)
    _, explained, against = fits[best]
    return best if explained > len(failed) / 2 and against < explained else None


def _agree(case: Case, mine: Outcome, verdict: Verdict, theirs: Outcome) -> bool:
    """The same; or both right in raising, each in words of its own."""
    both = mine.error and theirs.error and mine.error["type"] == theirs.error["type"]
    return same(mine, theirs, case.atol) or bool(verdict.passed and both)
