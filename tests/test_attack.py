"""The fast attack draws what `model.generate` draws and scores what `predict` scores, only for many texts at a time."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import torch
from torch import Tensor

from helpers import as_logits, attack, load_language_model

transformers = pytest.importorskip("transformers")
VOCABULARY, END = 9, 0  # of the tiny GPT-2s
DRAWS = 4000
RARE = 1e-4  # the share of right samplers that a test of frequencies would refuse, were the seeds not fixed


class Letters:
    """A tokenizer with a letter for each token, and "." for the one that ends a text."""

    bos_token_id, eos_token_id = None, END
    names = ".bcdefghi"

    def __call__(self, text: str, verbose: bool = True) -> dict[str, list[int]]:
        return {"input_ids": [self.names.index(letter) for letter in text]}

    def batch_decode(self, rows: list[list[int]], skip_special_tokens: bool, **_: Any) -> list[str]:
        return ["".join(self.names[token] for token in row if token != END) for row in rows]


def tiny(seed: int = 0, **settings: Any) -> Any:
    """A GPT-2 with random weights, large enough that its probabilities differ well from one another."""
    torch.manual_seed(seed)
    sizes = {"vocab_size": VOCABULARY, "n_positions": 16, "n_embd": 12, "n_layer": 2, "n_head": 2}
    ends = {"bos_token_id": None, "eos_token_id": END, "pad_token_id": END}
    config = transformers.GPT2Config(**{**sizes, **ends, "initializer_range": 0.4, **settings})
    return transformers.GPT2LMHeadModel(config).eval()


def exact(
    model: Any, ids: list[int], steps: int, top_k: int | None, temperature: float
) -> dict[tuple[int, ...], float]:
    """Every continuation that can be drawn and its probability, by the definition and one prefix at a time."""
    running, ended = {(): 1.0}, {}
    for _ in range(steps):
        longer = {}
        for new, mass in running.items():
            logits = as_logits(model)(torch.tensor([[*ids, *new]]))[0, -1].double()
            if top_k:
                logits[logits < logits.sort(descending=True).values[top_k - 1]] = -torch.inf
            for token, p in enumerate((logits / temperature).softmax(-1).tolist()):
                if p:
                    (ended if token == END else longer)[(*new, token)] = mass * p
        running = longer
    return running | ended


def p_value(counts: Counter, probabilities: dict[Any, float]) -> float:
    """How likely frequencies as far from the probabilities are, by Pearson's chi-square; what is rare is pooled."""
    assert set(counts) <= set(probabilities), "drew what cannot be drawn"
    total = sum(counts.values())
    seen, expected, rare = [], [], [0.0, 0.0]
    for outcome, p in probabilities.items():
        if total * p >= 5:
            seen.append(counts[outcome])
            expected.append(total * p)
        else:
            rare = [rare[0] + counts[outcome], rare[1] + total * p]
    if rare[1] >= 5:
        seen.append(rare[0])
        expected.append(rare[1])
    s, e = torch.tensor(seen, dtype=torch.float64), torch.tensor(expected, dtype=torch.float64)
    return tail(((s - e).square() / e).sum(), len(seen) - 1)


def tail(statistic: Tensor, freedom: int) -> float:
    """The chance of a chi-square above the statistic."""
    assert freedom >= 3, "too few outcomes to tell samplers apart"
    return float(torch.special.gammaincc(torch.tensor(freedom / 2, dtype=torch.float64), statistic / 2))


def drawn(model: Any, context: str, n: int, steps: int, seed: int = 0, **settings: Any) -> list[tuple[int, ...]]:
    """New tokens of our draws. A text shorter than it could be ended, for the end is the one token left out of texts."""
    generate = attack.generator(model, Letters(), len(context) + steps, seed=seed, **settings)
    rows = [tuple(Letters()(text[len(context) :])["input_ids"]) for text in generate(context, n)]
    return [row if len(row) == steps else (*row, END) for row in rows]


SAMPLERS = [(None, 1.0), (3, 1.0), (4, 0.7), (None, 1.6)]


