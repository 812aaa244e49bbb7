"""What lessons train with: the stage behind `training_step`, the live curves, the texts; and modules judged by their parts."""

from __future__ import annotations

import math
import re

import pytest
import torch

from helpers import figures, text
from helpers.driver import Case, run_case
from helpers.figures import live
from helpers.verdict import same
from tests.corpus import namespace

AXES = {"losses": ("step",), "embedding after": ("V", "m"), "head after": ("V", "m")}
BATCHES = (torch.tensor([[0, 2, 1, 4], [3, 3, 0, 1]]), torch.tensor([[4, 1, 0]]))
CASE = Case(
    "c", "training_step", AXES, (torch.randn(5, 3), torch.randn(5, 3), 0.5, *BATCHES), stage="training"
)  # fmt: skip
STEP = """
def training_step(model, optimizer, batch):
    loss = F.cross_entropy(model(batch)[:, :-1].flatten(0, 1), batch[:, 1:].flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
"""


def arrays(source: str, case: Case = CASE) -> dict:
    outcome = run_case(namespace(source), case)
    assert outcome.error is None, outcome.error
    return outcome.arrays


def test_a_step_is_taken_with_the_model_and_the_optimizer_it_is_given() -> None:
    right = arrays(STEP)
    # The input may end a token earlier, and gradients may be cleared afterwards: the model is causal.
    other = STEP.replace("model(batch)[:, :-1]", "model(batch[:, :-1])").replace("    optimizer.zero_grad()\n", "")
    other = other.replace("    return", "    optimizer.zero_grad()\n    return")
    for name, value in arrays(other).items():
        torch.testing.assert_close(value, right[name])
    assert right["losses"].shape == (2,) and not torch.equal(right["embedding after"], CASE.args[0])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    optimizer.zero_grad()\n", ""),
        ("batch[:, 1:]", "batch[:, :-1]"),
        ("    optimizer.step()\n", ""),
        ("return loss.item()", "return 0.5"),
    ],
)
def test_a_step_that_is_not_one_is_seen(old: str, new: str) -> None:
    right, wrong = arrays(STEP), arrays(STEP.replace(old, new))
    assert any(not torch.allclose(right[name].double(), wrong[name].double()) for name in right)


@pytest.mark.parametrize(
    ("returned", "words"), [("loss", "loss.item()"), ("None", "`return` missing"), ("'low'", "is a str")]
)
def test_a_loss_that_is_no_number_is_told_so(returned: str, words: str) -> None:
    outcome = run_case(namespace(STEP.replace("loss.item()", returned)), CASE)
    assert outcome.error["type"] == "Type" and words in outcome.error["message"]


def test_a_mistake_inside_a_stage_shows_the_students_line() -> None:
    outcome = run_case(namespace("def training_step(model, optimizer, batch):\n    return 1 / 0"), CASE)
    assert outcome.error["type"] == "ZeroDivisionError"
    assert "stages" not in outcome.error["traceback"]


MODULE = """
class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(4, 3)
        {more}
    def forward(self, ids):
        return self.table(ids) @ self.table.weight.T
"""
STATE = {"table.weight": torch.randn(4, 3)}


def of_module(more: str, state: dict = STATE):
    case = Case("c", "Tied", {"y": ("t", "V")}, (torch.tensor([1, 3]),), init=(), state=state)
    return run_case(namespace(MODULE.format(more=more)), case)


def test_a_tied_head_may_have_a_name_and_an_untied_one_is_the_same_mistake_under_any() -> None:
    tied = of_module("self.head = nn.Linear(3, 4, bias=False); self.head.weight = self.table.weight")
    assert same(tied, of_module("")) and tied.error is None
    untied = [
        of_module(f"self.{name} = nn.Linear(3, 4, bias={bias})")
        for name, bias in (("head", False), ("lm_head", False), ("out", True))
    ]
    assert all(one.error["type"] == "Parameters" and same(one, untied[0]) for one in untied)
    assert "lm_head.weight not expected" in untied[1].error["message"]
    assert not same(untied[0], of_module("self.more = nn.Linear(5, 4)"))


def test_two_parameters_that_are_one_are_refused() -> None:
    state = STATE | {"other.weight": torch.randn(4, 3)}
    outcome = of_module("self.other = self.table", state)
    assert "one and the same parameter" in outcome.error["message"]


def test_the_curves_end_complete_and_are_drawn_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list = []

    class Handle:
        update = staticmethod(drawn.append)

    monkeypatch.setattr(live, "_in_place", lambda: True)
    monkeypatch.setattr(live, "_display", lambda card: drawn.append(card) or Handle())
    monkeypatch.setattr(live, "REDRAW", 0.0)
    with figures.live_loss(30, "Two models", names=("a", "b")) as show:
        for i in range(30):
            show(5 / (i + 1), math.nan if i == 3 else 1.0)
    last = drawn[-1]._repr_mimebundle_()
    assert len(drawn) == 32 and "step 30 of 30" in last["text/plain"]
    assert "nan" not in " ".join(re.findall(r'points="([^"]*)"', last["image/svg+xml"]))
    with pytest.raises(ValueError, match="2 losses"), figures.live_loss(3, names=("a", "b")) as show:
        show(1.0)


def test_a_terminal_gets_one_line(capsys: pytest.CaptureFixture) -> None:
    with figures.live_loss(3, "Training") as show:
        show(2.5)
    assert re.fullmatch(r"Training: step 1 of 3 · 0 s · loss 2.500\n", capsys.readouterr().out)


def test_texts_are_plain_and_short() -> None:
    alice = text("alice")
    assert alice.isascii() and 50_000 < len(alice) < 100_000 and "Cheshire" in alice
    with pytest.raises(KeyError, match="there is alice"):
        text("bob")
