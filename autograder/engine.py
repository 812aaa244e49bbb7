"""Grading one notebook: the student's code runs in a sandbox, every judgement is made out here.

The engine draws fresh inputs, knows the right answers, and only asks the sandbox "run this cell" and "call this
object on these arrays". What comes back is data. A cell that never ends or kills its process costs what depends on
it: the session is started afresh without that cell and the rest of the notebook goes on.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import Any

import torch
from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder import reference, replies
from autograder.exercises import Draw, Exercise, exercises, given
from autograder.lessons import grade_id, long_cells
from autograder.release import handout
from autograder.session import Limits, Session, SessionDied
from autograder.submission import restore
from helpers.cards import number, verdict_card
from helpers.judging import Judgement, judge

SECOND_TRIES = 2  # in a notebook, after a process was killed from elsewhere: the machine may have run out of memory
SESSIONS = 8  # that a notebook may use up before the rest of it is left ungraded
NOTEBOOK_SECONDS = 600.0
NOTEBOOK_OUTPUT = (
    32 << 20
)  # characters, as `replies.size` counts them, that all cells of a notebook may show together; a worked lab stays far below
DROPPED = f"[Not kept: this notebook's outputs are larger than {NOTEBOOK_OUTPUT >> 20} MB together.]\n"
SKIPPED = "[Not run in grading: this cell takes long, nothing graded needs it, and it is as it was handed out.]\n"


@dataclass(frozen=True)
class Report:
    """One graded notebook. `seed` reproduces it."""

    lab: str
    device: str
    seconds: float
    seed: int
    exercises: tuple[Judgement, ...] = field(default=())

    @property
    def score(self) -> float:
        return round(sum(one.score for one in self.exercises), 2)

    @property
    def max_score(self) -> float:
        return sum(one.points for one in self.exercises)

    def to_json(self) -> dict[str, Any]:
        """The JSON of `autograder check`."""
        return {
            "lab": self.lab,
            "score": self.score,
            "max_score": self.max_score,
            "device": self.device,
            "seconds": round(self.seconds, 3),
            "seed": self.seed,
            "exercises": [
                {
                    "name": one.name,
                    "score": one.score,
                    "max_score": one.points,
                    "status": one.status,
                    "misconception": one.misconception,
                    "message": " ".join(
                        dict.fromkeys(filter(None, [one.message, one.detail if one.misconception else ""]))
                    ),
                }
                for one in self.exercises
            ],
        }


def grade(
    nb: NotebookNode,
    lab: str,
    *,
    seed: int | None = None,
    device: str = "cpu",
    sandbox: str = "auto",
    limits: Limits | None = None,
) -> tuple[Report, NotebookNode]:
    """Grades a cleaned notebook of `lab` and returns the report and the executed notebook.

    In the executed notebook each test cell carries the engine's verdict and, as its result, the points: that is
    where nbgrader reads them. Raises SandboxUnavailable when no sandbox can run and `sandbox` is not "none".
    """
    started = time.monotonic()
    torch.set_num_threads(
        1
    )  # the references are tiny, and a second thread would wait for them at the student's expense
    seed = secrets.randbits(48) if seed is None else seed
    nb = restore(nb, handout(lab))
    with _Run(nb, lab, seed, device, sandbox, limits or Limits()) as run:
        judgements = run.all()
    order = [exercise.name for exercise in exercises(lab)]
    report = Report(
        lab, device, time.monotonic() - started, seed, tuple(sorted(judgements, key=lambda one: order.index(one.name)))
    )
    return report, nb


class _Run:
    """The walk through one notebook, with the session it currently has."""

    def __init__(self, nb: NotebookNode, lab: str, seed: int, device: str, sandbox: str, limits: Limits):
        # Cells are looked into as plain dictionaries: `cell.source` takes ten times as long as `cell["source"]`.
        self.cells, self.lab, self.seed = nb["cells"], lab, seed
        self.device, self.sandbox, self.limits = device, sandbox, limits
        self.tests = {f"test_{exercise.name}": exercise for exercise in exercises(lab)}
        self.long = long_cells(lab)
        self.session: Session | None = None
        self.sessions = 0
        self.deadline = time.monotonic() + NOTEBOOK_SECONDS
        self.room = NOTEBOOK_OUTPUT
        self.fatal: dict[int, SessionDied] = {}  # cells that ended a session, by place
        self.second_tries = SECOND_TRIES

    def __enter__(self) -> _Run:
        return self

    def __exit__(self, *_: object) -> None:
        self._close(wait=False)

    def _close(self, wait: bool = True) -> None:
        if self.session is not None:
            self.session.close(wait)
            self.session = None

    def all(self) -> list[Judgement]:
        judgements = []
        waiting: list[int] = []  # cells up to the next test: they run together, which saves waiting for one another
        for place, cell in enumerate(self.cells):
            exercise = self.tests.get(grade_id(cell) or "")
            if exercise is not None:
                self._run(waiting)
                waiting = []
                judgements.append(self._judge(exercise, place))
                cell["outputs"] = _outputs(judgements[-1])
            elif self._runs(cell):
                waiting.append(place)
            elif cell["cell_type"] == "code":
                cell["outputs"] = [new_output("stream", name="stdout", text=SKIPPED)]
            if cell["cell_type"] == "code":
                cell["execution_count"] = place + 1
        self._run(waiting)
        return judgements

    def _runs(self, cell: NotebookNode) -> bool:
        """Whether this is a cell of the student's to run: not a test, and not one of ours that only takes long."""
        return (
            cell["cell_type"] == "code" and grade_id(cell) not in self.tests and cell["source"].strip() not in self.long
        )

    def _live(self, place: int) -> Session:
        """A session in which every cell before `place` has run, but for those known to end one."""
        while True:
            self._in_time()
            if self.session is not None:
                return self.session
            if self.sessions >= SESSIONS:
                raise SessionDied("killed", f"Its cells ended {SESSIONS} sessions; the rest was not run.")
            self.sessions += 1
            self.session = Session(self.limits, device=self.device, sandbox=self.sandbox, given=bool(given(self.lab)))
            self.session.start()
            again = [p for p, cell in enumerate(self.cells[:place]) if self._runs(cell) and p not in self.fatal]
            done = 0
            try:
                for _ in self.session.run_all([self.cells[p]["source"] for p in again]) if again else ():
                    done += 1
                    self._in_time()  # a cell may be quick at first and slow from then on
            except SessionDied as death:
                if self.session is None:  # the notebook's time is up
                    raise
                self._leave_out(again[done], death)  # it did not the first time: what it does depends on chance

    def _in_time(self) -> None:
        if time.monotonic() > self.deadline:
            self._close()
            raise SessionDied("timeout", f"The notebook as a whole ran longer than {NOTEBOOK_SECONDS:.0f} s.")

    def _run(self, places: list[int]) -> None:
        """Runs these cells, each of them whatever the ones before came to."""
        done = 0
        while done < len(places):
            try:
                session = self._live(places[done])
                for outputs in session.run_all([self.cells[place]["source"] for place in places[done:]]):
                    self._keep(places[done], outputs)
                    done += 1
                    if done < len(places):
                        self._in_time()
            except SessionDied as death:
                if not self._deserves_another(death):
                    self._leave_out(places[done], death)
                    done += 1

    def _keep(self, place: int, outputs: list[dict[str, Any]]) -> None:
        self.room -= sum(map(replies.size, outputs))
        kept = self.room >= 0 or not outputs
        self.cells[place]["outputs"] = (
            [*map(NotebookNode, outputs)] if kept else [new_output("stream", name="stdout", text=DROPPED)]
        )

    def _deserves_another(self, death: SessionDied) -> bool:
        """Whether to try again what was running, since perhaps not it but something outside ended the process."""
        if not death.from_elsewhere or not self.second_tries:
            return False
        self.second_tries -= 1
        self._close()
        return True

    def _leave_out(self, place: int, death: SessionDied) -> None:
        """The cell at `place` ended the session: the ones to come go without it."""
        self._close()
        self.fatal[place] = death
        self.cells[place]["outputs"] = [
            new_output("error", ename=death.reason, evalue=death.detail, traceback=[death.detail])
        ]

    def _judge(self, exercise: Exercise, place: int) -> Judgement:
        cases = exercise.cases(Draw(_mix(self.seed, exercise.name)))
        try:
            outcomes, replies = [], self._live(place).call_all(cases)
            expected = reference.expected(self.lab, cases)  # while the student's process is at work
            for outcome in replies:
                outcomes.append(outcome)
                if len(outcomes) < len(cases):
                    self._in_time()
        except SessionDied as death:
            if self._deserves_another(death):
                return self._judge(exercise, place)
            self._close()
            return self._ended(exercise, death)
        judgement = judge(
            exercise.name,
            exercise.points,
            cases,
            outcomes,
            expected,
            lambda: reference.wrong(self.lab, exercise, cases),
            reference.hints(exercise),
        )
        death = next((d for at, d in self.fatal.items() if grade_id(self.cells[at]) == exercise.name), None)
        return self._ended(exercise, death) if death and judgement.status == "missing" else judgement

    def _ended(self, exercise: Exercise, death: SessionDied) -> Judgement:
        status = "timeout" if death.reason == "timeout" else "killed"
        return Judgement(exercise.name, exercise.points, 0.0, status, death.detail)


def _mix(seed: int, name: str) -> int:
    """A seed of its own for each exercise, the same on every machine."""
    return seed ^ int.from_bytes(name.encode()[:5], "big")


def _output(kind: str, **fields: Any) -> NotebookNode:
    """As nbformat's new_output, which looks up its schema each time: that takes longer than a student's cell."""
    return NotebookNode(output_type=kind, metadata=NotebookNode(), **fields)


def _outputs(judgement: Judgement) -> list[NotebookNode]:
    card = verdict_card(judgement)
    return [
        _output("display_data", data=NotebookNode({"text/html": card.html, "text/plain": card.text})),
        _output("execute_result", data=NotebookNode({"text/plain": number(judgement.score)}), execution_count=1),
    ]