@pytest.mark.parametrize(("top_k", "temperature"), SAMPLERS)
def test_frequencies_are_the_exact_probabilities(top_k: int | None, temperature: float) -> None:
    model = tiny()
    probabilities = exact(model, [3, 1], 3, top_k, temperature)
    assert sum(probabilities.values()) == pytest.approx(1)
    ours = Counter(drawn(model, "db", DRAWS, 3, top_k=top_k, temperature=temperature))
    assert p_value(ours, probabilities) > RARE
    # The control: the library's own sampler passes the same test, and ours at another temperature does not.
    torch.manual_seed(1)
    rows = torch.tensor([[3, 1]]).expand(DRAWS, -1)
    settings = {"do_sample": True, "max_length": 5, "top_k": top_k or 0, "temperature": temperature}
    theirs = model.generate(rows, attention_mask=torch.ones_like(rows), **settings)[:, 2:].tolist()
    cut = Counter(tuple(row[: row.index(END) + 1]) if END in row else tuple(row) for row in theirs)
    assert p_value(cut, probabilities) > RARE
    other = Counter(drawn(model, "db", DRAWS, 3, top_k=top_k, temperature=temperature * 1.3))
    assert p_value(other, probabilities) < RARE


def test_tokens_as_likely_as_the_kth_stay() -> None:
    model = tiny()
    with torch.no_grad():  # the embedding is the output matrix too: equal rows make equal logits
        model.transformer.wte.weight[4:7] = model.transformer.wte.weight[3]
    for top_k in range(1, VOCABULARY):
        probabilities = exact(model, [1], 1, top_k, 1.0)
        counts = Counter(drawn(model, "b", 1000, 1, top_k=top_k))
        assert set(counts) <= set(probabilities)
        assert all(counts[new] for new, p in probabilities.items() if p > 0.02), (top_k, counts)


def test_draws_of_one_call_are_independent() -> None:
    """Draws share rows of the model while their texts are the same; the token of one says nothing of its neighbour's."""
    texts = drawn(tiny(), "db", 4 * DRAWS, 2, top_k=5, temperature=3.0)
    for place in range(2):
        # Neighbours with the same text so far, the one that is most common: there a shared row could tie them together.
        start = Counter(text[:place] for text in texts if END not in text[:place]).most_common(1)[0][0]
        neighbours = zip(texts[::2], texts[1::2], strict=True)
        both = Counter((a[place], b[place]) for a, b in neighbours if a[:place] == b[:place] == start)
        table = torch.tensor([[both[a, b] for b in range(VOCABULARY)] for a in range(VOCABULARY)], dtype=torch.float64)
        common = (table.sum(0) + table.sum(1)) ** 2 > 40 * table.sum()  # tokens expected in ten pairs or more
        table = table[common][:, common]
        expected = table.sum(1, keepdim=True) * table.sum(0, keepdim=True) / table.sum()
        freedom = (int(common.sum()) - 1) ** 2
        assert tail(((table - expected).square() / expected).sum(), freedom) > RARE, (place, table)


def test_sharing_rows_leaves_every_draw_its_own_past() -> None:
    """Each token of a long draw is among the k likeliest after exactly that draw's text, read whole and alone."""
    model = tiny(initializer_range=0.8)
    for text in drawn(model, "dbc", 60, 13, top_k=2):
        ids = torch.tensor([[3, 1, 2, *text]])
        likeliest = as_logits(model)(ids)[0, 2:-1].topk(2).indices
        assert (likeliest == ids[0, 3:, None]).any(-1).all()
    greedy = model.generate(torch.tensor([[3, 1, 2]]), do_sample=False, max_length=16)[0, 3:].tolist()
    assert set(drawn(model, "dbc", 5, 13, top_k=1)) == {tuple(greedy)}


