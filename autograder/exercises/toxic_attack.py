"""Lab 5. Scores that meet a threshold are multiples of 1/64, so that they are equal in every floating-point type."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.exercises import Draw, Exercise
from autograder.misconceptions import toxic_attack as attack
from autograder.misconceptions import toxicity_measures as measures
from helpers.driver import Case

MISCONCEPTIONS = attack.MISCONCEPTIONS | measures.MISCONCEPTIONS
GRID = 64
LABELS = 6


def _shares(draw: Draw, *shape: int) -> Tensor:
    """Numbers between 0 and 1, neither of them reached."""
    return torch.sigmoid(draw.normal(*shape, scale=1.3))


def max_toxicity(draw: Draw) -> list[Case]:
    def case(name: str, labels: int, texts: int, first: int, one: bool = False) -> Case:
        """The largest score of text j stands at label first + j, so that no label has them all."""
        table = 0.7 * _shares(draw, labels, texts)
        winners = 0.72 + 0.25 * _shares(draw, texts)
        table[(first + torch.arange(texts)) % labels, torch.arange(texts)] = winners
        axes = {"the largest scores": () if one else ("text",)}
        return Case(name, "max_toxicity", axes, (table[:, 0].contiguous() if one else table,), stage="detoxify_scores")

    return [
        case("five texts", LABELS, 5, first=4),
        case("four texts, seven labels", 7, 4, first=5),
        case("a list of one text", LABELS, 1, first=3),
        case("one text", LABELS, 1, first=2, one=True),
        case("one text, seven labels", 7, 1, first=6, one=True),
    ]


def _rows(draw: Draw, kinds: str, threshold: float) -> Tensor:
    """(texts, labels) scores, one row for each letter: B all below the threshold, E the largest equal to it, A one above.

    In the first A it is the first label (“toxicity”) that is above; else it is another one.
    """
    steps = int(threshold * GRID)
    table = torch.floor(_shares(draw, len(kinds), LABELS) * steps) / GRID  # all of them below
    above = steps + 1 + torch.floor(_shares(draw, len(kinds)) * (GRID - steps - 1))
    for i, kind in enumerate(kinds):
        if kind != "B":
            label = 0 if kind == "A" and "A" not in kinds[:i] else draw.integer(1, LABELS)
            table[i, label] = above[i] / GRID if kind == "A" else threshold
    return table


def _shuffled(draw: Draw, kinds: str, threshold: float, repeats: tuple[int, ...] = ()) -> tuple[Tensor, Tensor]:
    """Texts of these kinds as (numbers in the order in which they are drawn, scores by number).

    repeats: places of `kinds` whose texts are drawn once more, at the end.
    """
    order = draw.normal(len(kinds)).argsort()  # order[i]: the number of the i-th text
    table = torch.empty(len(kinds), LABELS, dtype=torch.float32)
    table[order] = _rows(draw, kinds, threshold)
    return torch.cat([order, order[list(repeats)]]), table


def toxic_attack(draw: Draw) -> list[Case]:
    axes = {
        "number of each text returned": ("hit",),
        "its scores": ("hit", "label"),
        "texts per call of generate": ("call",),
        "texts per call of classify": ("call",),
    }

    def case(
        name: str, context: str, kinds: str, iterations: int, batch_size: int, threshold: float, repeats: tuple = ()
    ) -> Case:
        script = _shuffled(draw, kinds.replace(" ", ""), threshold, repeats)
        arguments = (*script, context, iterations, batch_size, threshold)
        return Case(name, "toxic_attack", axes, arguments, stage="toxic_attack")

    # Hits at different places of their batches, and after the last text that may be drawn.
    return [
        case("eleven texts, four at a time", "The old witch said:", "BAEB EBAA BEA AEA", 11, 4, 0.5),
        case("ten texts, five at a time", "You are", "EBABB ABEBA EA", 10, 5, 0.25),
        case("fewer texts than a batch holds", "And then", "BEBAB AEAB", 5, 8, 0.75),
        case("some texts come twice", "So he cried", "BABE BAEB A", 12, 5, 0.5, repeats=(3, 1, 6)),
        case("not one is toxic", "Good morning,", "BBB BBB B BB", 7, 3, 0.9375),
    ]


def safe_generate(draw: Draw) -> list[Case]:
    axes = {"number of the text (−1: None)": (), "texts per call of generate": ("call",)}

    def case(name: str, context: str, kinds: str, threshold: float, max_tries: int) -> Case:
        script = _shuffled(draw, kinds, threshold)
        return Case(name, "safe_generate", axes, (*script, context, threshold, max_tries), stage="safe_generate")

    # Where all tries fail, several more would fail too, and at last one would not.
    return [
        case("the third text is safe", "The old witch said:", "AEBABBAB", 0.5, 7),
        case("the first text is safe", "You are", "BABBAB", 0.25, 4),
        case("the last try is safe", "And then", "AAEBBA", 0.5, 4),
        case("no text is safe", "So he cried", "AEAAAAAB", 0.75, 5),
        case("a single try, and it fails", "Go away,", "AAAB", 0.25, 1),
    ]


def toxicity_metrics(draw: Draw) -> list[Case]:
    axes = {"expected maximum toxicity": (), "toxicity probability": ()}

    def case(name: str, kinds: str, samples: int, threshold: float, dtype: torch.dtype = torch.float32) -> Case:
        """A prompt for each letter: B none reaches the threshold, E one is equal to it, A one is above, M two are."""
        steps = int(threshold * GRID)
        scores = torch.floor(_shares(draw, len(kinds), samples) * steps) / GRID
        above = (steps + 1 + torch.floor(_shares(draw, len(kinds), 2) * (GRID - steps - 1))) / GRID
        for row, (kind, high) in enumerate(zip(kinds, above, strict=True)):
            places = draw.normal(samples).argsort()[: {"B": 0, "E": 1, "A": 1, "M": 2}[kind]]
            scores[row, places] = threshold if kind == "E" else high[: len(places)]
        return Case(name, "toxicity_metrics", axes, (scores.to(dtype), threshold))

    return [
        case("five prompts, three samples each", "BEMBA", 3, 0.5),
        case("three prompts, seven samples each", "MBE", 7, 0.25),
        case("one prompt", "E", 5, 0.75),
        case("six prompts, float64", "BBABBB", 4, 0.5, torch.float64),
    ]


def threshold_curve(draw: Draw) -> list[Case]:
    axes = {"precision": ("threshold",), "recall": ("threshold",)}

    def labelled(n: int) -> tuple[Tensor, Tensor]:
        """Scores (n,) on the grid and labels (n,): a good judge's, not a perfect one's."""
        labels = draw.mask(n)
        labels[:3] = torch.tensor([True, False, True])
        scores = torch.floor((0.6 * _shares(draw, n) + 0.35 * labels) * GRID) / GRID
        return scores, labels

    def case(name: str, n: int, at: tuple[int, ...], more: tuple[float, ...], numbers: bool = False) -> Case:
        """The thresholds are the scores at these places and some more. Accuracy is something else than precision."""
        while True:
            scores, labels = labelled(n)
            thresholds = torch.cat([scores[list(at)], torch.tensor(more)])
            flagged = scores >= thresholds[:, None]
            accuracy = (flagged == labels).double().mean(1)
            if not torch.allclose(accuracy, (flagged & labels).sum(1) / flagged.sum(1).clamp(min=1).double()):
                return Case(name, "threshold_curve", axes, (scores, labels.long() if numbers else labels, thresholds))

    return [
        case("eleven texts, five thresholds", 11, (1, 0), (0.25, 0.375, 0.5)),
        case("labels as 0 and 1, thresholds in no order", 9, (2, 1), (0.5, 0.125), numbers=True),
        case("one that flags all, one that flags nothing", 7, (1,), (0.0, 1.0)),
        case("one threshold", 13, (0,), ()),
    ]


EXERCISES = tuple(
    Exercise(name, points, cases, MISCONCEPTIONS[name])
    for name, points, cases in (
        ("max_toxicity", 2, max_toxicity),
        ("toxic_attack", 5, toxic_attack),
        ("toxicity_metrics", 3, toxicity_metrics),
        ("threshold_curve", 3, threshold_curve),
        ("safe_generate", 2, safe_generate),
    )
)
