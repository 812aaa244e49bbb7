"""Lab 4's reference against others' work: the library's `generate` and its logits processors, and searches of everything."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from transformers import (
    GPT2LMHeadModel,
    LogitsProcessorList,
    NoRepeatNGramLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from helpers import as_logits
from tests.corpus import answers
from tests.oracles import (
    Beams,
    TableLM,
    Text,
    cut,
    every_text,
    generate,
    generated_beams,
    longer_by_list,
    longer_by_model,
    plain_search,
    repeats,
    tiny_gpt2,
)

LAB = SimpleNamespace(**answers("04_decoding"))
SIZES = ((7, 1, 8), (10, 2, 12), (13, 2, 16))  # vocabulary, layers, width
MODELS = [tiny_gpt2(seed, *size) for seed, size in enumerate(SIZES)]
CLOSE = 1e-6  # nats: a decision so close is one of rounding, and either text is right
NEAR = {"rtol": 1e-5, "atol": 2e-5}


def prompts(rng: random.Random, b: int, t: int, n_vocab: int) -> Tensor:
    return torch.tensor([[rng.randrange(n_vocab) for _ in range(t)] for _ in range(b)])


def from_table(table: Tensor) -> Callable[[Tensor], Tensor]:
    """The language model whose logits are the row of the last token."""
    return lambda ids: table[ids]


def text_of(ids: Tensor) -> Text:
    return tuple(ids.tolist())


def plain(found: list[tuple[Tensor, float]]) -> Beams:
    """What beam_search returned, as texts and floats."""
    return [(text_of(ids), float(total)) for ids, total in found]


def assert_same_totals(mine: Beams, theirs: Beams) -> None:
    totals = [torch.tensor([total for _, total in beams], dtype=torch.float64) for beams in (mine, theirs)]
    torch.testing.assert_close(*totals, **NEAR)


# ── greedy search ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_greedy_search_is_the_librarys_on_200_texts() -> None:
    rng, seen = random.Random(1), Counter()
    for i in range(50):
        torch.manual_seed(i)
        # Every fourth model is a table of few different logits, where the most likely token is seldom the only one.
        table = torch.randint(3, (7, 7)).float()
        model = TableLM(table) if i % 4 == 0 else MODELS[i % 4 - 1]
        logits = from_table(table) if i % 4 == 0 else as_logits(model)
        t, n_vocab = rng.randint(1, 5), model.config.vocab_size
        ids, eos = prompts(rng, 4, t, n_vocab), rng.choice([None, rng.randrange(n_vocab), rng.randrange(n_vocab)])
        max_length = t + rng.randint(1, 10)
        theirs = generate(model, ids, max_length, eos_token_id=eos).sequences
        for prompt, text in zip(ids, theirs.tolist(), strict=True):
            mine = LAB.greedy_search(logits, prompt[None], max_length, eos)
            assert mine.shape[0] == 1 and text_of(mine[0]) == cut(text, t, eos)
            seen["ended"] += mine.shape[1] < max_length
            seen["has an end that never comes"] += eos is not None and eos not in text_of(mine[0, t:])
            seen["has an end in its prompt"] += eos in text_of(prompt)
            seen["all"] += 1
    assert seen.pop("all") == 200 and min(seen.values()) >= 20, seen


# ── beam search ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("bans", [(0,), (2, 3)], ids=["free", "no n-gram twice"])
def test_beam_search_is_the_librarys_on_200_prompts(bans: tuple[int, ...]) -> None:
    rng, rounding, banned = random.Random(len(bans)), 0, 0
    for i in range(50):
        model, ban = MODELS[i % 3], rng.choice(bans)
        n_vocab, t = model.config.vocab_size, rng.randint(1, 6)
        num_beams, max_length, logits = min(1 + i % 8, n_vocab), t + rng.randint(1, 7), as_logits(model)
        ids = prompts(rng, 4, t, n_vocab)
        for prompt, theirs in zip(ids, generated_beams(model, ids, max_length, num_beams, ban), strict=True):
            mine = plain(LAB.beam_search(logits, prompt[None], max_length, num_beams, num_beams, ban))
            assert_same_totals(mine, theirs)
            if [text for text, _ in mine] != [text for text, _ in theirs]:
                longer = longer_by_model(logits, t)
                assert plain_search(longer, text_of(prompt), max_length, num_beams, ban)[1] <= CLOSE
                rounding += 1
            # A ban takes texts away; it makes none of those that are left more likely.
            exact = LAB.sequence_log_prob(logits, torch.tensor([text for text, _ in mine]), t)
            torch.testing.assert_close(torch.tensor([total for _, total in mine]), exact, **NEAR)
        free = LAB.beam_search(logits, prompt[None], max_length, num_beams, num_beams)
        banned += [text for text, _ in plain(free)] != [text for text, _ in mine]
    assert rounding <= 4
    assert banned == 0 if bans == (0,) else banned > 20  # of the 50 that were looked at


def test_beam_search_is_the_librarys_where_many_texts_are_equally_likely() -> None:
    """Each token of the table has a twin, so which of two equal texts stays cannot change what becomes of them."""
    rng, ties = random.Random(3), 0
    for i in range(50):
        torch.manual_seed(i)
        table = 2 * torch.randn(4, 4).repeat_interleave(2, 0).repeat_interleave(2, 1)
        num_beams, ids = 1 + i % 8, prompts(rng, 4, 1, 8)
        max_length = 1 + rng.randint(1, 8)
        for prompt, theirs in zip(ids, generated_beams(TableLM(table), ids, max_length, num_beams), strict=True):
            mine = plain(LAB.beam_search(from_table(table), prompt[None], max_length, num_beams, num_beams))
            assert_same_totals(mine, theirs)
            assert len({text for text, _ in mine}) == len(mine)
            ties += any(a[1] == b[1] for a, b in pairwise(mine))
    assert ties > 150


def test_finished_beams_compete_as_in_a_search_through_every_text() -> None:
    rng, seen, rounding = random.Random(4), Counter(), 0
    for i in range(40):
        n_vocab, new = rng.choice([(3, 6), (4, 5), (5, 4)])
        t = rng.randint(1, 3)
        model, prompt, max_length = as_logits(small_model(n_vocab, i % 5)), prompts(rng, 1, t, n_vocab), t + new
        longer = longer_by_list(every_text(model, text_of(prompt[0]), max_length, n_vocab))
        for num_beams in rng.sample(range(1, 9), 5):
            ban, eos = rng.choice([0, 0, 1, 2, 3]), None if rng.randrange(8) == 0 else rng.randrange(n_vocab)
            right, closest = plain_search(longer, text_of(prompt[0]), max_length, num_beams, ban, eos)
            mine = plain(LAB.beam_search(model, prompt, max_length, num_beams, num_beams, ban, eos))
            assert_same_totals(mine, right)
            if [text for text, _ in mine] != [text for text, _ in right]:
                assert closest <= CLOSE
                rounding += 1
            lengths = {len(text) for text, _ in mine}
            seen["finished beside running"] += len(lengths) > 1 and max(lengths) == max_length
            seen["all finished"] += max(lengths) < max_length
            seen["none finished before"] += lengths == {max_length}
    assert rounding <= 4 and min(seen.values()) >= 20, seen


@lru_cache
def small_model(n_vocab: int, seed: int) -> GPT2LMHeadModel:
    """A GPT-2 so small that every text can be listed."""
    return tiny_gpt2(seed, n_vocab, 1, 8)


@pytest.mark.parametrize("eos", [None, 2])
def test_with_room_for_all_texts_beam_search_finds_the_most_likely_ones(eos: int | None) -> None:
    for seed in range(5):
        model = as_logits(small_model(4, seed))
        every = every_text(model, (1, 3), 7, 4)
        # All that can come out: whole texts, and those that end before, with no end inside.
        whole = {
            text: total
            for text, total in every.items()
            if eos not in text[2:-1] and (len(text) == 7 or text[-1] == eos)
        }
        assert math.isclose(sum(map(math.exp, whole.values())), 1, rel_tol=1e-5)
        right = sorted(whole.items(), key=lambda beam: -beam[1])[:6]
        mine = plain(LAB.beam_search(model, torch.tensor([[1, 3]]), 7, len(every), 6, eos=eos))
        assert [text for text, _ in mine] == [text for text, _ in right]
        assert_same_totals(mine, right)


def test_the_library_agrees_where_no_finished_text_takes_a_place() -> None:
    """Its finished texts wait beside num_beams running ones, here they take places: without any, both are one search."""
    rng, seen = random.Random(5), Counter()
    for i in range(30):
        model, num_beams, t = MODELS[i % 3], 2 + i % 6, rng.randint(1, 4)
        n_vocab, max_length = model.config.vocab_size, t + rng.randint(2, 5)
        ids, eos = prompts(rng, 4, t, n_vocab), rng.randrange(n_vocab)
        for prompt, theirs in zip(ids, generated_beams(model, ids, max_length, num_beams, eos=eos), strict=True):
            found = [
                plain(LAB.beam_search(as_logits(model), prompt[None], length, num_beams, num_beams, eos=eos))
                for length in range(t + 1, max_length + 1)
            ]
            early = any(text[-1] == eos for beams in found[:-1] for text, _ in beams)
            same = [text for text, _ in found[-1]] == [text for text, _ in theirs]
            seen["same best", early] += found[-1][0][0] == theirs[0][0]
            seen["same", early] += same
            seen["all", early] += 1
    assert seen["same", False] == seen["all", False] >= 20
    assert 20 <= seen["same", True] < seen["all", True]
    assert seen["same best", True] > seen["same", True]


def test_a_finished_text_that_loses_its_place_is_lost_and_the_library_keeps_it() -> None:
    """The start ends at once with 0.25; two texts of 0.3 take both places, and then fall to 0.06 each."""
    table = torch.tensor(
        [
            [0, 0.25, 0.6, 0.15, 0],
            [0.2, 0.2, 0.2, 0.2, 0.2],  # never read: token 1 is eos
            [0, 0, 0, 0.5, 0.5],
            [0.2, 0.2, 0.2, 0.2, 0.2],
            [0.2, 0.2, 0.2, 0.2, 0.2],
        ]
    ).log()
    start = torch.tensor([[0]])
    ((text, total),) = LAB.beam_search(from_table(table), start, 4, 2, eos=1)
    assert len(text) == 4 and math.isclose(total, math.log(0.06), rel_tol=1e-5)
    ((best, log_p), *_),  = generated_beams(TableLM(table), start, 4, 2, eos=1)  # fmt: skip
    assert best == (0, 1) and math.isclose(log_p, math.log(0.25), rel_tol=1e-5)
    right, _ = plain_search(longer_by_model(from_table(table), 1), (0,), 4, 2, eos=1)
    assert math.isclose(right[0][1], math.log(0.06), rel_tol=1e-5)


def test_greedy_search_beats_two_beams_on_the_counterexample_whichever_of_equals_survive() -> None:
    table = LAB.beam_counterexample()
    torch.testing.assert_close(table.sum(1), torch.ones(len(table)))
    start, greedy, beam = torch.tensor([[0]]), [], []
    for seed in range(40):
        # Other names for the tokens, so that others are the first of equals.
        names = torch.cat([torch.tensor([0]), 1 + torch.randperm(7, generator=torch.Generator().manual_seed(seed))])
        logits = table[names][:, names].log()
        text = generate(TableLM(logits), start, 5, eos_token_id=None).sequences
        assert torch.equal(LAB.greedy_search(from_table(logits), start, 5), text)
        greedy.append(sum(logits[i, j].item() for i, j in pairwise(text[0].tolist())))
        beam.append(plain_search(longer_by_model(from_table(logits), 1), (0,), 5, 2)[0][0][1])
        beam.append(generated_beams(TableLM(logits), start, 5, 2)[0][0][1])
        beam.append(LAB.beam_search(from_table(logits), start, 5, 2)[0][1])
    assert math.isclose(min(greedy), max(greedy)) and min(greedy) - max(beam) > 0.01


# ── the filters, 200 cases each ───────────────────────────────────────────────────────────────────────────────────────


def random_logits(rng: random.Random) -> Tensor:
    """(b, V); in every third case rounded so that many tie."""
    logits = rng.choice([0.5, 2.0, 6.0]) * torch.randn(rng.randint(1, 5), rng.randint(2, 30))
    return logits.round() if rng.randrange(3) == 0 else logits


@pytest.fixture
def rng() -> random.Random:
    torch.manual_seed(6)
    return random.Random(6)


def test_ban_repeated_ngrams_is_the_librarys(rng: random.Random) -> None:
    banned = 0
    for _ in range(200):
        logits = random_logits(rng)
        ids = torch.randint(min(logits.shape[1], rng.randint(1, 5)), (len(logits), rng.randint(1, 16)))
        n = rng.randint(1, 5)
        mine, theirs = LAB.ban_repeated_ngrams(logits, ids, n), NoRepeatNGramLogitsProcessor(n)(ids, logits.clone())
        assert torch.equal(mine, theirs)
        banned += bool((mine == -math.inf).any())
        assert torch.equal(LAB.ban_repeated_ngrams(logits, ids, 0), logits)
    assert 60 < banned < 190


def test_apply_temperature_is_the_librarys(rng: random.Random) -> None:
    for _ in range(200):
        logits, temperature = random_logits(rng), 10 ** rng.uniform(-2, 2)
        theirs = TemperatureLogitsWarper(temperature)(None, logits)
        torch.testing.assert_close(LAB.apply_temperature(logits, temperature), theirs)


def test_top_k_filter_is_the_librarys(rng: random.Random) -> None:
    for _ in range(200):
        logits, k = random_logits(rng), rng.randint(1, 35)
        assert torch.equal(LAB.top_k_filter(logits, k), TopKLogitsWarper(k)(None, logits))


def test_top_p_filter_is_the_librarys(rng: random.Random) -> None:
    equal = 0
    for i in range(200):
        logits, p = random_logits(rng), 1.0 if i % 10 == 0 else rng.uniform(0.02, 0.999)
        share = logits.double().softmax(-1)
        kept, theirs = (x > -math.inf for x in (LAB.top_p_filter(logits, p), TopPLogitsWarper(p)(None, logits)))
        # Of tokens that tie where the mass is reached, which ones stay is a matter of sorting; how many is not.
        assert torch.equal(kept.sum(-1), theirs.sum(-1))
        torch.testing.assert_close((share * kept).sum(-1), (share * theirs).sum(-1))
        tied = logits.sort(-1).values.diff().eq(0).any()
        assert tied or torch.equal(kept, theirs)
        equal += not tied
        assert torch.equal(LAB.top_p_filter(logits, p)[kept], logits[kept])
    assert 100 < equal < 180


# ── sampling ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def warpers(temperature: float, top_k: int | None, top_p: float | None) -> LogitsProcessorList:
    """The library's, in the order in which `generate` applies them."""
    chosen = [
        TemperatureLogitsWarper(temperature),
        top_k and TopKLogitsWarper(top_k),
        top_p and TopPLogitsWarper(top_p),
    ]
    return LogitsProcessorList([warper for warper in chosen if warper])


