"""Lab 4. Where a search decides between two tokens or texts, the decision is never within rounding errors.

A case in which nothing should happen is a guard: to return what came in earns it only beside an answer that does something.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from autograder.exercises import Draw, Exercise
from autograder.misconceptions import sampling, searching
from helpers.driver import Case
from helpers.stages.decoding import language_model

V, M = 7, 5  # vocabulary and width of the small language models
CLEAR = 1e-3  # nats between what is chosen and what is not


def _tables(draw: Draw, scale: float = 1.5, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    """The embedding and the head of a language model."""
    return draw.normal(V, M, dtype=dtype), draw.normal(V, M, scale=scale, dtype=dtype)


def _ids(draw: Draw, b: int, t: int, n_vocab: int = V) -> Tensor:
    return torch.tensor([[draw.integer(0, n_vocab) for _ in range(t)] for _ in range(b)])


Beam = tuple[float, tuple[int, ...]]  # log-probability of the continuation, and the text


def _search(
    tables: tuple[Tensor, Tensor],
    prompt: Tensor,
    max_length: int,
    width: int = 1,
    ban: int = 0,
    eos: int | None = None,
    mistake: str | None = None,
) -> tuple[list[Beam], float]:
    """Beam search written out plainly, and the smallest difference in nats on which anything depended.

    mistake: "set aside": texts that have ended take no place until the very end; "per step": texts are compared by their
             last step. Both are common; a case should show the first, and leave no doubt which texts the second keeps
    """
    model = language_model(*(table.double() for table in tables))
    start = tuple(prompt[0].tolist())
    beams, ended, closest = [(0.0, start)], [], math.inf
    for _ in range(len(start), max_length):
        longer = [beam for beam in beams if eos in beam[1][len(start) :]]
        running = [beam for beam in beams if beam not in longer]
        if not running:
            break
        log_p = model(torch.tensor([text for _, text in running]))[:, -1].log_softmax(-1)
        for (total, text), steps in zip(running, log_p.tolist(), strict=True):
            old = {text[i : i + ban] for i in range(len(text) - ban + 1)} if ban else set()
            start_at = 0.0 if mistake == "per step" else total
            longer += [(start_at + step, (*text, x)) for x, step in enumerate(steps) if (*text, x)[-ban:] not in old]
        longer.sort(reverse=True)
        deciding = [total for total, _ in longer[: width + 1]]
        closest = min([closest, *(a - b for a, b in pairwise(deciding))])
        beams = longer[:width]
        if mistake == "set aside":
            ended += [beam for beam in beams if beam[1][-1] == eos]
            beams = [beam for beam in beams if beam[1][-1] != eos]
    return sorted(beams + ended, reverse=True)[:width], closest


def _decided(draw: Draw, make: Callable[[], tuple | None]) -> tuple:
    """The first of what `make` draws in which the case shows what it is there for: it gives None where it does not."""
    return next(found for found in iter(make, 0) if found)


def sequence_log_prob(draw: Draw) -> list[Case]:
    def case(name: str, b: int, t: int, prompt: int, scale: float = 1.5, dtype: torch.dtype = torch.float32) -> Case:
        args = (*_tables(draw, scale, dtype), _ids(draw, b, t), prompt)
        return Case(name, "sequence_log_prob", {"log-probability": ("b",)}, args, stage="decoding", guard=prompt == t)

    return [
        case("a prompt of three tokens", 3, 8, 3),
        case("a prompt of one", 2, 6, 1),
        case("one token after the prompt", 4, 5, 4),
        case("nothing after the prompt", 3, 5, 5),
        case("a model that is very certain", 3, 7, 2, 2000.0),
        case("float64", 2, 9, 4, dtype=torch.float64),
    ]


def greedy_search(draw: Draw) -> list[Case]:
    def case(
        name: str, t: int, max_length: int, eos_at: int | None = None, eos_in_prompt: bool = False, zero: bool = False
    ) -> Case:
        def make() -> tuple | None:
            tables, ids = _tables(draw), _ids(draw, 1, t)
            if eos_in_prompt:
                ids[0, -1] = ids[0, 0]  # whether one looks at all of the prompt or at its end
            ((_, text),), closest = _search(tables, ids, max_length)
            new, eos = text[t:], None
            if eos_at is not None:
                eos = new[eos_at]
                if eos in new[:eos_at] or eos in text[:t] or eos == 0:
                    return None
            if eos_in_prompt:
                eos = text[0]
                if eos in new or eos == 0:
                    return None
            # Repeating one token is what a model does that reads nothing but the prompt's end, or its start.
            if closest < CLEAR or (len(new) > 2 and len(set(new)) < 3):
                return None
            # What the model says at the first place should be something else than what it says at the prompt's end.
            if t > 1 and language_model(*tables)(ids)[0, 0].argmax() in new[:1]:
                return None
            if zero:  # eos and token 0 change names
                names = torch.arange(V)
                names[0], names[eos] = eos, 0
                tables, ids, eos = (tables[0][names], tables[1][names]), names[ids], 0
            return tables, ids, eos

        tables, ids, eos = _decided(draw, make)
        more = {} if eos is None else {"eos": eos}
        args, idle = (*tables, ids, max_length), t >= max_length
        return Case(name, "greedy_search", {"ids": ("b", "t")}, args, more, stage="decoding", guard=idle)

    return [
        case("from three tokens to nine", 3, 9),
        case("from one token to eight", 1, 8),
        case("a text that ends early", 2, 11, eos_at=4),
        case("a text that ends at once", 3, 7, eos_at=0),
        case("a text that ends with token 0", 2, 9, eos_at=3, zero=True),
        case("an end that never comes, but in the prompt", 3, 8, eos_in_prompt=True),
        case("a prompt that is long enough already", 5, 5),
    ]


def ban_repeated_ngrams(draw: Draw) -> list[Case]:
    def case(name: str, n: int, rows: Sequence[Sequence[int]] | Tensor, n_vocab: int = V) -> Case:
        ids = torch.as_tensor(rows)
        # Other names for the tokens: the pattern is what matters.
        ids = draw.normal(n_vocab).argsort()[ids]
        args = (draw.normal(len(ids), n_vocab, scale=2.0), ids, n)
        return Case(name, "ban_repeated_ngrams", {"logits": ("b", "V")}, args, guard=n == 0 or ids.shape[1] < n)

    # Rows end in the beginning of n-grams that they hold once, twice, or not, and that other rows go on differently.
    pairs = [[1, 2, 3, 1, 4, 5, 1], [2, 6, 2, 2, 0, 1, 2], [0, 1, 5, 1, 5, 3, 6]]
    triples = [
        [1, 2, 3, 1, 2, 4, 5, 1, 2],
        [3, 3, 3, 5, 1, 2, 6, 3, 3],
        [5, 1, 2, 0, 4, 4, 6, 1, 0],
    ]
    runs = [[2, 2, 2, 2, 2], [0, 1, 0, 1, 0], [3, 4, 5, 5, 6]]
    return [
        case("pairs", 2, pairs),
        case("triples", 3, triples),
        case("runs of one token, n = 4", 4, runs),
        case("n = 1: no token twice", 1, [[1, 5, 5], [0, 2, 6]]),
        case("n = 0: all may be repeated", 0, [[1, 1, 1], [2, 3, 2]]),
        case("a text shorter than n", 4, [[1, 1], [6, 3]]),
        case("a text of just n tokens", 3, [[4, 4, 4], [1, 2, 1], [5, 6, 5]]),
        case("random ids", 2, _ids(draw, 5, 13)),
    ]


Texts = list[tuple[int, ...]]


def beam_search(draw: Draw) -> list[Case]:
    def case(
        name: str,
        t: int,
        max_length: int,
        beams: int,
        wanted: Callable[[Texts, Callable[..., Texts]], bool],
        returned: int = 1,
        ban: int = 0,
        ends: bool = False,
    ) -> Case:
        """`wanted` gets the texts that should be found, and a function that finds others, with other options.

        No eos stands in the prompt, where one might think that it ends the text, and none is 0: greedy search asks that.
        """

        def make() -> tuple | None:
            tables, ids = _tables(draw), _ids(draw, 1, t)
            eos = draw.integer(1, V) if ends else None

            def search(width: int = beams, **other: Any) -> tuple[Texts, float]:
                found, closest = _search(tables, ids, max_length, width, **({"ban": ban, "eos": eos} | other))
                return [text for _, text in found], closest

            def shows_ends() -> bool:
                # Who does not stop at eos writes on after it; who puts such texts aside finds others.
                aside, closest = search(mistake="set aside")
                after = any(eos in text[t:-1] for text in search(eos=None)[0])
                return closest > CLEAR and aside[:returned] != found[:returned] and after

            def shows_steps() -> bool:
                # Beams that are continued greedily, each on its own, all begin in different ways.
                kept, closest = search(mistake="per step")
                return closest > CLEAR and (beams < 4 or len({text[t:][:1] for text in kept}) < beams)

            if ends and eos in ids:
                return None
            found, closest = search()
            good = closest > CLEAR and wanted(found[:returned], lambda *a, **k: search(*a, **k)[0])
            return (tables, ids, eos) if good and (not ends or shows_ends()) and shows_steps() else None

        tables, ids, eos = _decided(draw, make)
        axes = {"ids": ("beam", "t"), "log-probability": ("beam",)}
        options = {"num_return": returned if returned > 1 else None, "no_repeat_ngram": ban or None, "eos": eos}
        kwargs = {key: value for key, value in options.items() if value is not None}
        args = (*tables, ids, max_length, beams)
        return Case(name, "beam_search", axes, args, kwargs, stage="beams", guard=t >= max_length)

    def beats_greedy(found: Texts, search: Callable[..., Texts]) -> bool:
        return found[0] != search(1)[0]

    def lengths(texts: Texts) -> list[int]:
        return [len(text) for text in texts]

    return [
        case("one beam: greedy search", 3, 8, 1, lambda found, search: len(set(found[0][3:])) > 2),
        case("two beams that beat greedy search", 2, 7, 2, beats_greedy),
        case(
            "four beams, all returned", 3, 8, 4,
            lambda found, search: len({text[3] for text in found}) > 1 and beats_greedy(found, search), 4,
        ),
        case(
            "no pair of tokens twice", 3, 10, 3,
            lambda found, search: not set(found) & set(search(ban=0)) and beats_greedy(found, search), 2, ban=2,
        ),
        case(
            "a text that ends competes with those that go on", 2, 8, 3,
            lambda found, search: lengths(found)[0] == 8 and min(lengths(found)) < 7, 3, ends=True,
        ),
        case(
            "all texts end", 2, 12, 3,
            lambda found, search: max(lengths(found)) < 11 and len(set(lengths(found))) > 1, 3, ends=True,
        ),
        case("a prompt that is long enough already", 4, 4, 3, lambda found, search: True),
        case("more beams than tokens", 2, 5, V + 2, beats_greedy, 2),
    ]  # fmt: skip


def apply_temperature(draw: Draw) -> list[Case]:
    def case(name: str, temperature: float, guard: bool = False) -> Case:
        args = (draw.normal(3, V, scale=2.0), temperature)
        return Case(name, "apply_temperature", {"logits": ("b", "V")}, args, guard=guard)

    return [
        case("T = 0.4", 0.4),
        case("T = 3", 3.0),
        case("T = 0", 0.0, guard=True),
        case("T = −1", -1.0, guard=True),
    ]


def top_k_filter(draw: Draw) -> list[Case]:
    def case(name: str, k: int, logits: Tensor, guard: bool = False) -> Case:
        return Case(name, "top_k_filter", {"logits": ("b", "V")}, (logits, k), guard=guard)

    levels = draw.normal(4, V) + torch.tensor([[0.0], [8.0], [-8.0], [2.0]])  # all of one row may lie above another
    ties = torch.tensor([[1.0, 3, 2, 2, 0, 2, -1], [5, 5, 5, 5, 5, 5, 5], [0, 4, 1, 2, 3, -1, -2]])
    ties = ties[:, draw.normal(V).argsort()]
    return [
        case("k = 3", 3, levels),
        case("k = 1", 1, draw.normal(2, V, scale=3.0)),
        case("k = 5", 5, draw.normal(3, V, scale=3.0)),
        case("ties", 2, ties),
        case("k = V", V, draw.normal(2, V), guard=True),
        case("k far above V", 50, draw.normal(2, V), guard=True),
        case("k = 0", 0, draw.normal(2, V), guard=True),
    ]


def top_p_filter(draw: Draw) -> list[Case]:
    def case(name: str, p: float, logits: Tensor, guard: bool = False) -> Case:
        return Case(name, "top_p_filter", {"logits": ("b", "V")}, (logits, p), guard=guard)

    def shares(*rows: Sequence[float]) -> Tensor:
        """Logits, shifted, whose softmax has these shares, each row in an order of its own."""
        mixed = torch.stack([torch.tensor(row)[draw.normal(len(row)).argsort()] for row in rows])
        return mixed.log() + draw.normal(len(rows), 1, scale=3.0)

    # No cumulated share of these rows comes near the p they are used with.
    steep, even = (0.62, 0.2, 0.1, 0.05, 0.03), (0.24, 0.22, 0.2, 0.18, 0.16)
    middle = (0.41, 0.31, 0.14, 0.08, 0.06)
    tail = shares((1.0, 1e-20, 1e-22, 1e-25, 1e-30), (1.0, 1e-18, 1e-24, 1e-26, 1e-28))
    return [
        case("p = 0.75", 0.75, shares(steep, even, middle)),
        case("p = 0.5, the first token may be enough", 0.5, shares(middle, steep, even)),
        case("p = 0.1: one token stays", 0.1, shares(steep, even)),
        case("p = 0.95", 0.95, shares(even, middle, steep)),
        case("p = 1: even the smallest stay", 1.0, tail, guard=True),
        case("p = 0", 0.0, shares(steep, even), guard=True),
        case("p = 1.2", 1.2, shares(steep, even), guard=True),
    ]


LONG, NOISE = 250, 0.22  # tokens drawn, and how far shares may be off: five standard deviations at the least


def sample(draw: Draw) -> list[Case]:
    axes = {"text": ("b", "t"), "text again": ("b", "t")}

    def seed() -> int:
        return draw.integer(0, 1 << 31)

    def shares(name: str, p: Sequence[float], **options: Any) -> Case:
        """One distribution for every place, whatever came before: so often each token should be drawn."""
        head = torch.tensor(p).log()[draw.normal(len(p)).argsort()][:, None]
        args = (torch.full((len(p), 1), 20.0), head, _ids(draw, 1, 3, len(p)), 3 + LONG)  # tanh(2 · 20) = 1
        kwargs = options | {"seed": seed()}
        return Case(name, "sample", axes, args, kwargs, stage="sampling", reading="drawn_tokens", atol=NOISE)

    def one_way(name: str, t: int, max_length: int, ends: bool) -> Case:
        def make() -> tuple | None:
            tables, ids = _tables(draw), _ids(draw, 1, t)
            ((_, text),), closest = _search(tables, ids, max_length)
            new = text[t:]
            eos = new[3] if ends else None
            if closest < CLEAR or (new and len(set(new)) < 3) or (ends and eos in (0, *new[:3], *text[:t])):
                return None
            return tables, ids, {"eos": eos} if ends else {}

        tables, ids, more = _decided(draw, make)
        # Either filter is enough, so that who forgets one does not draw texts here that nobody can foresee.
        kwargs = {"top_k": 1, "top_p": 0.01, "seed": seed()} | more
        args, idle = (*tables, ids, max_length), t >= max_length
        return Case(name, "sample", axes, args, kwargs, stage="sampling", reading="drawn_tokens", guard=idle)

    # Of the flat one two tokens should be left: without top-k it would be four, with the filters the other way round three.
    peaked, flat = (0.85, 0.06, 0.05, 0.04), (0.23, 0.22, 0.2, 0.18, 0.17)
    return [
        shares("T = 4, no filter", peaked, temperature=4.0),
        shares("T = 4, then top-p 0.7", peaked, temperature=4.0, top_p=0.7),
        shares("top-k 3, then top-p 0.67", flat, top_k=3, top_p=0.67),
        one_way("filters that leave no choice", 2, 10, ends=False),
        one_way("no choice, and the text ends", 3, 12, ends=True),
        one_way("a prompt that is long enough already", 4, 4, ends=False),
    ]


def beam_counterexample(draw: Draw) -> list[Case]:
    return [Case("your table", "beam_counterexample", {"table": ("V", "V")}, (), reading="counterexample")]


MISCONCEPTIONS = searching.MISCONCEPTIONS | sampling.MISCONCEPTIONS
EXERCISES = tuple(
    Exercise(name, points, cases, MISCONCEPTIONS[name])
    for name, points, cases in (
        ("sequence_log_prob", 3, sequence_log_prob),
        ("greedy_search", 3, greedy_search),
        ("ban_repeated_ngrams", 3, ban_repeated_ngrams),
        ("beam_search", 7, beam_search),
        ("beam_counterexample", 2, beam_counterexample),
        ("apply_temperature", 1, apply_temperature),
        ("top_k_filter", 3, top_k_filter),
        ("top_p_filter", 4, top_p_filter),
        ("sample", 4, sample),
    )
)
