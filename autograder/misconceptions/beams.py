"""Misconceptions of lab 4, beam search: each an edit of the reference solution, with the one hint a student gets."""

from __future__ import annotations

from autograder.misconceptions import Misconception

_SCORES = "[[total] for _, total, _ in running]"
_OWN_LOG_P = "F.log_softmax(model(texts)[:, -1], dim=-1)"
_FINISHED = "candidates = [beam for beam in beams if beam[2]]"
_DONE = "total, token == eos))"
_SORTED = "sorted(candidates, key=lambda beam: beam[1], reverse=True)[:num_beams]"
_RUNNING = "        beams = [beam for beam in beams if not beam[2]]\n"
_LAST = "    return [(tokens, total) for"
_MERGED = "    beams = sorted(beams + ended, key=lambda beam: beam[1], reverse=True)\n"

_TABLE_END = "    return table\n"

MISCONCEPTIONS: dict[str, tuple[Misconception, ...]] = {
    "beam_search": (
        Misconception(
            "per_step_scores",
            "You compare texts by their last token alone. A text's score is the sum of all its steps: add each step to what the beam had.",
            ((_SCORES, "[[0.0] for _ in running]"),),
            variants=(
                (
                    ("best = totals.flatten()", "best = log_p.flatten()"),
                    ("zip(best.values.tolist(), ", "zip(totals.flatten()[best.indices].tolist(), "),
                ),
                (
                    ("best = totals.flatten()", "best = log_p.flatten()"),
                    ("zip(best.values.tolist(), ", "zip(totals.flatten()[best.indices].tolist(), "),
                    (_SORTED, "candidates[:num_beams]"),
                ),
            ),
        ),
        Misconception(
            "greedy_per_beam",
            "Each of your beams goes on with its own best token. All continuations of all beams compete for the places together, so one beam may "
            "have several successors and another none.",
            (
                (
                    _OWN_LOG_P,
                    _OWN_LOG_P
                    + "\n        if texts.shape[1] > ids.shape[1]:\n            log_p = log_p.masked_fill(log_p < log_p.amax(-1, keepdim=True), -math.inf)",
                ),
            ),
        ),
        Misconception(
            "finished_beams_dropped",
            "Texts that have ended disappear from your search. A finished beam keeps its log-probability, and its place as long as "
            "it is among the num_beams best.",
            ((_FINISHED, "candidates = []"),),
            variants=(
                (
                    (_SORTED, "[beam for beam in " + _SORTED + " if not beam[2]] or candidates[:num_beams]"),
                    (_FINISHED, "candidates = []"),
                ),
            ),
        ),
        Misconception(
            "finished_set_aside",
            "You put finished texts aside, and the search goes on with all its beams. A finished beam keeps its place among the num_beams: "
            "each text that has ended leaves one fewer to go on with.",
            (
                ("    for _ in range(ids", "    ended = []\n    for _ in range(ids"),
                (_SORTED, f"{_SORTED}\n        ended += [beam for beam in beams if beam[2]]\n{_RUNNING}"),
                (_LAST, _MERGED + _LAST),
            ),
            variants=(
                (
                    ("    for _ in range(ids", "    ended = []\n    for _ in range(ids"),
                    ("topk(min(num_beams, ", "topk(min(2 * num_beams, "),
                    (
                        "        beams = sorted(candidates, key=lambda beam: beam[1], reverse=True)",
                        f"        beams = candidates\n        ended += [beam for beam in beams[:num_beams] if beam[2]]\n{_RUNNING}"
                        "        beams = beams",
                    ),
                    (_LAST, _MERGED + _LAST),
                ),
            ),
        ),
        Misconception(
            "first_step_duplicates",
            "Your beams all start as the same prompt, and so they all stay the same text. At the first step there is only one text to continue.",
            (("beams = [(ids[0], 0.0, False)]", "beams = [(ids[0], 0.0, False)] * num_beams"),),
        ),
        Misconception(
            "length_normalised",
            "You divide by the length. Here the most likely text wins, and its log-probability is the plain sum: there is no length penalty.",
            (
                (_SORTED, "sorted(candidates, key=lambda beam: beam[1] / len(beam[0]), reverse=True)[:num_beams]"),
                ("return [(tokens, total) for", "return [(tokens, total / len(tokens)) for"),
            ),
            variants=(
                (("return [(tokens, total) for", "return [(tokens, total / max(1, len(tokens) - ids.shape[1])) for"),),
            ),
        ),
        Misconception(
            "raw_logits",
            "You add up logits. They are not comparable from one beam to another until log-softmax has made log-probabilities of them.",
            ((_OWN_LOG_P, "model(texts)[:, -1]"),),
        ),
        Misconception(
            "probabilities",
            "You add up probabilities. Probabilities of steps are multiplied, and so their logarithms are added.",
            ((_OWN_LOG_P, "F.softmax(model(texts)[:, -1], dim=-1)"),),
        ),
        Misconception(
            "eos_ignored",
            "Your texts go on after eos. A beam that ends with it is finished: it is not continued any more.",
            ((_DONE, "total, False))"),),
        ),
        Misconception(
            "eos_dropped",
            "Your finished texts lack their last token, eos. It is part of the text: append it, then stop.",
            (
                (
                    "[(tokens, total) for tokens, total, _ in",
                    "[(tokens[:-1] if done else tokens, total) for tokens, total, done in",
                ),
            ),
        ),
        Misconception(
            "prompt_counted",
            "Your log-probabilities include the prompt's. It is given, and adds nothing: a search starts at 0.",
            (("(ids[0], 0.0, False)", "(ids[0], sequence_log_prob(model, ids, 1).item(), False)"),),
        ),
        Misconception(
            "prompt_dropped",
            "You return only the new tokens. The prompt is a part of each text.",
            (("[(tokens, total) for", "[(tokens[ids.shape[1] :], total) for"),),
        ),
        Misconception(
            "probability_returned",
            "You return probabilities. What is asked for is their logarithm, the sum of the steps: a product of many probabilities soon "
            "leaves the range of numbers.",
            (("[(tokens, total) for", "[(tokens, math.exp(total)) for"),),
        ),
        Misconception(
            "ban_ignored",
            "no_repeat_ngram changes nothing in your search. Ban the tokens that would repeat an n-gram at every step, in every beam.",
            (("log_p = ban_repeated_ngrams(log_p, texts, no_repeat_ngram)", "log_p = log_p"),),
        ),
        Misconception(
            "ban_renormalised",
            "You ban before the softmax, so that what is left sums to one again and the texts seem more likely than the model says. Take the "
            "log-probabilities first, then ban.",
            (
                (_OWN_LOG_P, "F.log_softmax(ban_repeated_ngrams(model(texts)[:, -1], texts, no_repeat_ngram), dim=-1)"),
                ("log_p = ban_repeated_ngrams(log_p, texts, no_repeat_ngram)", "log_p = log_p"),
            ),
        ),
        Misconception(
            "new_tokens_not_total",
            "You append max_length tokens. It is the length of the whole text, prompt included.",
            (("range(ids.shape[1], max_length)", "range(max_length)"),),
        ),
        Misconception(
            "all_beams_returned",
            "You return all beams. num_return says how many are wanted, the best ones.",
            (("beams[:num_return]", "beams"),),
        ),
        Misconception(
            "one_beam_returned",
            "You return one beam only. num_return says how many are wanted, the best ones.",
            (("beams[:num_return]", "beams[:1]"),),
        ),
        Misconception(
            "worst_first",
            "Your list starts with the least likely beam. The best comes first.",
            (("beams[:num_return]", "beams[::-1][:num_return]"),),
            variants=((("beams[:num_return]", "beams[:num_return][::-1]"),),),
        ),
    ),
    "beam_counterexample": (
        Misconception(
            "not_probabilities",
            "The rows of your table are no probabilities: each must sum to one, with no negative entry.",
            ((_TABLE_END, "    return table.log()\n"),),
        ),
        Misconception(
            "beam_wins",
            "On your table two beams find a text that is as likely as the greedy one, or likelier. What has to happen: the greedy text "
            "starts in front, falls to third place for one step, so that both beams lose it, and is the likeliest in the end.",
            ((_TABLE_END, "    return torch.full((8, 8), 1 / 8)\n"),),
        ),
    ),
}