def random_options(rng: random.Random) -> tuple[float, int | None, float | None]:
    return rng.uniform(0.3, 3), rng.choice([None, 2, 4]), rng.choice([None, 0.5, 0.9])


def test_sampled_texts_are_those_of_a_loop_with_the_librarys_warpers(rng: random.Random) -> None:
    for seed in range(200):
        model, options = as_logits(MODELS[seed % 3]), random_options(rng)
        ids, eos = prompts(rng, 1, rng.randint(1, 4), 7), rng.choice([None, 0, 1])
        length = ids.shape[1] + rng.randint(1, 6)
        mine = LAB.sample(model, ids, length, *options, eos, torch.Generator().manual_seed(seed))
        chance = torch.Generator().manual_seed(seed)
        text = ids
        while text.shape[1] < length and (text.shape == ids.shape or text[0, -1] != eos):
            p = warpers(*options)(text, model(text)[:, -1]).softmax(-1)
            text = torch.cat([text, torch.multinomial(p, 1, generator=chance)], 1)
        assert torch.equal(mine, text)


def test_sampled_texts_are_those_that_generate_draws_from_the_same_seed(rng: random.Random) -> None:
    ended = 0
    for seed in range(60):
        model, (temperature, top_k, top_p) = MODELS[seed % 3], random_options(rng)
        ids, eos = prompts(rng, 1, rng.randint(1, 4), 7), rng.choice([None, 0, 1])
        length = ids.shape[1] + rng.randint(1, 8)
        torch.manual_seed(seed)
        mine = LAB.sample(as_logits(model), ids, length, temperature, top_k, top_p, eos)
        options = {"temperature": temperature, "top_k": top_k or 0, "top_p": top_p or 1.0}
        torch.manual_seed(seed)
        theirs = generate(model, ids, length, do_sample=True, eos_token_id=eos, **options).sequences
        assert torch.equal(mine, theirs)
        ended += mine.shape[1] < length
    assert 5 < ended < 55


