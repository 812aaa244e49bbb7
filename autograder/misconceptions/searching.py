"""Misconceptions of lab 4, searching for likely texts: each an edit of the reference solution, with the one hint a student gets."""

from __future__ import annotations

from autograder.misconceptions import Misconception

_LOG_P, _RETURNED = "F.log_softmax(model(ids), dim=-1)", "of_next[:, prompt_length - 1 :].sum(-1)"

_TOKEN = "model(ids)[:, -1].argmax(dim=-1, keepdim=True)"
_STOP = "        if token.item() == eos:\n            break\n"
_APPEND = "        ids = torch.cat([ids, token], dim=1)\n"

_START, _MATCH = "range(len(tokens) - n + 1 if n > 0 else 0)", "if tokens[i : i + n - 1] == begun:"
_BANNED = "logits.masked_fill(banned, -math.inf)"

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
    "sequence_log_prob": (
        Misconception(
            "off_by_one",
            "You read a token's probability off the logits at its own place. Those are already about the token after it: what the "
            "model thinks of token i stands one place earlier.",
            (
                ("log_p[:, :-1].gather(-1, ids[:, 1:, None])", "log_p.gather(-1, ids[..., None])"),
                (_RETURNED, "of_next[:, prompt_length:].sum(-1)"),
            ),
        ),
        Misconception(
            "prompt_included",
            "You count the prompt's tokens too. The prompt is given: only what the model added has a probability of its own.",
            ((_RETURNED, "of_next.sum(-1)"),),
        ),
        Misconception(
            "probabilities_not_logs",
            "You add up probabilities, or multiply them. The result asked for is a sum of logarithms: a product of many "
            "probabilities soon leaves the range of numbers.",
            ((_LOG_P, "F.softmax(model(ids), dim=-1)"),),
            variants=(
                ((_LOG_P, "F.softmax(model(ids), dim=-1)"), (_RETURNED, "of_next[:, prompt_length - 1 :].prod(-1)")),
                ((_RETURNED, _RETURNED + ".exp()"),),
            ),
        ),
        Misconception(
            "raw_logits",
            "You add up the logits themselves. They become log-probabilities only when the log-sum-exp over the vocabulary is "
            "taken off: that is what log-softmax does.",
            ((_LOG_P, "model(ids)"),),
        ),
        Misconception(
            "log_of_softmax",
            "Where the model is very certain, softmax gives exactly 0 and its logarithm is −∞. Log-softmax never goes through "
            "the probability itself.",
            # In float32, as a student's model computes, also where outcomes are prepared in float64.
            ((_LOG_P, "F.softmax(model(ids).float(), dim=-1).log()"),),
        ),
        Misconception(
            "first_token_missed",
            "The first token after the prompt is missing from your sum. It is predicted at the prompt's last place.",
            ((_RETURNED, "of_next[:, prompt_length:].sum(-1)"),),
        ),
        Misconception(
            "last_prompt_token_included",
            "Your sum starts one token too early: with the prompt's last token, which is given.",
            ((_RETURNED, "of_next[:, max(0, prompt_length - 2) :].sum(-1)"),),
        ),
        Misconception(
            "mean",
            "You take the mean over the tokens. The log-probability of a text is the sum.",
            ((_RETURNED, "of_next[:, prompt_length - 1 :].mean(-1)"),),
            variants=(((_RETURNED, "of_next[:, prompt_length - 1 :].sum(-1) / ids.shape[1]"),),),
        ),
        Misconception(
            "summed_over_batch",
            "You add up the whole batch. Each text has a log-probability of its own.",
            ((_RETURNED, "of_next[:, prompt_length - 1 :].sum()"),),
            variants=(((_RETURNED, "of_next[:, prompt_length - 1 :].sum(0)"),),),
        ),
    ),
    "greedy_search": (
        Misconception(
            "new_tokens_not_total",
            "You append max_length tokens. It is the length of the whole text, prompt included.",
            (("while ids.shape[1] < max_length:", "for _ in range(max_length):"),),
        ),
        Misconception(
            "eos_ignored",
            "Your text goes on after its end. Once the token eos has been appended, nothing may follow.",
            ((_STOP, ""),),
        ),
        Misconception(
            "eos_dropped",
            "Your text stops where it should, but its last token, eos, is missing. It is part of the text: append it, then stop.",
            ((_APPEND + _STOP, _STOP + _APPEND),),
        ),
        Misconception(
            "last_token_only",
            "The model sees the last token alone. What it says depends on the whole text so far.",
            ((_TOKEN, "model(ids[:, -1:])[:, -1].argmax(dim=-1, keepdim=True)"),),
        ),
        Misconception(
            "prompt_only",
            "The model sees the prompt alone, again and again. After each token it has to read the longer text.",
            (
                ("    while ids", "    logits = model(ids)\n    while ids"),
                (_TOKEN, "logits[:, -1].argmax(dim=-1, keepdim=True)"),
            ),
        ),
        Misconception(
            "first_place",
            "You take the logits at the first place. Those are about the second token of the prompt; what comes next stands at the last place.",
            (("[:, -1].argmax", "[:, 0].argmax"),),
        ),
        Misconception(
            "one_token_too_many",
            "Your text is one token longer than max_length.",
            (("ids.shape[1] < max_length", "ids.shape[1] <= max_length"),),
        ),
        Misconception(
            "one_token_too_few",
            "Your text stops one token before max_length.",
            (("ids.shape[1] < max_length", "ids.shape[1] < max_length - 1"),),
        ),
        Misconception(
            "eos_in_prompt",
            "Your search stops, or never starts, where eos stands in the prompt. Only an eos that you append ends the text.",
            (("while ids.shape[1] < max_length:", "while ids.shape[1] < max_length and eos not in ids[0].tolist():"),),
            variants=((("if token.item() == eos:", "if eos in ids[0].tolist():"),),),
        ),
        Misconception(
            "zero_is_no_eos",
            "Your text goes on after token 0, which ends it here. 0 is a token like any other, but Python's `if` takes it for False: ask "
            "whether eos is None.",
            (("if token.item() == eos:", "if eos and token.item() == eos:"),),
        ),
        Misconception(
            "prompt_dropped",
            "You return only the new tokens. The prompt is a part of the text.",
            (
                ("    while ids", "    new = ids.shape[1]\n    while ids"),
                ("    return ids", "    return ids[:, new:]"),
            ),
        ),
    ),
    "ban_repeated_ngrams": (
        Misconception(
            "only_last_ngram",
            "You compare with one earlier place only, the last n-gram or the most recent match. A token is banned wherever in the text "
            "the n-gram stands.",
            ((_START, "range(max(0, len(tokens) - n), len(tokens) - n + 1 if n > 0 else 0)"),),
            variants=(
                (
                    (
                        "banned[row, tokens[i + n - 1]] = True",
                        "banned[row] = False; banned[row, tokens[i + n - 1]] = True",
                    ),
                ),
                (("banned[row, tokens[i + n - 1]] = True", "banned[row, tokens[i + n - 1]] = True; break"),),
            ),
        ),
        Misconception(
            "off_by_one",
            "Your n-grams have the wrong length. The new token is part of the n-gram, so n − 1 tokens before it have to match.",
            (("for row, tokens", "n = n + 1 if n else 0\n    for row, tokens"),),
            variants=((("for row, tokens", "n = n - 1 if n else 0\n    for row, tokens"),),),
        ),
        Misconception(
            "across_batch",
            "A row is kept from repeating what another row of the batch holds. Each text has only its own past.",
            (
                (
                    "    return logits",
                    "    for row, tokens in enumerate(ids.tolist()):\n"
                    "        begun = tokens[len(tokens) - n + 1 :]\n"
                    "        for other in ids.tolist():\n"
                    "            for i in range(len(other) - n + 1 if n > 0 else 0):\n"
                    "                if other[i : i + n - 1] == begun:\n"
                    "                    banned[row, other[i + n - 1]] = True\n"
                    "    return logits",
                ),
            ),
            variants=((("    return logits", "    banned = banned.any(0).expand_as(logits)\n    return logits"),),),
        ),
        Misconception(
            "every_seen_token",
            "You ban every token that the text holds. Only those are banned that would complete an n-gram once more.",
            ((_MATCH, "if n > 0:"),),
        ),
        Misconception(
            "zeros_instead_of_inf",
            "You set the banned logits to 0, which is an ordinary score. Only −∞ becomes a probability of 0.",
            ((_BANNED, "logits.masked_fill(banned, 0.0)"),),
        ),
        Misconception(
            "not_infinite",
            "Your banned logits are very low, but not −∞. Where everything else is banned too, such a token would come back.",
            ((_BANNED, "logits.masked_fill(banned, -1e9)"),),
            variants=(
                ((_BANNED, "logits.masked_fill(banned, -1e4)"),),
                ((_BANNED, "logits.masked_fill(banned, -100.0)"),),
            ),
        ),
        Misconception(
            "whole_text_for_n_1",
            "With n = 1 nothing is banned. The last n − 1 tokens are then none at all, but a slice that starts at −(n − 1) = −0 starts at "
            "the beginning and takes the whole text.",
            (("begun = tokens[len(tokens) - n + 1 :]", "begun = tokens[-(n - 1) :] if n else []"),),
        ),
        Misconception(
            "zero_bans",
            "With n = 0 your logits change. Zero is the way to say that nothing is banned.",
            (("if n > 0 else 0)", ")"),),
            variants=((("    return logits", "    banned = banned | (n == 0)\n    return logits"),),),
        ),
        Misconception(
            "nothing_but_banned",
            "You keep the tokens that should be banned, and ban the others.",
            ((_BANNED, "logits.masked_fill(~banned, -math.inf)"),),
        ),
    ),
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
            "Texts that have ended disappear from your search. A finished beam keeps its log-probability, and its place as long as no "
            "longer text is more likely.",
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
            "starts best, falls behind both beams for one step, and would have won in the end.",
            ((_TABLE_END, "    return torch.full((8, 8), 1 / 8)\n"),),
        ),
    ),
}
