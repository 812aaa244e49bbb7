"""The weights of a published GPT-2 in a model of one's own."""

from __future__ import annotations

import re

import torch
from torch import Tensor, nn

# From the library's names to those of lab 2. The library keeps its linear maps as (inputs, outputs): those are turned.
NAMES = (
    (r"wte\.weight", "tokens.weight", False),
    (r"wpe\.weight", "positions.weight", False),
    (r"ln_f\.(weight|bias)", r"norm.\1", False),
    (r"h\.(\d+)\.ln_1\.(weight|bias)", r"blocks.\1.norm1.\2", False),
    (r"h\.(\d+)\.ln_2\.(weight|bias)", r"blocks.\1.norm2.\2", False),
    (r"h\.(\d+)\.attn\.c_attn\.(weight|bias)", r"blocks.\1.attention.qkv.\2", True),
    (r"h\.(\d+)\.attn\.c_proj\.(weight|bias)", r"blocks.\1.attention.proj.\2", True),
    (r"h\.(\d+)\.mlp\.c_fc\.(weight|bias)", r"blocks.\1.ff.0.\2", True),
    (r"h\.(\d+)\.mlp\.c_proj\.(weight|bias)", r"blocks.\1.ff.2.\2", True),
)
# Tables that older files carry along, and the head, which is the token embedding once more.
NO_WEIGHTS = re.compile(r"lm_head\.weight|h\.\d+\.attn\.(bias|masked_bias)")


def load_gpt2_weights(model: nn.Module, state_dict: dict[str, Tensor]) -> None:
    """Copies the weights of a GPT-2 from transformers into lab 2's `GPT`.

    model:      a `GPT(n_layer, d_model, heads, n_vocab, n_ctx)` of the same sizes
    state_dict: of a GPT2LMHeadModel or GPT2Model. Its tensors are copied, not shared
    Raises ValueError, and leaves the model as it was, where the two do not fit.
    """
    fresh: dict[str, Tensor] = {}
    for name, value in state_dict.items():
        name = name.removeprefix("transformer.")
        if NO_WEIGHTS.fullmatch(name):
            continue
        for pattern, ours, linear in NAMES:
            if match := re.fullmatch(pattern, name):
                fresh[match.expand(ours)] = value.T if linear and value.dim() == 2 else value
                break
        else:
            raise ValueError(f"{name!r} is no weight of a GPT-2: is this the state_dict() of a GPT2LMHeadModel?")

    own = dict(model.named_parameters(remove_duplicate=False))
    missing = [name for name in fresh if name not in own]
    if missing:
        raise ValueError(
            f"the model has no {missing[0]} ({len(missing)} in all are missing): is it as deep, with GPT's names?"
        )
    known = {id(own[name]) for name in fresh}
    left = [name for name, parameter in own.items() if id(parameter) not in known]
    if left:
        raise ValueError(
            f"the weights have nothing for {left[0]} ({len(left)} in all): is the model deeper than they are?"
        )
    for name, value in fresh.items():
        if own[name].shape != value.shape:
            raise ValueError(
                f"{name} is {tuple(own[name].shape)} in the model, but {tuple(value.shape)} in the weights"
            )
    with torch.no_grad():
        for name, value in fresh.items():
            own[name].copy_(value)
