"""A model of the library transformers as a plain function, ids → logits, that does not read the same text twice."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


@dataclass
class _Read:
    """What the model has read last: texts (n, t), their logits (n, t, V), and its keys and values for them."""

    ids: Tensor
    logits: Tensor
    cache: Any

    def rows(self, ids: Tensor) -> Tensor | None:
        """Which of the texts each row of ids (b, t' ≥ t) begins with: (b,) row numbers, or None if some row is new."""
        length = self.ids.shape[1]
        if ids.shape[1] < length:
            return None
        same = (ids[:, None, :length] == self.ids).all(-1)  # (b, n)
        return same.int().argmax(-1) if bool(same.any(-1).all()) else None


def as_logits(model: Any, remember: bool = True) -> Callable[[Tensor], Tensor]:
    """A model of the library transformers as a plain function: ids (b, t) int64 → logits (b, t, V), without gradients.

    remember: whether texts that go on where the last call's ended are read from there, with the model's cache of keys and
              values. It changes the time and, in the last digits, rounding; nothing else
    There is no padding: all rows are text. The function raises ValueError where t is 0 or more than the model can read.
    """
    limit = getattr(model.config, "max_position_embeddings", None) or sys.maxsize
    last: _Read | None = None

    def logits(ids: Tensor) -> Tensor:
        nonlocal last
        if ids.dim() != 2 or not 0 < ids.shape[1] <= limit:
            raise ValueError(f"ids are {tuple(ids.shape)}; this model reads (b, t) with 1 ≤ t ≤ {limit}")
        given, ids = ids, ids.to(model.device)
        with torch.no_grad():
            if not remember:
                return model(input_ids=ids, use_cache=False).logits.to(given.device)
            read, last = last, None  # forgotten, should anything go wrong halfway
            rows = read.rows(ids) if read else None
            if rows is None:
                out = model(input_ids=ids, use_cache=True)
                found, cache = out.logits, out.past_key_values
            else:
                found, cache = read.logits[rows], read.cache
                cache.batch_select_indices(rows)
                if new := ids.shape[1] - found.shape[1]:
                    out = model(input_ids=ids[:, -new:], past_key_values=cache, use_cache=True)
                    found, cache = torch.cat([found, out.logits], dim=1), out.past_key_values
            last = _Read(ids.clone(), found, cache)
            return found.to(given.device, copy=True)  # whoever changes it in place does not change our memory

    return logits
