"""From the outcomes of all cases of one exercise to points, a status and one hint: the same for student and grader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from helpers.driver import Case, Outcome
from helpers.readings import read
from helpers.verdict import Verdict, compare, name_misconception, same


@dataclass(frozen=True)
class Judgement:
    """What there is to say of one exercise.

    status:        passed | failed | missing | error (and, from the grader, timeout | killed)
    misconception: the name of the recognised mistake, or None; `message` then is its hint
    case, verdict: the first case that failed, and how
    """

    name: str
    points: float
    score: float
    status: str
    message: str
    misconception: str | None = None
    case: str | None = None
    verdict: Verdict | None = None
    passed: int = 0
    total: int = 0
    traceback: str = ""

    @property
    def detail(self) -> str:
        """The first case that failed and what differs, as one line; empty where there is nothing to add."""
        if self.verdict is None or self.status == "missing":
            return ""
        return f"Case “{self.case}”: {self.verdict.message}"


def judge(
    name: str,
    points: float,
    cases: list[Case],
    outcomes: list[Outcome],
    expected: list[Outcome],
    wrong: Callable[[], dict[str, list[Outcome]]],
    hints: dict[str, str],
) -> Judgement:
    """Compares case by case. `wrong` gives each misconception's outcomes and is called only if something failed."""
    unread, outcomes, expected = outcomes, list(map(read, cases, outcomes)), list(map(read, cases, expected))
    verdicts = [compare(*trio) for trio in zip(outcomes, expected, cases, strict=True)]
    ordinary = any(v.passed for v, case in zip(verdicts, cases, strict=True) if not case.guard)
    # Raising ValueError at everything must not earn the case that asks for a ValueError.
    passed = sum(v.passed and (ordinary or not case.guard) for v, case in zip(verdicts, cases, strict=True))
    total = len(cases)
    if passed == total:
        return Judgement(name, points, points, "passed", "Right.", passed=passed, total=total)

    first = next(i for i, verdict in enumerate(verdicts) if not verdict.passed)
    kinds = [outcome.error["type"] if outcome.error else None for outcome in outcomes]
    status = "failed"
    if all(kind in ("Missing", "NotImplementedError") for kind in kinds):
        status = "missing"
    elif kinds[first] and not expected[first].error:
        status = "error"
    # A variant, "name#2", is the same mistake as "name".
    named = None
    if status != "missing":
        others = wrong()

        def nearness(mistake: str) -> int:  # two mistakes may read the same where they are not
            return sum(same(*trio) for trio in zip(unread, others[mistake], [case.atol for case in cases], strict=True))

        theirs = {mistake: list(map(read, cases, outcomes)) for mistake, outcomes in others.items()}
        named = name_misconception(cases, outcomes, verdicts, theirs, nearness)
    misconception = named and named.partition("#")[0]
    error = outcomes[first].error
    return Judgement(
        name,
        points,
        score=round(points * passed / total, 2),
        status=status,
        message=hints[misconception] if misconception else verdicts[first].message,
        misconception=misconception,
        case=cases[first].name,
        verdict=verdicts[first],
        passed=passed,
        total=total,
        traceback=error["traceback"] if error else "",
    )
