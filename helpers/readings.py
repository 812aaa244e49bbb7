"""What is read off an outcome before it is compared, outside of the student's process.

Some exercises have many right answers: a temperature within a hair of another, any table that proves a point, texts drawn by
chance. There the case names a reading: a function of the case and of the arrays that came back, which gives what can be
compared. The arrays may come from a hostile process, so a reading takes nothing about them for granted.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from helpers.driver import LARGEST_OUTPUT, Case, Outcome, refusal
from helpers.refused import Refused
from helpers.stages.decoding import ENOUGH

Arrays = dict[str, Tensor]


def read(case: Case, outcome: Outcome) -> Outcome:
    """The outcome as it is to be compared: what the case's reading makes of it, or itself where there is none."""
    if case.reading is None or outcome.error:
        return outcome
    try:
        if any(array.is_complex() or array.numel() > LARGEST_OUTPUT for array in outcome.arrays.values()):
            raise Refused("Outputs", f"{case.target} should return real numbers, and not millions of them.")
        return Outcome(READINGS[case.reading](case, outcome.arrays))
    except Refused as refused:
        return Outcome(error=refusal(refused))
    except Exception:  # arrays of odd shapes and types, sent by something else than our driver
        return Outcome(error=refusal(Refused("Outputs", f"{case.target} returned something that cannot be read.")))


NEAR_TARGET = 1e-4  # nats: as close as the exercise asks for
NEAR_END = 0.05  # nats: so close to 0 or to log n comes only a search that ran to an end of its range


def entropy_reached(case: Case, arrays: Arrays) -> Arrays:
    """The entropy of softmax(z / T), in nats, for the T that came back: exactly the target where it is within 10⁻⁴.

    What comes near 0 or log n is given as just that, so that a search in the wrong direction shows the same result from
    whatever range it started.
    """
    z, target = case.args
    temperature = arrays["the temperature"].double()
    if temperature.numel() != 1:
        raise Refused("Outputs", f"The temperature should be one number, but yours are {temperature.numel()}.")
    temperature = temperature.item()
    if not 0 < temperature < math.inf:
        raise Refused("Outputs", f"The temperature should be a positive number, but yours is {temperature:g}.")
    scores = z.double()
    log_p = torch.log_softmax((scores - scores.max()) / temperature, dim=-1)
    entropy = -torch.xlogy(log_p.exp(), log_p.exp()).sum()
    for landmark, reach in ((target, NEAR_TARGET), (0.0, NEAR_END), (math.log(z.numel()), NEAR_END)):
        if abs(entropy.item() - landmark) <= reach:
            entropy = torch.full_like(entropy, landmark)
            break
    return {"the entropy reached": entropy}


def drawn_tokens(case: Case, arrays: Arrays) -> Arrays:
    """Which tokens were drawn after the prompt and how often, the text's length, and whether it hangs on its seed."""
    _, head, prompt, *_ = case.args
    texts = [arrays[name] for name in ("text", "text again", "another text")]
    if any(text.is_floating_point() for text in texts):
        raise Refused("Outputs", "ids should be whole numbers (torch.int64).")
    first, again, other = (text.long() for text in texts)
    for text in (first, again, other):
        if text.dim() != 2 or text.shape[0] != 1:
            raise Refused("Outputs", f"ids should be (1, length), but yours are {tuple(text.shape)}.")
        if not torch.equal(text[:, : prompt.shape[1]], prompt):
            raise Refused("Outputs", "ids should begin with the prompt, but yours do not.")
    drawn = first[0, prompt.shape[1] :]
    if len(drawn) and not 0 <= int(drawn.min()) <= int(drawn.max()) < len(head):
        raise Refused("Outputs", "There are ids that stand for no token.")
    counts = torch.bincount(drawn, minlength=len(head)).double()
    same = again.shape[1] >= min(first.shape[1], prompt.shape[1] + ENOUGH)
    same = same and torch.equal(first[:, : again.shape[1]], again)
    return {
        "length": torch.tensor(first.shape[1]),
        "tokens that were drawn": counts > 0,
        "share of each token": counts / max(1, len(drawn)),
        "the same seed gives the same text": torch.tensor(same),
        "another seed gives the same text": torch.tensor(torch.equal(first[:, : other.shape[1]], other)),
    }


MARGIN = 0.01  # nats by which greedy search has to win


def counterexample(case: Case, arrays: Arrays) -> Arrays:
    """Whether a table holds probabilities, and whether two beams lose to greedy search on it, from token 0 to length 5."""
    table = arrays["table"].double()
    n = table.shape[-1] if table.dim() else 0
    if tuple(table.shape) != (n, n) or not 2 <= n <= 8:
        raise Refused("Outputs", f"The table should be (V, V) with 2 ≤ V ≤ 8, but yours is {tuple(table.shape)}.")
    sums = torch.allclose(table.sum(-1), torch.ones(n, dtype=torch.float64), rtol=0, atol=1e-5)
    proper = bool(sums and (table >= 0).all())
    greedy, beam = (_best(table, width) for width in (1, 2)) if proper else (0.0, 0.0)
    return {
        "every row holds probabilities": torch.tensor(proper),
        "greedy search wins by 0.01 nats": torch.tensor(greedy - beam >= MARGIN - 1e-9),
    }


def _best(table: Tensor, width: int) -> float:
    """The log-probability of the best text of five tokens that beam search finds; of equals the first survive."""
    log_p = table.log().tolist()
    beams = [(0.0, 0)]  # log-probability and last token, from token 0
    for _ in range(4):
        longer = [(total + step, token) for total, last in beams for token, step in enumerate(log_p[last])]
        beams = sorted(longer, key=lambda beam: -beam[0])[:width]
    return beams[0][0]


READINGS: dict[str, Callable[[Case, Arrays], Arrays]] = {
    "counterexample": counterexample,
    "drawn_tokens": drawn_tokens,
    "entropy_reached": entropy_reached,
}
