"""Lab 3's misconceptions: each an edit of the reference solution, with the one hint a student gets."""

from __future__ import annotations

from autograder.misconceptions import Edits, Misconception

# Two ways in which a wrong softmax is often wrong besides: T ≤ 0 not thought of, and exponentials that overflow.
CARELESS: Edits = (("temperature < 0", "False"), ("temperature == 0", "False"))

NAIVE: Edits = ((" - z.amax(dim, keepdim=True)", ""),)


def _ways(*each: Edits) -> tuple[Edits, ...]:
    """A mistake in softmax, and the same where T ≤ 0 was not thought of either."""
    return tuple(way for edits in each for way in (edits, (*edits, *CARELESS)))


_MULTIPLIED: Edits = (("shifted / temperature", "shifted * temperature"),)

_POWERS, _RETURN = "torch.exp(shifted / temperature)", "powers / powers.sum(dim, keepdim=True)"

_TOO_LATE = _ways(
    ((_POWERS, "torch.exp(shifted)"), (_RETURN, f"{_RETURN} / temperature")),
    ((_POWERS, "torch.exp(shifted)"),),
    ((_POWERS, "torch.exp(shifted)"), (_RETURN, f"F.softmax({_RETURN} / temperature, dim=dim)")),
)

_WRONG_DIM = _ways(
    (("    if temperature < 0", "    dim = -1\n    if temperature < 0"),),
    (("    if temperature < 0", "    dim = 0\n    if temperature < 0"),),
    (("powers.sum(dim, keepdim=True)", "powers.sum()"),),
)

_AT_ZERO = "torch.zeros_like(z).scatter(dim, z.argmax(dim, keepdim=True), 1.0)"

_LARGEST = "(z == z.amax(dim, keepdim=True)).to(z.dtype)"

_NAIVE_ENTROPY: Edits = (("safe.log()", "p.log()"),)

