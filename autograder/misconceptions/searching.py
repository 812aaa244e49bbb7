"""Misconceptions of lab 4, searching for likely texts: each an edit of the reference solution, with the one hint a student gets."""

from __future__ import annotations

from autograder.misconceptions import Misconception

_LOG_P, _RETURNED = "F.log_softmax(model(ids), dim=-1)", "of_next[:, prompt_length - 1 :].sum(-1)"

_TOKEN = "model(ids)[:, -1].argmax(dim=-1, keepdim=True)"
_STOP = "        if token.item() == eos:\n            break\n"
_APPEND = "        ids = torch.cat([ids, token], dim=1)\n"

_START, _MATCH = "range(len(tokens) - n + 1 if n > 0 else 0)", "if tokens[i : i + n - 1] == begun:"
_BANNED = "logits.masked_fill(banned, -math.inf)"

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
            "You count the prompt's tokens too. They are given, and add nothing: only what follows them is summed.",
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
            "You take the logits at the first place. Those are about the second token of the text; what comes next stands at the last place.",
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
            "You stop at one earlier place. Every earlier place where the last n − 1 tokens stand bans the token that follows there.",
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
}
