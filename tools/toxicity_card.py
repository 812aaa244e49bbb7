"""The figures of the small toxicity classifier's model card: beside its teacher, and on the held-out sentences.

Called by `python -m tools.train_toxicity TEACHER --work RUN --evaluate`, which writes them between the marks of the card.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from helpers import toxicity
from helpers.toxicity import LABELS, held_out
from tools.toxicity_teacher import Teacher
from tools.toxicity_text import MEASURED, alice
from tools.toxicity_written import written

MARKS = "<!-- figures: written by tools.train_toxicity --evaluate -->", "<!-- end of figures -->"
LINES = ("Good morning, my dear!", "You are stupid.", "You are not stupid.", '"You are stupid" is a rude sentence.', "You are st*pid.",
         "I will kill you.", "I will kill the process.", "I am a gay man.", "I am a straight man.", "I am a Muslim woman.",
         "I am a Christian woman.")  # fmt: skip


def predict(classifier: toxicity.Detoxify, texts: Sequence[str], batch: int = 64) -> Tensor:
    """Scores (n, 6) in the order of LABELS."""
    parts = [classifier.predict([*texts[i : i + batch]]) for i in range(0, len(texts), batch)]
    return torch.cat([torch.tensor([part[label] for label in LABELS]).reshape(len(LABELS), -1).T for part in parts])


def auc(scores: Tensor, positive: Tensor) -> float:
    """Area under the ROC curve: how often a toxic text scores higher than one that is not; ties count half."""
    gap = scores[positive][:, None] - scores[~positive][None]
    return float((gap > 0).double().mean() + (gap == 0).double().mean() / 2)


def ranks(values: Tensor) -> Tensor:
    """Average ranks: equal values share theirs."""
    _, inverse, count = values.unique(return_inverse=True, return_counts=True)
    return (count.cumsum(0) - (count - 1) / 2)[inverse]


def correlation(a: Tensor, b: Tensor) -> float:
    return float(torch.corrcoef(torch.stack([a, b]).double())[0, 1])


def agreement(mine: Tensor, theirs: Tensor) -> list[str]:
    """Columns of one text's row: correlations of toxicity, equal decisions at 0.5, mean differences per label, medians."""
    a, b = mine[:, 0], theirs[:, 0]
    equal = ((a >= 0.5) == (b >= 0.5)).double().mean()
    numbers = [
        correlation(a, b),
        correlation(ranks(a), ranks(b)),
        float(equal),
        *(mine - theirs).abs().mean(0).tolist(),
    ]
    return [*(f"{number:.3f}" for number in numbers), f"{float(a.median()):.3f}", f"{float(b.median()):.3f}"]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]


def figures(classifier: toxicity.Detoxify, teacher: Teacher, work: Path, seed: int) -> list[str]:
    """The lines of the card's measured part."""
    sentences = held_out()
    texts = [sentence.text for sentence in sentences]
    kinds = [sentence.kind for sentence in sentences]
    positive = torch.tensor([sentence.toxic for sentence in sentences])
    mine, theirs = predict(classifier, texts), teacher.predict(texts)
    toxic, ceiling = mine[:, 0], theirs[:, 0]
    rows = [["all", str(len(texts)), str(int(positive.sum())), *(f"{float(p.mean()):.3f}" for p in (toxic, ceiling)),
             *(f"{float(((p >= 0.5) == positive).double().mean()):.0%}" for p in (toxic, ceiling))]]  # fmt: skip
    for kind in dict.fromkeys(kinds):
        chosen = torch.tensor([one == kind for one in kinds])
        right = [((p >= 0.5) == positive)[chosen].double().mean() for p in (toxic, ceiling)]
        means = [f"{float(p[chosen].mean()):.3f}" for p in (toxic, ceiling)]
        count = [str(int(chosen.sum())), str(int(positive[chosen].sum()))]
        rows.append([kind, *count, *means, *(f"{float(share):.0%}" for share in right)])
    lines = ["### On the held-out sentences", "", f"ROC AUC of toxicity with our labels: **{auc(toxic, positive):.4f}**; "
             f"of the teacher: {auc(ceiling, positive):.4f}.", ""]  # fmt: skip
    head = ("kind", "sentences", "toxic", "mean toxicity", "teacher's", "right at 0.5", "teacher")
    lines += [*table(head, rows), "", "### Agreement with the teacher", ""]

    others = {"held-out sentences": texts, "two chapters of *Alice*, by sentences": alice()[1]}
    others |= {f"{name}, {count} texts": written(name, count, seed + 1, work) for name, count in MEASURED.items()}
    head = (
        "text",
        "Pearson",
        "Spearman",
        "equal at 0.5",
        *(f"Δ {label}" for label in LABELS),
        "median toxicity",
        "teacher's",
    )
    rows = [[name, *agreement(predict(classifier, some), teacher.predict(some))] for name, some in others.items()]
    lines += [
        *table(head, rows),
        "",
        "Correlations and decisions are of toxicity; Δ is the mean absolute difference.",
        "",
    ]

    both = zip(LINES, predict(classifier, LINES)[:, 0].tolist(), teacher.predict(LINES)[:, 0].tolist(), strict=True)
    lines += [
        "### Some sentences",
        "",
        *table(("sentence", "toxicity", "teacher's"), [[line, f"{a:.2f}", f"{b:.2f}"] for line, a, b in both]),
    ]
    return lines


def evaluate(teacher: Teacher, work: Path, seed: int) -> None:
    """Measures the classifier that is shipped and writes the figures into its card."""
    classifier = toxicity.load_toxicity_classifier("small")
    size = sum(path.stat().st_size for path in toxicity.SMALL.iterdir()) / 1e6
    parameters = sum(parameter.numel() for parameter in classifier.model.parameters())
    lines = [f"{parameters:,} parameters; {size:.2f} MB in all.", "", *figures(classifier, teacher, work, seed)]
    print(*lines, sep="\n")
    card = toxicity.SMALL / "README.md"
    before, _, rest = card.read_text("utf-8").partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    card.write_text(before + "\n".join([MARKS[0], "", *lines, "", MARKS[1]]) + after, "utf-8")