def step(logits: list[float], temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None) -> dict:
    """token → probability of being drawn, written out in plain numbers."""
    ranked = sorted(((math.exp(z / temperature), token) for token, z in enumerate(logits)), reverse=True)[:top_k]
    mass, kept = sum(weight for weight, _ in ranked), []
    for weight, token in ranked:
        if top_p is None or sum(weight for weight, _ in kept) < top_p * mass:
            kept.append((weight, token))
    mass = sum(weight for weight, _ in kept)
    return {token: weight / mass for weight, token in kept}


def unlikely(counts: Counter, p: dict[Text, float]) -> float:
    """The probability of counts as far from what `p` says as these, or further (Pearson's χ², rare texts taken together)."""
    n = sum(counts.values())
    rare = {text for text in p.keys() | counts.keys() if n * p.get(text, 0.0) < 5}
    cells = [(counts[text], n * q) for text, q in p.items() if text not in rare]
    cells.append((sum(counts[text] for text in rare), max(1e-9, n * sum(p.get(text, 0.0) for text in rare))))
    cells = [(seen, due) for seen, due in cells if seen or due > 1e-6]
    chi2 = sum((seen - due) ** 2 / due for seen, due in cells)
    return torch.special.gammaincc(torch.tensor((len(cells) - 1) / 2.0), torch.tensor(chi2 / 2)).item()


