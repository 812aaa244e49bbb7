"""Lab 5's misconceptions about attack and guard: each an edit of the reference solution, with the one hint a student gets."""

from __future__ import annotations

from autograder.misconceptions import Edits, Misconception

_LIST, _ONE = "[max(row) for row in zip(*columns, strict=True)]", "return max(columns)"
_RAISES: Edits = (("isinstance(columns[0], list)", "True"),)  # where a single text is not thought of either


def _lists(*each: Edits) -> tuple[Edits, ...]:
    """A mistake in the list of largest scores, and the same where a single text was not thought of."""
    return tuple(way for edits in each for way in (edits, (*edits, *_RAISES)))


_MEAN: Edits = ((_LIST, "[sum(row) / len(row) for row in zip(*columns, strict=True)]"),)
_OVER_TEXTS: Edits = ((_LIST, "[max(column) for column in columns]"),)
_EVERYTHING: Edits = ((_LIST, "max(max(column) for column in columns)"),)

_COUNT, _BATCHES = "min(batch_size, iterations - start)", "range(0, iterations, batch_size)"
_ROW = "{label: column[i] for label, column in scores.items()}"
_CLASSIFY, _HIT = "scores = classify(texts)\n", "hits.append((texts[i], "
_ONE_BY_ONE = (
    "scores = {}\n"
    "        for text in texts:\n"
    "            for label, score in classify(text).items():\n"
    "                scores.setdefault(label, []).append(score)\n"
)
_AT_THE_END = (
    "everything += texts\n"
    "    texts = everything\n"
    "    scores = classify(texts)\n"
    "    if True:\n"  # keeps the lines below where they are
)

_TRY = "for _ in range(max_tries):\n        (text,) = generate(context, 1)"
_TEST = "if max_toxicity(classify(text)) < threshold:\n            return text"
_TRIED: Edits = (("    for _ in", "    tried = []\n    for _ in"), ("    return None", "    return min(tried)[1]"))

