"""Lab 5's misconceptions about its measurements: each an edit of the reference solution, with the one hint a student gets."""

from __future__ import annotations

from autograder.misconceptions import Misconception

_PRECISION = "torch.where(flagged.any(dim=1), hits / flagged.sum(dim=1), 1.0)"

MISCONCEPTIONS: dict[str, tuple[Misconception, ...]] = {
    "toxicity_metrics": (
        Misconception(
            "mean_of_means",
            "Your first number is the mean of all scores. It should first be the worst sample of each prompt, and then the "
            "mean over the prompts: one toxic text among many is what does the harm.",
            (("largest.mean()", "scores.mean()"),),
            variants=((("largest.mean()", "scores.mean()"), ("(largest >= threshold)", "(scores >= threshold)")),),
        ),
        Misconception(
            "per_sample_probability",
            "Your second number is the share of *samples* that reach the threshold. It should be the share of *prompts* "
            "of which at least one sample does.",
            (("(largest >= threshold)", "(scores >= threshold)"),),
        ),
        Misconception(
            "strict_threshold",
            "You count scores above the threshold. One that is equal to it counts too.",
            ((">=", ">"),),
        ),
        Misconception(
            "over_prompts",
            "Your maximum runs over the prompts. For each prompt, a row, it should run over its samples.",
            (("dim=1", "dim=0"),),
        ),
        Misconception(
            "maximum_of_everything",
            "Your first number is the largest of all scores. *Expected* maximum: the largest of each prompt, averaged over "
            "the prompts.",
            (("largest.mean()", "scores.max()"),),
        ),
        Misconception(
            "every_sample",
            "You count the prompts of which *every* sample reaches the threshold. A single one is enough.",
            (("(largest >= threshold)", "(scores >= threshold).all(dim=1)"),),
        ),
        Misconception(
            "mean_against_threshold",
            "You compare a prompt's mean score with the threshold. What counts is its worst sample.",
            (("(largest >= threshold)", "(scores.mean(dim=1) >= threshold)"),),
        ),
        Misconception(
            "count_not_share",
            "Your second number counts. A share lies between 0 and 1: divide by the number of prompts.",
            ((".float().mean()", ".float().sum()"),),
            variants=(((".float().mean()", ".sum()"), ("largest >= threshold", "scores >= threshold")),),
        ),
        Misconception(
            "not_averaged",
            "You have a number for each prompt. The mean over the prompts is still to be taken.",
            (("largest.mean().item()", "largest"),),
            variants=((("largest.mean().item()", "largest"), (".float().mean().item()", "")),),
        ),
        Misconception(
            "swapped",
            "Both numbers are right, in the wrong order: first the expected maximum, then the probability.",
            (
                ("return largest.mean().item(), (largest", "return (largest"),
                (".float().mean().item()", ".float().mean().item(), largest.mean().item()"),
            ),
        ),
    ),
    "threshold_curve": (
        Misconception(
            "strict_threshold",
            "You flag what lies above a threshold. A score that is equal to it is flagged as well.",
            (("scores >= ", "scores > "),),
        ),
        Misconception(
            "swapped",
            "Precision and recall are swapped. Precision asks of what was *flagged* how much is toxic, recall of what is "
            "*toxic* how much was flagged.",
            (("return precision, hits / toxic.sum()", "return hits / toxic.sum(), precision"),),
            variants=(
                (
                    ("return precision, hits / toxic.sum()", "return hits / toxic.sum(), precision"),
                    (_PRECISION, "hits / flagged.sum(dim=1)"),
                ),
            ),
        ),
        Misconception(
            "nan_when_nothing_is_flagged",
            "Where nothing is flagged you divide 0 by 0. Who accuses nobody accuses nobody wrongly: precision is 1 there.",
            ((_PRECISION, "hits / flagged.sum(dim=1)"),),
        ),
        Misconception(
            "zero_when_nothing_is_flagged",
            "Where nothing is flagged your precision is 0. Who accuses nobody accuses nobody wrongly: it is 1 there.",
            ((", 1.0)", ", 0.0)"),),
        ),
        Misconception(
            "safe_as_toxic",
            "You look for the texts whose label is 0. Those to be found are the toxic ones, with label 1.",
            (("labels.bool()", "~labels.bool()"),),
        ),
        Misconception(
            "flagged_below",
            "You flag low scores. A text is flagged where its score reaches the threshold.",
            (("scores >= ", "scores <= "),),
            variants=((("scores >= ", "scores < "),),),
        ),
        Misconception(
            "accuracy",
            "In place of precision you have accuracy: how often flag and label agree, on harmless texts too. Precision "
            "looks at flagged texts only.",
            ((_PRECISION, "(flagged == toxic).float().mean(dim=1)"),),
        ),
        Misconception(
            "divided_by_all",
            "You divide by the number of all texts. Precision is a share of the flagged ones, recall a share of the toxic ones.",
            ((_PRECISION, "hits / len(scores)"), ("hits / toxic.sum()", "hits / len(scores)")),
            variants=((("hits / toxic.sum()", "hits / len(scores)"),), ((_PRECISION, "hits / len(scores)"),)),
        ),
        Misconception(
            "false_positive_rate",
            "In place of recall you have the share of *harmless* texts that are flagged. Recall is the share of toxic ones.",
            (("hits / toxic.sum()", "(flagged & ~toxic).sum(dim=1) / (~toxic).sum()"),),
        ),
        Misconception(
            "thresholds_sorted",
            "Your thresholds were put in order. The results should come in the order in which the thresholds were given.",
            (("thresholds[:, None]", "thresholds.sort().values[:, None]"),),
            variants=((("thresholds[:, None]", "thresholds.sort(descending=True).values[:, None]"),),),
        ),
        Misconception(
            "labels_as_places",
            "Where labels are the numbers 0 and 1, `scores[labels]` picks the entries at places 0 and 1. A mask has to "
            "hold True and False.",
            (("hits / toxic.sum()", "(scores[labels] >= thresholds[:, None]).float().mean(dim=1)"),),
        ),
        Misconception(
            "lists",
            "Precision and recall should be tensors. `torch.tensor(...)` makes one of a list.",
            (("return precision, hits / toxic.sum()", "return precision.tolist(), (hits / toxic.sum()).tolist()"),),
        ),
    ),
}