def test_draws_alike_are_one_row() -> None:
    """What makes it fast, told by the rows that the model is given: one for the context, and only what differs after."""
    model, sizes = tiny(), []
    hook = model.register_forward_pre_hook(
        lambda _, args, kwargs: sizes.append(kwargs["input_ids"].shape), with_kwargs=True
    )
    texts = drawn(model, "dbc", 200, 6, top_k=3)
    hook.remove()
    alive = [{text[:i] for text in texts if END not in text[:i]} for i in range(6)]
    assert sizes == [(1, 3), *((len(prefixes), 1) for prefixes in alive[1:])]


def test_a_seed_gives_the_same_texts_and_leaves_torch_alone() -> None:
    model = tiny()
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first, second = (attack.generator(model, Letters(), 9, seed=3) for _ in range(2))
    runs = [[generate("db", 20) for _ in range(2)] for generate in (first, second)]
    assert torch.equal(before, torch.get_rng_state())
    assert runs[0] == runs[1] and runs[0][0] != runs[0][1]  # the second call goes on, it does not repeat the first
    assert attack.generator(model, Letters(), 9, seed=4)("db", 20) != runs[0][0]
    free = []
    for _ in range(2):  # without a seed, torch's own decides
        torch.manual_seed(5)
        free.append(attack.generator(model, Letters(), 9)("db", 20))
    assert free[0] == free[1]


def test_texts_end_at_the_end_and_at_max_length() -> None:
    model = tiny()
    texts = attack.generator(model, Letters(), 8, seed=0)("db", 300)
    lengths = Counter(map(len, texts))
    assert len(texts) == 300 and max(lengths) == 8 and len(lengths) > 3
    assert all(text.startswith("db") and "." not in text for text in texts)
    model.generation_config.eos_token_id = [4, 5]  # a model may have several, and its settings come first
    texts = attack.generator(model, Letters(), 8, seed=0)("db", 300)
    assert any(text.endswith("e") for text in texts) and any(text.endswith("f") for text in texts)
    assert not any("e" in text[:-1] or "f" in text[:-1] for text in texts)
    model.generation_config.eos_token_id = None  # then its tokenizer knows
    assert len(Counter(map(len, attack.generator(model, Letters(), 8, seed=0)("db", 300)))) > 3


def test_batches_larger_than_memory_are_drawn_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    model, sizes = tiny(), []
    probabilities = exact(model, [3, 1], 2, 4, 1.0)
    hook = model.register_forward_pre_hook(
        lambda _, args, kwargs: sizes.append(len(kwargs["input_ids"])), with_kwargs=True
    )
    monkeypatch.setattr(attack, "MEMORY", 4 * 7 * (2 * 2 * 12 * 4 + 3 * VOCABULARY))
    texts = drawn(model, "db", 1000, 2, top_k=4)
    hook.remove()
    assert len(texts) == 1000 and max(sizes) <= 7
    assert p_value(Counter(texts), probabilities) > RARE
    monkeypatch.setattr(attack, "MEMORY", 0)
    assert len(drawn(model, "db", 3, 2)) == 3


def test_an_empty_context_starts_from_a_special_token() -> None:
    model, tokenizer = tiny(), Letters()
    assert (
        p_value(Counter(attack.generator(model, tokenizer, 3, seed=0)("", 2000)), words(model, END, tokenizer)) > RARE
    )
    tokenizer.bos_token_id = 7
    assert p_value(Counter(attack.generator(model, tokenizer, 3, seed=0)("", 2000)), words(model, 7, tokenizer)) > RARE
    tokenizer.bos_token_id = tokenizer.eos_token_id = None
    with pytest.raises(ValueError, match="empty"):
        attack.generator(model, tokenizer, 3)("", 1)


def words(model: Any, first: int, tokenizer: Letters) -> dict[str, float]:
    """Texts of two new tokens after the first, and their probabilities."""
    masses: Counter = Counter()
    for new, p in exact(model, [first], 2, None, 1.0).items():
        masses[tokenizer.batch_decode([[first, *new]], True)[0]] += p
    return dict(masses)