@pytest.mark.parametrize(
    ("options", "eos"),
    [
        ({}, None),
        ({}, 3),
        ({"temperature": 2.0}, None),
        ({"temperature": 0.6, "top_k": 4}, None),
        ({"temperature": 2.5, "top_k": 5, "top_p": 0.8}, 0),
    ],
)
def test_whole_continuations_are_drawn_as_often_as_they_should_be(options: dict, eos: int | None) -> None:
    torch.manual_seed(7)
    table = 1.5 * torch.randn(7, 7)
    rows, p = table.tolist(), {}
    for first, q in step(rows[2], **options).items():
        if first == eos:
            p[2, first] = q
        else:
            p |= {(2, first, second): q * r for second, r in step(rows[first], **options).items()}
    assert math.isclose(sum(p.values()), 1)
    chance = torch.Generator().manual_seed(8)
    drawn = Counter(
        text_of(LAB.sample(from_table(table), torch.tensor([[2]]), 3, eos=eos, generator=chance, **options)[0])
        for _ in range(3000)
    )
    assert drawn.keys() <= p.keys()
    assert unlikely(drawn, p) > 0.001
    # The measure sees a temperature that is off by a fifth.
    other = options | {"temperature": 1.2 * options.get("temperature", 1.0)}
    off = {(2, a, b): q * r for a, q in step(rows[2], **other).items() for b, r in step(rows[a], **other).items()}
    assert eos is not None or unlikely(drawn, off) < 1e-6


