"""Lab 4, the searches. Where one decides between two tokens or texts, the decision is never within rounding errors.

A case in which nothing should happen is a guard: to return what came in earns it only beside an answer that does something.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from autograder.exercises import Draw
from autograder.exercises.toy_language import CLEAR, V, decided, draw_ids, draw_tables, plain_search
from helpers.driver import Case
from helpers.stages.decoding import language_model


def sequence_log_prob(draw: Draw) -> list[Case]:
    def case(name: str, b: int, t: int, prompt: int, scale: float = 1.5, dtype: torch.dtype = torch.float32) -> Case:
        args = (*draw_tables(draw, scale, dtype), draw_ids(draw, b, t), prompt)
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
            tables, ids = draw_tables(draw), draw_ids(draw, 1, t)
            if eos_in_prompt:
                ids[0, -1] = ids[0, 0]  # whether one looks at all of the prompt or at its end
            ((_, text),), closest = plain_search(tables, ids, max_length)
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

        tables, ids, eos = decided(draw, make)
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
        case("random ids", 2, draw_ids(draw, 5, 13)),
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
            tables, ids = draw_tables(draw), draw_ids(draw, 1, t)
            eos = draw.integer(1, V) if ends else None

            def search(width: int = beams, **other: Any) -> tuple[Texts, float]:
                found, closest = plain_search(tables, ids, max_length, width, **({"ban": ban, "eos": eos} | other))
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

        tables, ids, eos = decided(draw, make)
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


def beam_counterexample(draw: Draw) -> list[Case]:
    return [Case("your table", "beam_counterexample", {"table": ("V", "V")}, (), reading="counterexample")]