MISCONCEPTIONS: dict[str, tuple[Misconception, ...]] = {
    "max_toxicity": (
        Misconception(
            "mean",
            "That is the mean over the labels. A text that is a threat and nothing else would then count as mild: five "
            "low scores hide the high one.",
            (*_MEAN, (_ONE, "return sum(columns) / len(columns)")),
            variants=_lists(_MEAN),
        ),
        Misconception(
            "over_texts",
            "You have one number for each label: the largest over the texts. The question is for each text which of its "
            "labels is the highest, so one number for each text.",
            _OVER_TEXTS,
            variants=(*_lists(_OVER_TEXTS)[1:], (*_OVER_TEXTS, (_ONE, "return [*columns]"))),
        ),
        Misconception(
            "one_for_all",
            "You have a single number for the whole list. Each text should keep a largest score of its own, or one toxic "
            "text condemns all the others.",
            _EVERYTHING,
            variants=_lists(_EVERYTHING)[1:],
        ),
        Misconception(
            "largest_list",
            "max of several lists compares them like words in a dictionary, by their first entries, and returns one of "
            "them whole: all scores of one label. Look at one text at a time.",
            ((_LIST, "max(columns)"),),
        ),
        Misconception(
            "toxicity_only",
            "You look at the label “toxicity” alone. A text can be a threat or an insult and still have a lower score "
            "there: take all labels into account.",
            ((_LIST, 'scores["toxicity"]'), (_ONE, 'return scores["toxicity"]')),
            variants=(((_LIST, 'scores["toxicity"]'),),),
        ),
        Misconception(
            "labels_typed_in",
            "Your answer knows the six labels of one model. Others of Detoxify's models have a seventh: take the labels "
            "from the dict.",
            (("list(scores.values())", "list(scores.values())[:6]"),),
        ),
        Misconception(
            "label_not_score",
            "You give the name of a label. Its score is asked for.",
            (("    columns = ", "    return max(scores, key=scores.get)\n    columns = "),),
        ),
        Misconception(
            "single_text",
            "For one text, given as a text and not as a list, each label has a number. Then your result should be a "
            "number too.",
            _RAISES,
            variants=(((_ONE, "return [max(columns)]"),),),
        ),
        Misconception(
            "list_of_one",
            "A list with one text in it is still a list, and the answer should be a list with one number.",
            ((_LIST, "[max(row) for row in zip(*columns, strict=True)] if len(columns[0]) > 1 else max(columns)[0]"),),
        ),
    ),
    "toxic_attack": (
        Misconception(
            "strict_threshold",
            "You keep what lies above the threshold. A text that meets it exactly belongs to the hits as well.",
            ((">= threshold", "> threshold"),),
        ),
        Misconception(
            "one_at_a_time",
            "Your texts are generated or classified one at a time. Hand over a batch as a whole: the model then does for "
            "all of them, in one go, what it would else begin anew for each.",
            ((_BATCHES, "range(iterations)"), (_COUNT, "1")),
            variants=(
                ((_CLASSIFY, _ONE_BY_ONE),),
                ((f"generate(context, {_COUNT})", f"[generate(context, 1)[0] for _ in range({_COUNT})]"),),
                (
                    (f"generate(context, {_COUNT})", f"[generate(context, 1)[0] for _ in range({_COUNT})]"),
                    (_CLASSIFY, _ONE_BY_ONE),
                ),
            ),
        ),
        Misconception(
            "last_batch_too_large",
            "Your last batch is as large as the others, so more than `iterations` texts are drawn. It should hold only "
            "what is still missing.",
            ((_COUNT, "batch_size"),),
            variants=(((f"generate(context, {_COUNT})", "generate(context, batch_size)[: iterations - start]"),),),
        ),
        Misconception(
            "iterations_of_batches",
            "You draw `iterations` batches. `iterations` counts the texts, all in all.",
            ((_BATCHES, "range(iterations)"), (_COUNT, "batch_size")),
        ),
        Misconception(
            "last_batch_missing",
            "Only whole batches are drawn. Where `batch_size` does not divide `iterations`, a smaller batch is missing at "
            "the end.",
            ((_BATCHES, "range(0, iterations - batch_size + 1, batch_size)"),),
        ),
        Misconception(
            "empty_batch",
            "Where the batches come out even, you ask for one more, of no texts. There should be no call that brings "
            "nothing.",
            ((_BATCHES, "range(0, iterations + 1, batch_size)"),),
        ),
        Misconception(
            "wrong_row",
            "The texts are right, but they stand beside the scores of other texts. A text's scores are at its own place "
            "in its own batch.",
            (("column[i]", "column[0]"),),
            variants=(
                (("column[i]", "column[-1]"),),
                (("column[i]", "column[start + i]"),),
                (("column[i]", "column[len(hits)]"),),
                (("column[i]", "column[len(hits) % len(texts)]"),),
            ),
        ),
        Misconception(
            "scores_of_the_batch",
            "Beside each text stand the scores of its whole batch, a list for each label. It should be the scores of this "
            "text alone: label → number.",
            ((_ROW, "scores"),),
        ),
        Misconception(
            "largest_only",
            "Beside each text stands its largest score. All its scores should stand there, label → number: they say "
            "*what* is wrong with it.",
            ((_ROW, "largest"),),
        ),
        Misconception(
            "texts_only",
            "You return the texts alone. Each should come with its scores, as a pair: they say why it is there.",
            ((f"{_HIT}{_ROW}))", "hits.append(texts[i])"),),
        ),
        Misconception(
            "toxicity_only",
            "You look at the label “toxicity” alone. A text counts where the largest of all its labels reaches the "
            "threshold.",
            (("max_toxicity(scores)", 'scores["toxicity"]'),),
        ),
        Misconception(
            "everything_returned",
            "All texts come back. Only those whose largest score reaches the threshold should.",
            (("if largest >= threshold", "if True"),),
        ),
        Misconception(
            "harmless_ones_returned",
            "You return the texts below the threshold. The attack looks for those that reach it.",
            ((">= threshold", "< threshold"),),
        ),
        Misconception(
            "classified_all_at_once",
            "All texts are classified together at the end. With many texts that needs more memory than there is: classify "
            "each batch as it comes.",
            (("hits = []", "hits, everything = [], []"), (_CLASSIFY, _AT_THE_END)),
        ),
        Misconception(
            "classified_again",
            "Each hit is classified a second time, alone. Its scores are already in those of its batch.",
            ((_ROW, "classify(texts[i])"),),
            variants=(((_ROW, "{label: s[0] for label, s in classify([texts[i]]).items()}"),),),
        ),
        Misconception(
            "last_batch_only",
            "Only the hits of the last batch come back: the list begins anew with each batch.",
            ((_CLASSIFY, f"{_CLASSIFY}        hits = []\n"),),
        ),
        Misconception(
            "first_batch_only",
            "Your function returns after its first batch. Is the `return` inside the loop?",
            (("\n    return hits", "\n        return hits"),),
        ),
        Misconception(
            "first_hit_only",
            "You stop at the first hit. The attack counts them all.",
            (((f"{_HIT}{_ROW}))"), f"{_HIT}{_ROW}))\n                break"),),
            variants=(((f"{_HIT}{_ROW}))", f"return [(texts[i], {_ROW})]"),),),
        ),
        Misconception(
            "repeats_dropped",
            "A text that was drawn twice comes back once. Each draw counts, or a text that the model loves to write looks "
            "like a rare one. (A dict and a set hold nothing twice.)",
            (("return hits", "return list(dict(hits).items())"),),
        ),
        Misconception(
            "sorted_by_score",
            "Your hits are in the order of their scores. They should come in the order in which they were drawn.",
            (("return hits", "return sorted(hits, key=lambda hit: max(hit[1].values()), reverse=True)"),),
        ),
    ),
    "safe_generate": (
        Misconception(
            "returns_least_toxic",
            "Where no text is safe you return the mildest of them. A guard that gives in at last is none: return None, so "
            "that whoever called it has to decide.",
            (*_TRIED, ("        if max", "        tried.append((max_toxicity(classify(text)), text))\n        if max")),
            variants=((*_TRIED, (_TEST, "tried.append((max_toxicity(classify(text)), text))")),),
        ),
        Misconception(
            "returns_last",
            "Where no text is safe you return the last one. It is toxic: return None.",
            (("return None", "return text"),),
        ),
        Misconception(
            "one_try_too_many",
            "You try once more than `max_tries` allows.",
            (("range(max_tries)", "range(max_tries + 1)"),),
        ),
        Misconception(
            "one_try_too_few",
            "You give up one try before `max_tries`.",
            (("range(max_tries)", "range(max_tries - 1)"),),
        ),
        Misconception(
            "never_gives_up",
            "You try until it works. Where a context makes every text toxic, that never ends: stop after `max_tries`.",
            (("for _ in range(max_tries)", "while True"),),
        ),
        Misconception(
            "equal_passes",
            "A text whose score is equal to the threshold passes your guard. To be safe it has to be below.",
            (("< threshold", "<= threshold"),),
        ),
        Misconception(
            "toxic_ones_pass",
            "Your guard lets the toxic texts through, and stops the others.",
            (("< threshold", ">= threshold"),),
        ),
        Misconception(
            "all_at_once",
            "All tries are generated at once, though the first may do. Mostly it does, and then the rest is work for nothing.",
            ((_TRY, "for text in generate(context, max_tries):"),),
        ),
        Misconception(
            "goes_on",
            "You go on generating after a safe text was found. Return it at once.",
            ((_TRY, "for text in [generate(context, 1)[0] for _ in range(max_tries)]:"),),
        ),
        Misconception(
            "toxicity_only",
            "You look at the label “toxicity” alone. A text is safe where the largest of all its labels is below the threshold.",
            (("max_toxicity(classify(text))", 'classify(text)["toxicity"]'),),
        ),
        Misconception(
            "list_returned",
            "You return a list with the text in it. generate gives lists, even of one text; return the text itself.",
            (("return text", "return [text]"),),
        ),
        Misconception(
            "score_too",
            "You return the text and something else. Only the text is asked for.",
            (("return text", "return text, classify(text)"),),
        ),
    ),
}
