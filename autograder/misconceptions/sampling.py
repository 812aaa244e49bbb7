"""Misconceptions of lab 4, drawing texts: each an edit of the reference solution, with the one hint a student gets."""

from __future__ import annotations

from autograder.misconceptions import Misconception

_STOP = "        if token.item() == eos:\n            break\n"
_APPEND = "        ids = torch.cat([ids, token], dim=1)\n"
_KTH = "logits.topk(min(k, logits.shape[-1]), dim=-1).values[..., -1:]"
_CUT = "logits.masked_fill(logits < kth, -math.inf)"

_BEFORE, _KEPT = (
    "p_sorted.cumsum(dim=-1) - p_sorted",
    "torch.zeros_like(before, dtype=torch.bool).scatter(-1, order, before < p)",
)
_ONE = "    if p == 1:\n        return logits\n"
_UNKEPT = "logits.masked_fill(~keep, -math.inf)"

_HEAT = "logits = apply_temperature(model(ids)[:, -1], temperature)\n"
_K = "        if top_k is not None:\n            logits = top_k_filter(logits, top_k)\n"
_P = "        if top_p is not None:\n            logits = top_p_filter(logits, top_p)\n"
_DRAW = "torch.multinomial(F.softmax(logits, dim=-1), 1, generator=generator)"
_SAMPLED = "        token = " + _DRAW + "\n"