MISCONCEPTIONS: dict[str, tuple[Misconception, ...]] = {
    "softmax": (
        Misconception(
            "multiplied_by_temperature",
            "Your scores are multiplied by T. They should be divided: a high temperature makes differences count for "
            "less, and the shares more even.",
            _MULTIPLIED,
            variants=((*_MULTIPLIED, *CARELESS), (*_MULTIPLIED, *CARELESS, *NAIVE)),
        ),
        Misconception(
            "zero_temperature",
            "T = 0 divides by zero. The limit of a falling temperature exists: all goes to the largest score. Handle "
            "this case on its own.",
            (("temperature == 0", "False"),),
            variants=(CARELESS, (*CARELESS, ("shifted / temperature", "shifted * (1 / temperature)"))),
        ),
        Misconception(
            "overflow",
            "Your exponentials leave the range of numbers: ∞/∞ where scores are large, 0/0 where all are very "
            "negative. Only differences of scores count, so shift each row first, to where exp is harmless.",
            NAIVE,
            variants=((*NAIVE, *CARELESS), (*NAIVE, (_RETURN, "powers / (powers.sum(dim, keepdim=True) + 1e-9)"))),
        ),
        Misconception(
            "maximum_of_everything",
            "You subtract the largest of all scores. A row that lies far below it then has only zeros, and 0/0 is NaN: "
            "each distribution needs its own maximum.",
            (("z.amax(dim, keepdim=True)  #", "z.max()  #"),),
            variants=((("z.amax(dim, keepdim=True)  #", "z.max()  #"), *CARELESS),),
        ),
        Misconception(
            "wrong_dim",
            "Your softmax runs over the wrong axis. The shares along `dim`, wherever that axis is, should sum to one.",
            _WRONG_DIM[0],
            variants=_WRONG_DIM[1:],
        ),
        Misconception(
            "temperature_on_probabilities",
            "The temperature comes too late, after the exponential, where it breaks the sum or cancels out; or it is "
            "not used at all. It belongs to the scores.",
            _TOO_LATE[0],
            variants=_TOO_LATE[1:],
        ),
        Misconception(
            "ties_at_zero",
            "At T = 0, where several scores are the largest, all should go to the first of them. Yours goes to all of "
            "them, or to another one.",
            ((_AT_ZERO, _LARGEST),),
            variants=(
                ((_AT_ZERO, f"{_LARGEST} / {_LARGEST}.sum(dim, keepdim=True)"),),
                (
                    (
                        _AT_ZERO,
                        "torch.zeros_like(z).scatter(dim, z.shape[dim] - 1 - z.flip(dim).argmax(dim, True), 1.0)",
                    ),
                ),
            ),
        ),
    ),
    "entropy": (
        Misconception(
            "bits",
            "That is the entropy in bits, with the logarithm to base 2. In nats it is the natural one.",
            (("safe.log()", "safe.log2()"),),
            variants=((("safe.log()", "p.log2()"),),),
        ),
        Misconception(
            "nan_at_zero",
            "Where a probability is 0 you get 0 · log 0 = 0 · (−∞) = NaN. The limit of p log p is 0: what never happens "
            "adds nothing. See to it that no zero reaches the logarithm.",
            _NAIVE_ENTROPY,
        ),
        Misconception(
            "sign",
            "Your entropy is negative. The logarithm of a probability is never above 0, so the sum needs a minus sign.",
            (("-(p", "(p"),),
            variants=((("-(p", "(p"), *_NAIVE_ENTROPY),),
        ),
        Misconception(
            "wrong_dim",
            "Your sum does not run along `dim`, or not along `dim` alone: each distribution should keep an entropy of its own. "
            "(Picking entries out, as `p[p > 0]` does, loses the axes.)",
            ((".sum(dim)", ".sum(-1)"),),
            variants=(((".sum(dim)", ".sum(0)"),), ((".sum(dim)", ".sum()"),)),
        ),
        Misconception(
            "mean_not_sum",
            "You take the mean over the choices. Entropy is a mean already, with the probabilities as weights: sum p log p.",
            ((".sum(dim)", ".mean(dim)"),),
            variants=(((".sum(dim)", ".mean(dim)"), *_NAIVE_ENTROPY),),
        ),
        Misconception(
            "not_summed",
            "These are the terms −p log p of the single choices. The entropy is their sum.",
            ((".sum(dim)", ""),),
            variants=(((".sum(dim)", ""), *_NAIVE_ENTROPY),),
        ),
        Misconception(
            "effective_number",
            "That is exp of the entropy, the effective number of choices. Here the entropy itself is asked for.",
            (("-(p * safe.log()).sum(dim)", "(-(p * safe.log()).sum(dim)).exp()"),),
        ),
    ),
    "softmax_jacobian": (
        Misconception(
            "no_temperature_factor",
            "Your shares are right, but a factor is missing: by the chain rule, z / T inside brings a 1/T outside.",
            ((") / temperature", ")"),),
        ),
        Misconception(
            "squares_off_diagonal",
            "Off the diagonal stands σ_j² where σ_i·σ_j should: both factors run along the same axis. One of them has to be a column.",
            (("torch.diag(p) - torch.outer(p, p)", "p * (torch.eye(len(z), dtype=z.dtype, device=z.device) - p)"),),
        ),
        Misconception(
            "diagonal_only",
            "You have how each share answers to its own score. It answers to all the others too: what one gains, they "
            "lose. Those entries stand off the diagonal.",
            (("torch.diag(p) - torch.outer(p, p)", "torch.diag(p * (1 - p))"),),
            variants=(
                (("torch.diag(p) - torch.outer(p, p)", "p * (1 - p)"),),
                (("(torch.diag(p) - torch.outer(p, p)) / temperature", "torch.diag(p * (1 - p))"),),
                (("(torch.diag(p) - torch.outer(p, p)) / temperature", "p * (1 - p)"),),
            ),
        ),
        Misconception(
            "temperature_ignored",
            "That is the Jacobian at T = 1, whatever T is. The temperature enters twice: in the shares, and in a factor.",
            (("z / temperature", "z"), (") / temperature", ")")),
        ),
        Misconception(
            "shares_at_one",
            "The factor is right, but your shares are those of T = 1. They too depend on the temperature.",
            (("z / temperature", "z"),),
        ),
        Misconception(
            "factor_upside_down",
            "You multiply by T at the end. Inside stands z / T, whose derivative by z is 1/T.",
            ((") / temperature", ") * temperature"),),
        ),
        Misconception(
            "multiplied_by_temperature",
            "Your scores are multiplied by T, as if hot meant sharp. Softmax divides them by it.",
            (("z / temperature", "z * temperature"), (") / temperature", ") * temperature")),
            variants=((("z / temperature", "z * temperature"),),),
        ),
        Misconception(
            "sign",
            "All signs are turned round. A share grows with its own score and shrinks when another one grows.",
            (("torch.diag(p) - torch.outer(p, p)", "torch.outer(p, p) - torch.diag(p)"),),
            variants=((("torch.diag(p) - torch.outer(p, p)", "torch.diag(p) + torch.outer(p, p)"),),),
        ),
        Misconception(
            "no_diagonal_term",
            "Off the diagonal you are right. On it, a share's own score acts on the numerator as well, which brings one more term.",
            (("torch.diag(p) - torch.outer(p, p)", "-torch.outer(p, p)"),),
        ),
    ),
    "attention_with_temperature": (
        Misconception(
            "multiplied_by_temperature",
            "Your scores are multiplied by T. They should be divided by it: the higher the temperature, the more even the attention.",
            (("/ (math.sqrt(q.shape[-1]) * temperature)", "/ math.sqrt(q.shape[-1]) * temperature"),),
            variants=((("/ (math.sqrt(q.shape[-1]) * temperature)", "* temperature"),),),
        ),
        Misconception(
            "replaced_sqrt_d",
            "Your scores are divided by T in place of √d. Both are needed: √d brings the scores of any width to the same "
            "scale, and on that scale T means the same everywhere.",
            (("(math.sqrt(q.shape[-1]) * temperature)", "temperature"),),
        ),
        Misconception(
            "temperature_ignored",
            "That is attention at T = 1. The scores should be divided by the temperature as well.",
            (("(math.sqrt(q.shape[-1]) * temperature)", "math.sqrt(q.shape[-1])"),),
        ),
        Misconception(
            "temperature_inside_root",
            "Your temperature stands under the root, so that only its square root divides the scores.",
            (("math.sqrt(q.shape[-1]) * temperature", "math.sqrt(q.shape[-1] * temperature)"),),
        ),
        Misconception(
            "temperature_on_weights",
            "You divide the weights by T, after the softmax: they no longer sum to one, and are no more even than before.",
            (
                ("(math.sqrt(q.shape[-1]) * temperature)", "math.sqrt(q.shape[-1])"),
                ("F.softmax(scores, dim=-1) @ v", "F.softmax(scores, dim=-1) / temperature @ v"),
            ),
        ),
        Misconception(
            "scaled_by_d",
            "Your scores are divided by d. As in lab 1, the spread of a dot product of width d is √d.",
            (("math.sqrt(q.shape[-1])", "q.shape[-1]"),),
        ),
        Misconception(
            "softmax_over_queries",
            "Your softmax runs over the queries. For each query the weights over all keys should sum to one.",
            (("dim=-1", "dim=-2"),),
        ),
        Misconception(
            "weights_too",
            "You return the outputs and something else. Here only the outputs y are asked for.",
            (("return F.softmax(scores, dim=-1) @ v", "return F.softmax(scores, dim=-1) @ v, scores"),),
        ),
    ),
    "temperature_for_entropy": (
        Misconception(
            "wrong_direction",
            "Your search runs the wrong way, to one end of its range. Entropy grows with T: where it is too low, the "
            "temperature has to go up.",
            ((") < target:", ") > target:"),),
            variants=(
                ((") < target:", ") > target:"), ("1e-9 * spread, 1e9 * spread", "1e-9, 1e9")),
                ((") < target:", ") > target:"), ("1e-9 * spread, 1e9 * spread", "1e-9, 1e30")),
                ((") < target:", ") > target:"), ("1e-9 * spread, 1e9 * spread", "1e-30, 1e9")),
            ),
        ),
        Misconception(
            "bits",
            "You reach the target in bits. It is given in nats, with the natural logarithm.",
            (("entropy(softmax(z, middle))", "entropy(softmax(z, middle)) / math.log(2)"),),
        ),
        Misconception(
            "inverse_temperature",
            "That is 1/T, by which the scores would have to be multiplied. The temperature divides them.",
            (("return math.sqrt(low * high)", "return 1 / math.sqrt(low * high)"),),
        ),
        Misconception(
            "effective_number",
            "You reach the target with the effective number of choices, exp of the entropy. The target is the entropy itself.",
            (("entropy(softmax(z, middle))", "entropy(softmax(z, middle)).exp()"),),
        ),
    ),
}
