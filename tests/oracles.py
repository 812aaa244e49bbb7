"""What the decoding functions of lab 4 are held against: the library's `generate`, and searches that leave nothing out.

Nothing here knows the reference. Texts are tuples of token ids, prompt included; a beam is a text and the log-probability,
in nats, of what follows its prompt.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor
from transformers import GenerationMixin, GPT2Config, GPT2LMHeadModel, PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import CausalLMOutput

Text = tuple[int, ...]
Beams = list[tuple[Text, float]]
Longer = Callable[[Iterable[Text]], dict[Text, float]]

NOT_A_TEXT = -1e8  # nats; the library fills places that no text has taken with −10⁹


def tiny_gpt2(seed: int, n_vocab: int, n_layer: int, width: int) -> GPT2LMHeadModel:
    """A GPT-2 with random weights, so large that its decisions are clear. It has no token that ends a text."""
    torch.manual_seed(seed)
    config = GPT2Config(
        vocab_size=n_vocab,
        n_positions=24,
        n_embd=width,
        n_layer=n_layer,
        n_head=2,
        initializer_range=0.6,
        bos_token_id=None,
        eos_token_id=None,
    )
    return GPT2LMHeadModel(config).eval()


class TableLM(PreTrainedModel, GenerationMixin):
    """A language model that is a table: the logits of the next token are the row of the last one. `generate` takes it."""

    config_class = PretrainedConfig

    def __init__(self, logits: Tensor):
        super().__init__(PretrainedConfig(vocab_size=len(logits), num_hidden_layers=0))
        self.table = torch.nn.Parameter(logits.clone(), requires_grad=False)

    def forward(self, input_ids: Tensor, **_: Any) -> CausalLMOutput:
        return CausalLMOutput(logits=self.table[input_ids])

    def prepare_inputs_for_generation(self, input_ids: Tensor, attention_mask: Tensor, **_: Any) -> dict[str, Tensor]:
        return {"input_ids": input_ids, "attention_mask": attention_mask}


def generate(model: PreTrainedModel, prompts: Tensor, max_length: int, **options: Any) -> Any:
    """The library's own decoding, greedy unless `options` say otherwise, from prompts (b, t) without padding."""
    return model.generate(
        prompts,
        attention_mask=torch.ones_like(prompts),
        max_length=max_length,
        pad_token_id=options.get("eos_token_id") or 0,
        return_dict_in_generate=True,
        output_scores=True,
        output_logits=True,
        **({"do_sample": False} | options),
    )


def cut(text: Iterable[int], prompt_length: int, eos: int | None) -> Text:
    """A text up to the first `eos` behind its prompt: what follows there is padding."""
    tokens = tuple(text)
    ends = [i for i in range(prompt_length, len(tokens)) if tokens[i] == eos]
    return tokens[: ends[0] + 1] if ends else tokens


def generated_beams(
    model: PreTrainedModel, prompts: Tensor, max_length: int, num_beams: int, ban: int = 0, eos: int | None = None
) -> list[Beams]:
    """For each prompt all texts that the library's beam search finds, the most likely first."""
    options = {
        "num_beams": num_beams,
        "num_return_sequences": num_beams,
        "no_repeat_ngram_size": ban,
        "eos_token_id": eos,
    }
    if num_beams > 1:
        options |= {"length_penalty": 0.0, "early_stopping": False}
    found = generate(model, prompts, max_length, **options)
    texts = [cut(text, prompts.shape[1], eos) for text in found.sequences.tolist()]
    if num_beams > 1:
        totals = found.sequences_scores
    else:  # then it is greedy search, which keeps no scores; a ban is no part of its logits
        steps = torch.stack(found.logits, 1).log_softmax(-1).gather(-1, found.sequences[:, prompts.shape[1] :, None])
        totals = torch.stack(
            [row[: len(text) - prompts.shape[1]].sum() for row, text in zip(steps, texts, strict=True)]
        )
    beams = list(zip(texts, totals.tolist(), strict=True))
    rows = [beams[i : i + num_beams] for i in range(0, len(beams), num_beams)]
    return [[beam for beam in row if beam[1] > NOT_A_TEXT] for row in rows]


def longer_by_model(model: Callable[[Tensor], Tensor], prompt_length: int) -> Longer:
    """All texts one token longer than the given ones, asked of the model one length at a time."""
    known: dict[Text, float] = {}

    def longer(texts: Iterable[Text]) -> dict[Text, float]:
        texts = list(texts)
        steps = model(torch.tensor(texts))[:, -1].double().log_softmax(-1).tolist()
        more = {
            (*text, token): (known[text] if len(text) > prompt_length else 0.0) + step
            for text, row in zip(texts, steps, strict=True)
            for token, step in enumerate(row)
        }
        known.update(more)
        return more

    return longer


def every_text(model: Callable[[Tensor], Tensor], prompt: Text, max_length: int, n_vocab: int) -> dict[Text, float]:
    """Every text that goes on from the prompt, of all lengths up to `max_length`, and its log-probability."""
    new = max_length - len(prompt)
    endings = torch.cartesian_prod(*[torch.arange(n_vocab)] * new).view(-1, new)
    texts = torch.cat([torch.tensor([prompt]).expand(len(endings), -1), endings], dim=1)
    log_p = model(texts).double().log_softmax(-1)[:, :-1].gather(-1, texts[:, 1:, None])[..., 0]
    totals = log_p[:, len(prompt) - 1 :].cumsum(1).tolist()
    return {
        tuple(text[: len(prompt) + i + 1]): total
        for text, row in zip(texts.tolist(), totals, strict=True)
        for i, total in enumerate(row)
    }


def longer_by_list(every: dict[Text, float]) -> Longer:
    """All texts one token longer than the given ones, looked for among every text there is."""

    def longer(texts: Iterable[Text]) -> dict[Text, float]:
        wanted = set(texts)
        return {text: total for text, total in every.items() if text[:-1] in wanted}

    return longer


def repeats(text: Text, n: int) -> bool:
    """Whether the last n tokens of a text are in it before."""
    return n > 0 and text[-n:] in [text[i : i + n] for i in range(len(text) - n)]


def plain_search(
    longer: Longer, prompt: Text, max_length: int, num_beams: int, ban: int = 0, eos: int | None = None
) -> tuple[Beams, float]:
    """What beam search is defined as: at every length the best of finished texts and of the kept ones' continuations.

    Returns the beams, and the smallest difference in nats on which their choice or their order depended.
    """
    kept, closest = {prompt: 0.0}, math.inf
    for _ in range(len(prompt), max_length):
        finished = {text: total for text, total in kept.items() if text != prompt and text[-1] == eos}
        running = kept.keys() - finished.keys()
        if not running:
            break
        more = {t: total for t, total in longer(running).items() if total > -math.inf and not repeats(t, ban)}
        best = sorted((finished | more).items(), key=lambda beam: -beam[1])
        if not best:
            break
        closest = min([closest, *(a - b for (_, a), (_, b) in pairwise(best[: num_beams + 1]))])
        kept = dict(best[:num_beams])
    return list(kept.items()), closest