MISCONCEPTIONS: dict[str, tuple[Misconception, ...]] = {
    "apply_temperature": (
        Misconception(
            "multiplied",
            "Your logits are multiplied by T. They should be divided: a high temperature makes differences count for less.",
            (("logits / temperature", "logits * temperature"),),
            variants=(
                (("logits / temperature", "logits * temperature"), ("temperature <= 0", "False")),
                (("logits / temperature", "logits * temperature"), ("temperature <= 0", "temperature < 0")),
            ),
        ),
        Misconception(
            "probabilities",
            "You return probabilities. The result should still be logits, so that filters can follow.",
            (("logits / temperature", "F.softmax(logits / temperature, dim=-1)"),),
            variants=(
                (("logits / temperature", "F.softmax(logits / temperature, dim=-1)"), ("temperature <= 0", "False")),
            ),
        ),
        Misconception(
            "zero_allowed",
            "T = 0 goes through and divides by zero. Here every temperature that is not positive is a ValueError.",
            (("temperature <= 0", "temperature < 0"),),
            variants=((("temperature <= 0", "False"),),),
        ),
    ),
    "top_k_filter": (
        Misconception(
            "keeps_k_plus_one",
            "One token too many is left. Compare with the k-th largest logit: k tokens are at least as large, itself included.",
            ((_KTH, "logits.topk(min(k + 1, logits.shape[-1]), dim=-1).values[..., -1:]"),),
        ),
        Misconception(
            "over_batch",
            "You take the k largest logits of the whole batch. Each row is a text of its own and keeps its own k.",
            ((_KTH, "logits.flatten().topk(min(k, logits.numel())).values[-1]"),),
            variants=(
                ((_KTH, "logits.topk(min(k, len(logits)), dim=0).values[-1:]"),),
                ((_KTH, "logits[:1].topk(min(k, logits.shape[-1]), dim=-1).values[..., -1:]"),),
            ),
        ),
        Misconception(
            "zeros_instead_of_inf",
            "You set the others to 0, which is an ordinary logit and may even be the largest. Only −∞ becomes a probability of 0.",
            ((_CUT, "logits.masked_fill(logits < kth, 0.0)"),),
        ),
        Misconception(
            "not_infinite",
            "Your removed logits are very low, but not −∞: a probability that is not quite 0 can still be drawn.",
            ((_CUT, "logits.masked_fill(logits < kth, -1e9)"),),
            variants=(
                ((_CUT, "logits.masked_fill(logits < kth, -1e4)"),),
                ((_CUT, "logits.masked_fill(logits < kth, -100.0)"),),
            ),
        ),
        Misconception(
            "ties_cut",
            "Where several logits tie for the k-th place, you keep some and drop the others. Equals are treated alike: all of them stay.",
            (
                (
                    _CUT,
                    "torch.full_like(logits, -math.inf).scatter(-1, logits.topk(min(k, logits.shape[-1]), dim=-1).indices, "
                    "logits.topk(min(k, logits.shape[-1]), dim=-1).values)",
                ),
            ),
            variants=tuple(
                ((_CUT, f"logits.masked_fill({ranks}.argsort(-1) >= k, -math.inf)"),)
                for ranks in (
                    "logits.argsort(dim=-1, descending=True, stable=True)",
                    "logits.flip(-1).argsort(dim=-1, descending=True, stable=True).neg().add(logits.shape[-1] - 1)",
                )
            ),
        ),
        Misconception(
            "ties_with_the_kth_dropped",
            "You also remove the k-th largest logit itself. It is one of the k: only what lies *below* it goes.",
            ((_CUT, "logits.masked_fill(logits <= kth, -math.inf)"),),
        ),
        Misconception(
            "keeps_the_smallest",
            "You keep the k smallest logits.",
            (
                (_KTH, "logits.topk(min(k, logits.shape[-1]), dim=-1, largest=False).values[..., -1:]"),
                (_CUT, "logits.masked_fill(logits > kth, -math.inf)"),
            ),
        ),
        Misconception(
            "zero_allowed",
            "k = 0 leaves nothing to choose from. Raise a ValueError for k < 1.",
            (("    if k < 1:", "    if k == 0:\n        return torch.full_like(logits, -math.inf)\n    if k < 1:"),),
            variants=(
                (("    if k < 1:", "    if k == 0:\n        return logits\n    if k < 1:"),),
                (("    if k < 1:", "    logits.sort(dim=-1).values[..., :k][..., -1]\n    if k < 1:"),),
            ),
        ),
    ),
    "top_p_filter": (
        Misconception(
            "excludes_crossing_token",
            "Your set stops one token too early: its mass is still below p. The token that crosses p belongs to it.",
            (("before < p", "(before + p_sorted <= p) | (before == 0)"),),
        ),
        Misconception(
            "sorted_not_restored",
            "Your logits come back in sorted order. They have to return to the places of their tokens.",
            ((_KEPT, "before < p"), (_UNKEPT, "logits.gather(-1, order).masked_fill(~keep, -math.inf)")),
            variants=(((_KEPT, "before < p"),),),
        ),
        Misconception(
            "can_be_empty",
            "Where the first token alone has more than p, your set is empty. At least one token must stay: the one that crosses p.",
            (("before < p", "before + p_sorted <= p"),),
            variants=((("before < p", "before + p_sorted < p"),),),
        ),
        Misconception(
            "ascending",
            "You start with the least likely tokens. The set should hold the most likely ones.",
            (("descending=True", "descending=False"),),
        ),
        Misconception(
            "logits_cumulated",
            "You add up logits. Mass is a matter of probabilities: take the softmax first.",
            (("F.softmax(logits, dim=-1)", "logits"),),
        ),
        Misconception(
            "one_token_too_many",
            "Your set holds one token more than it needs: what comes before its last token already has the mass p.",
            (("before < p", "F.pad(before, (1, 0))[..., :-1] < p"),),
        ),
        Misconception(
            "share_below_p",
            "You compare each token's own probability with p, or with 1 − p. What counts is the mass of all tokens from the most likely one down.",
            (("before < p", "p_sorted >= p"),),
            variants=((("before < p", "p_sorted >= 1 - p"),),),
        ),
        Misconception(
            "zeros_instead_of_inf",
            "You set the others to 0, which is an ordinary logit and may even be the largest. Only −∞ becomes a probability of 0.",
            ((_UNKEPT, "logits.masked_fill(~keep, 0.0)"),),
        ),
        Misconception(
            "tail_lost",
            "With p = 1 nothing should change, but your smallest probabilities go: beside 1 they are less than a rounding error, so the sum reaches 1 "
            "before them. Handle p = 1 on its own.",
            ((_ONE, ""),),
        ),
        Misconception(
            "zero_allowed",
            "A p of 0, or above 1, makes no sense as a mass. Raise a ValueError unless 0 < p ≤ 1.",
            (("not 0 < p <= 1", "False"),),
            variants=(
                (("not 0 < p <= 1", "not 0 <= p <= 1"),),
                (("not 0 < p <= 1", "p <= 0"),),
                (("not 0 < p <= 1", "False"), ("before < p", "before <= p")),
                (("not 0 < p <= 1", "not 0 <= p <= 1"), ("before < p", "before <= p")),
            ),
        ),
    ),
    "sample": (
        Misconception(
            "argmax",
            "You take the most likely token. Here the next token is drawn by chance, according to the probabilities.",
            ((_DRAW, "F.softmax(logits, dim=-1).argmax(dim=-1, keepdim=True)"),),
        ),
        Misconception(
            "filters_before_temperature",
            "You filter before the temperature is applied. Temperature changes how many tokens are needed for the mass p, so it comes first.",
            (
                (
                    _HEAT + _K + _P,
                    "logits = model(ids)[:, -1]\n"
                    + _K
                    + _P
                    + "        logits = apply_temperature(logits, temperature)\n",
                ),
            ),
        ),
        Misconception(
            "generator_ignored",
            "The same seed gives another text: your draw does not use the generator that it is given.",
            # Another generator, so that what is published stays the same from release to release.
            (
                ("def sample(", "CHANCE = torch.Generator().manual_seed(1)\n\n\ndef sample("),
                (_DRAW, _DRAW.replace("=generator", "=CHANCE")),
            ),
        ),
        Misconception(
            "own_seed",
            "Another seed gives the same text: your draw seeds itself. Its chance should come from the generator that it is given, and from nowhere else.",
            ((_DRAW, _DRAW.replace("=generator", "=torch.Generator(logits.device).manual_seed(ids.shape[1])")),),
        ),
        Misconception(
            "top_p_before_top_k",
            "You filter by top-p first, then by top-k. The order asked for is temperature, top-k, top-p: the mass p is measured among the k tokens that are left.",
            ((_K + _P, _P + _K),),
        ),
        Misconception(
            "temperature_ignored",
            "The temperature has no effect on your draws. Divide the logits by it before anything else.",
            ((_HEAT, "logits = model(ids)[:, -1]\n"),),
        ),
        Misconception(
            "top_k_ignored",
            "Tokens are drawn that top-k should have removed.",
            ((_K, ""),),
        ),
        Misconception(
            "top_p_ignored",
            "Tokens are drawn that top-p should have removed.",
            ((_P, ""),),
        ),
        Misconception(
            "logits_as_weights",
            "Your draws do not follow the softmax of the filtered logits. Take the softmax once, after all filters, and draw from its result as it is.",
            ((_DRAW, "torch.multinomial(F.softmax(F.softmax(logits, dim=-1), dim=-1), 1, generator=generator)"),),
        ),
        Misconception(
            "rank_not_token",
            "What you draw is a place in the sorted list, not a token. Look up which token stands at that place.",
            (
                (
                    _K,
                    "        if top_k is not None:\n            logits = logits.topk(min(top_k, logits.shape[-1])).values\n",
                ),
            ),
            variants=(((_HEAT, _HEAT.replace("\n", ".sort(dim=-1, descending=True).values\n")),),),
        ),
        Misconception(
            "eos_ignored",
            "Your text goes on after its end. Once the token eos has been drawn and appended, nothing may follow.",
            ((_STOP, ""),),
        ),
        Misconception(
            "eos_dropped",
            "Your text stops where it should, but its last token, eos, is missing. It is part of the text: append it, then stop.",
            ((_APPEND + _STOP, _STOP + _APPEND),),
        ),
        Misconception(
            "new_tokens_not_total",
            "You append max_length tokens. It is the length of the whole text, prompt included.",
            (("while ids.shape[1] < max_length:", "for _ in range(max_length):"),),
        ),
    ),
}
