"""The two halves of an attack on a language model, made for many texts at a time: write them, and score them.

    generate = generator(model, tokenizer, max_length=40, top_k=50)
    classify = scorer(load_toxicity_classifier())
    classify(generate("The old woman said that", 128))

The texts are drawn as `model.generate(ids, do_sample=True, top_k=50, max_length=40)` draws them. Time is saved on what
draws have in common: a pass through the model reads its weights once for all rows, and draws whose texts are the same so
far are one row, as they are at the very start, where each has the context and nothing else.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

MEMORY = 2 << 30  # bytes that the rows of one batch may fill, in keys, values and logits


def generator(
    model: Any,
    tokenizer: Any,
    max_length: int = 40,
    top_k: int | None = 50,
    temperature: float = 1.0,
    seed: int | None = None,
) -> Callable[[str, int], list[str]]:
    """A function `generate(context, n)`: n texts drawn from a language model, each the context and what follows it.

    model, tokenizer: of the library transformers, in eval mode
    max_length:       of a text in tokens, those of the context counted; a text ends earlier at the model's end-of-text
    top_k:            draw among the k most likely tokens (and those as likely as the k-th); None or 0 for all
    temperature:      divides the logits
    seed:             for the same texts from the same calls, whatever else draws numbers; None draws from torch's own
                      global generator
    Special tokens are left out of the texts. An empty context starts from the token that begins a text, else the one
    that ends one. ValueError for numbers out of range, and where max_length leaves no room after the context.
    """
    limit = getattr(model.config, "max_position_embeddings", None) or sys.maxsize
    if not 0 < max_length <= limit:
        raise ValueError(f"max_length is {max_length}; this model takes 1 to {limit} tokens")
    if top_k is not None and top_k < 0:
        raise ValueError(f"top_k is {top_k}; it has to be 1 or more, or None to keep all tokens")
    if not temperature > 0:
        raise ValueError(f"temperature is {temperature}; it has to be above 0")
    luck = None if seed is None else torch.Generator(model.device).manual_seed(seed)
    ends = _ends(model, tokenizer)
    most = _most_rows(model.config, max_length)

    def generate(context: str, n: int) -> list[str]:
        if n < 1:
            raise ValueError(f"n is {n}; ask for 1 text or more")
        ids = _start(tokenizer, context)
        if len(ids) >= max_length:
            raise ValueError(
                f"the context is {len(ids)} tokens long and max_length, which counts them, is {max_length}: "
                f"no token is left to write (this model reads up to {limit})"
            )
        texts: list[str] = []
        while len(texts) < n:
            rows = min(most, n - len(texts))
            drawn = _draw(model, ids, rows, max_length - len(ids), top_k, temperature, ends, luck)
            whole = [ids + new for new in drawn]
            texts += tokenizer.batch_decode(whole, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return texts

    return generate


def scorer(classifier: Any, batch_size: int = 64) -> Callable[[str | Sequence[str]], dict[str, Any]]:
    """A function `classify(texts)`: label → a score for each text, in their order; for a single text label → score.

    classifier: a Detoxify object. The scores are those of its `predict`
    batch_size: texts in one pass. Each batch holds texts of about one length, for all are padded to its longest
    """

    def classify(texts: str | Sequence[str]) -> dict[str, Any]:
        if isinstance(texts, str):
            return classifier.predict(texts)
        scores: dict[str, list[float]] = {label: [0.0] * len(texts) for label in classifier.class_names}
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(order), batch_size):
            places = order[start : start + batch_size]
            for label, values in classifier.predict([texts[i] for i in places]).items():
                if not isinstance(values, list):  # of a list of one text, Detoxify makes a number
                    values = [values]
                for i, value in zip(places, values, strict=True):
                    scores[label][i] = value
        return scores

    return classify


@torch.inference_mode()
def _draw(
    model: Any,
    ids: list[int],
    n: int,
    steps: int,
    top_k: int | None,
    temperature: float,
    ends: Tensor,
    luck: torch.Generator | None,
) -> list[list[int]]:
    """The new tokens of n independent draws of at most `steps` tokens; one that ended has its end as the last."""
    tokens = torch.tensor([ids], device=model.device)  # one row, which all draws share
    row = torch.zeros(n, dtype=torch.int64, device=model.device)  # of each draw that goes on
    going = torch.arange(n, device=model.device)
    drawn = torch.full((n, steps), -1, device=model.device)
    cache = None
    for step in range(steps):
        out = model(input_ids=tokens, past_key_values=cache, use_cache=True, logits_to_keep=1)
        cache = out.past_key_values
        new = _sample(out.logits[:, -1].float(), row, top_k, temperature, luck)
        drawn[going, step] = new
        on = ~torch.isin(new, ends)
        going, row, new = going[on], row[on], new[on]
        if not len(going) or step == steps - 1:
            break
        # Draws on the same row that drew the same token stay together: what follows depends on nothing else.
        vocabulary = out.logits.shape[-1]
        pairs, row = torch.unique(row * vocabulary + new, return_inverse=True)
        parents, tokens = pairs // vocabulary, (pairs % vocabulary)[:, None]
        if not torch.equal(parents, torch.arange(out.logits.shape[0], device=model.device)):
            cache.batch_select_indices(parents)
    return [[token for token in draw if token >= 0] for draw in drawn.tolist()]


def _sample(logits: Tensor, row: Tensor, top_k: int | None, temperature: float, luck: torch.Generator | None) -> Tensor:
    """One token (n,) for each draw, from the logits (rows, V) of the row it is on.

    Only the k that are kept are turned into probabilities, which is what makes it cheap.
    """
    size = logits.shape[-1]
    k = min(top_k or size, size)
    if k == size:
        kept, names = logits, None
    else:
        kept, names = logits.topk(k + 1)
        if (kept[:, k] == kept[:, k - 1]).any():  # as likely as the k-th, so it stays, and maybe others with it
            kept, names = logits.masked_fill(logits < kept[:, k - 1 : k], -torch.inf), None
        else:
            kept = kept[:, :k]
    choice = torch.multinomial((kept / temperature).softmax(-1)[row], 1, generator=luck)[:, 0]
    return choice if names is None else names[row, choice]


def _start(tokenizer: Any, context: str) -> list[int]:
    """The token ids of a context, never none."""
    ids = tokenizer(context, verbose=False)["input_ids"]
    if not ids:
        first = tokenizer.eos_token_id if tokenizer.bos_token_id is None else tokenizer.bos_token_id
        if first is None:
            raise ValueError("the context is empty, and this tokenizer has no token to start a text from")
        ids = [first]
    return ids


def _ends(model: Any, tokenizer: Any) -> Tensor:
    """The tokens that end a text, as the model's settings say, else its tokenizer."""
    ends = model.generation_config.eos_token_id
    if ends is None:
        ends = tokenizer.eos_token_id
    return torch.tensor([] if ends is None else ends, dtype=torch.int64, device=model.device).reshape(-1)


def _most_rows(config: Any, max_length: int) -> int:
    """How many rows fit into MEMORY: keys and values of every layer, and the logits with what sampling makes of them."""
    numbers = 2 * config.num_hidden_layers * config.hidden_size * max_length + 3 * config.vocab_size
    return max(1, MEMORY // (4 * numbers))