# ── log-probabilities ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_sequence_log_prob_is_the_librarys_loss(rng: random.Random) -> None:
    for i in range(100):
        model, t = MODELS[i % 3], rng.randint(2, 12)
        ids, prompt_length = prompts(rng, 3, t, 7), rng.randint(1, t - 1)
        mine = LAB.sequence_log_prob(as_logits(model), ids, prompt_length)
        for row, total in zip(ids, mine, strict=True):
            labels = row.clone()
            labels[:prompt_length] = -100  # the library's sign for “not asked”
            with torch.no_grad():
                loss = model(input_ids=row[None], labels=labels[None]).loss  # the mean over what is asked
            torch.testing.assert_close(total, -loss * (t - prompt_length), **NEAR)
    nothing = LAB.sequence_log_prob(as_logits(MODELS[0]), torch.ones(2, 5, dtype=torch.int64), 5)
    assert torch.equal(nothing, torch.zeros(2))


def test_sequence_log_prob_is_finite_where_probabilities_are_too_small_for_a_float() -> None:
    torch.manual_seed(10)
    table, ids = 2000 * torch.randn(7, 7), torch.randint(7, (5, 9))
    exact = -F.cross_entropy(table[ids[:, 2:-1]].transpose(1, 2), ids[:, 3:], reduction="none").sum(1)
    assert exact.isfinite().all() and exact.max() < -200
    torch.testing.assert_close(LAB.sequence_log_prob(from_table(table), ids, 3), exact)