def test_what_is_out_of_range_is_one_clear_error() -> None:
    model = tiny()
    for wrong, word in (
        ({"max_length": 0}, "1 to 16"),
        ({"max_length": 17}, "1 to 16"),
        ({"max_length": 9, "top_k": -1}, "top_k"),
        ({"max_length": 9, "temperature": 0.0}, "temperature"),
        ({"max_length": 9, "temperature": float("nan")}, "temperature"),
    ):
        with pytest.raises(ValueError, match=word):
            attack.generator(model, Letters(), **wrong)
    generate = attack.generator(model, Letters(), 5)
    for context, n, word in (("db", 0, "1 text or more"), ("dbcde", 1, "5 tokens long"), ("dbcd" * 5, 1, "up to 16")):
        with pytest.raises(ValueError, match=word):
            generate(context, n)
    assert len(attack.generator(model, Letters(), 9, top_k=0)("db", 2)) == 2  # 0, as in the library: no filter


def test_on_a_real_model_it_writes_what_follows_the_context(capfd) -> None:
    model, tokenizer = load_language_model("small-gpt2")
    capfd.readouterr()
    for context in ("The old woman said that", ' "Oh!" she said , twice .', "naïve 東京 🙂\n", ""):
        texts = attack.generator(model, tokenizer, 40, seed=0)(context, 6)
        assert all(text.startswith(context) and len(text) > len(context) for text in texts)
        assert len(set(texts)) == 6 and not any("<|" in text for text in texts)
        assert all(len(tokenizer(text)["input_ids"]) <= 40 for text in texts)
    with pytest.raises(ValueError, match="up to 256"):
        attack.generator(model, tokenizer, 40)("word " * 3000, 1)
    assert capfd.readouterr().err == ""


# -- scoring ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def classifier() -> Any:
    """A Detoxify object around a small BERT with random weights: its own `predict`, and no download."""
    detoxify = pytest.importorskip("detoxify")
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *("##" + letter for letter in letters)]
    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    config = transformers.BertConfig(vocab_size=len(vocabulary), **sizes, num_labels=6, initializer_range=0.3)
    ours = detoxify.Detoxify.__new__(detoxify.Detoxify)
    ours.model = transformers.BertForSequenceClassification(config)
    names = {token: i for i, token in enumerate(vocabulary)}
    ours.tokenizer = transformers.BertTokenizerFast(vocab=names, model_max_length=64)
    ours.class_names = ["toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack"]
    return ours


TEXTS = [("what a fine day " * (1 + 7 * i % 11))[: 3 + 13 * i % 150] for i in range(45)] + ["", "z", "what a fine day"]


@pytest.mark.parametrize("batch_size", [1, 7, 47, 64])
def test_scores_are_those_of_predict_in_the_order_given(classifier, batch_size: int, capfd) -> None:
    scores = attack.scorer(classifier, batch_size)(TEXTS)
    alone = [classifier.predict(text) for text in TEXTS]
    assert list(scores) == classifier.class_names
    for label, values in scores.items():
        expected = [one[label] for one in alone]
        assert max(expected) - min(expected) > 0.01  # else the order would not show
        assert values == pytest.approx(expected, abs=1e-5)
    assert capfd.readouterr().err == ""


def test_one_text_and_lists_of_one_and_of_none(classifier) -> None:
    classify = attack.scorer(classifier)
    one = classify("what a fine day")
    assert one == classifier.predict("what a fine day") and all(isinstance(value, float) for value in one.values())
    assert classify(["what a fine day"]) == {label: [value] for label, value in one.items()}
    assert classify([]) == {label: [] for label in classifier.class_names}


def test_scoring_takes_few_passes_over_texts_of_about_one_length(classifier, monkeypatch) -> None:
    shapes = []
    hook = lambda _, args, kwargs: shapes.append(tuple(kwargs["input_ids"].shape))  # noqa: E731
    classifier.model.register_forward_pre_hook(hook, with_kwargs=True)
    attack.scorer(classifier, batch_size=16)(TEXTS)
    assert [rows for rows, _ in shapes] == [16, 16, 16]
    assert shapes[0][1] < shapes[1][1] < shapes[2][1]