@pytest.mark.parametrize("num_beams", [1, 4])
def test_sequence_log_prob_is_the_sum_of_generates_own_scores(num_beams: int) -> None:
    rng, lengths = random.Random(9), set()
    for i in range(15):
        model, t = MODELS[i % 3], rng.randint(1, 5)
        ids, eos = prompts(rng, 4, t, model.config.vocab_size), rng.randrange(7)
        beams = {"num_beams": num_beams, "num_return_sequences": num_beams, "length_penalty": 0.0}
        found = generate(model, ids, t + 7, eos_token_id=eos, **(beams if num_beams > 1 else {}))
        greedy = num_beams == 1  # beam search's scores are log-probabilities already
        steps = model.compute_transition_scores(
            found.sequences, found.scores, None if greedy else found.beam_indices, normalize_logits=greedy
        )
        for text, row in zip(found.sequences.tolist(), steps, strict=True):
            text = cut(text, t, eos)
            mine = LAB.sequence_log_prob(as_logits(model), torch.tensor([text]), t)
            torch.testing.assert_close(mine[0], row[: len(text) - t].sum(), **NEAR)
            lengths.add(len(text) - t)
    assert len(lengths) > 4


# ── what holds on any model ───────────────────────────────────────────────────────────────────────────────────────────


tables = st.integers(2, 5).flatmap(
    lambda v: st.lists(st.lists(st.floats(-8, 8, width=16), min_size=v, max_size=v), min_size=v, max_size=v)
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(tables, st.data())
def test_what_beam_search_returns_is_what_it_says(rows: list[list[float]], data: st.DataObject) -> None:
    table = torch.tensor(rows)
    n_vocab = len(table)
    token = st.integers(0, n_vocab - 1)
    ids = torch.tensor([data.draw(st.lists(token, min_size=1, max_size=4))])
    before, t = ids.clone(), ids.shape[1]
    max_length, num_beams = data.draw(st.integers(1, t + 6)), data.draw(st.integers(1, 8))
    num_return, ban, eos = (
        data.draw(st.integers(1, num_beams)),
        data.draw(st.integers(0, 3)),
        data.draw(st.none() | token),
    )

    model = from_table(table)
    found = LAB.beam_search(model, ids, max_length, num_beams, num_return, ban, eos)
    assert torch.equal(ids, before)
    assert 1 <= len(found) <= num_return
    totals = [total for _, total in found]
    assert totals == sorted(totals, reverse=True)
    assert len({text for text, _ in plain(found)}) == len(found)
    for (text, total), (tensor, _) in zip(plain(found), found, strict=True):
        assert tensor.dtype == torch.int64 and text[:t] == text_of(ids[0]) and len(text) <= max(t, max_length)
        exact = LAB.sequence_log_prob(model, tensor[None], t)
        torch.testing.assert_close(torch.tensor([total]), exact, **NEAR)
        assert eos not in text[t:-1]
        assert not any(repeats(text[:end], ban) for end in range(t + 1, len(text) + 1))
        over = len(text) >= max_length or (len(text) > t and text[-1] == eos)
        # Short of that a text stops only where every token would repeat an n-gram.
        assert over or all(repeats((*text, x), ban) for x in range(n_vocab))
    if num_beams == 1 and ban == 0:
        # Of tokens that tie, greedy search takes the first; beam search may take another.
        greedy = LAB.greedy_search(model, ids, max_length, eos)
        tied = any(row.topk(2).values.diff() == 0 for row in table.log_softmax(-1))
        assert tied or torch.equal(found[0][0], greedy[0])


@settings(max_examples=100, deadline=None, derandomize=True)
@given(tables, st.data())
def test_one_beam_is_greedy_search(rows: list[list[float]], data: st.DataObject) -> None:
    # No two tokens of a row are equally likely: of such, the two searches may take different ones.
    table = torch.tensor(rows) + torch.arange(len(rows)) / 7
    token = st.integers(0, len(table) - 1)
    ids, eos = torch.tensor([data.draw(st.lists(token, min_size=1, max_size=4))]), data.draw(st.none() | token)
    max_length = data.draw(st.integers(1, 12))
    model = from_table(table)
    ((text, _),) = LAB.beam_search(model, ids, max_length, 1, eos=eos)
    assert torch.equal(text, LAB.greedy_search(model, ids, max_length, eos)[0])


@settings(max_examples=100, deadline=None, derandomize=True)
@given(tables, st.integers(1, 6), st.floats(0.01, 1))
def test_filters_keep_the_most_likely_tokens_and_leave_their_input_alone(
    rows: list[list[float]], k: int, p: float
) -> None:
    logits = torch.tensor(rows)
    before = logits.clone()
    for filtered in (LAB.top_k_filter(logits, k), LAB.top_p_filter(logits, p), LAB.apply_temperature(logits, p)):
        assert torch.equal(logits, before) and filtered.shape == logits.shape
        kept = filtered > -math.inf
        assert bool(kept.any(-1).all())
        assert bool(
            (logits.masked_fill(kept, -math.inf).amax(-1) <= logits.masked_fill(~kept, math.inf).amin(-1)).all()
        )


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("apply_temperature", (0, 0.0, -1.0)),
        ("top_k_filter", (0, -3)),
        ("top_p_filter", (0.0, -0.2, 1.01, math.nan)),
    ],
)
def test_what_makes_no_sense_is_refused(name: str, values: tuple) -> None:
    for value in values:
        with pytest.raises(ValueError, match=str(value)):
            getattr(LAB, name)(torch.randn(2, 5), value)
