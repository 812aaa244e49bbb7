"""The stage of `training_step`: a model and an optimizer, and a few steps with them."""

from __future__ import annotations

import numbers
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.refused import Refused


class _Past(nn.Module):
    """A small causal language model: each token is read together with the mean of all up to it."""

    def __init__(self, embedding: Tensor, head: Tensor):
        super().__init__()
        self.embedding, self.head = nn.Parameter(embedding.detach().clone()), nn.Parameter(head.detach().clone())

    def forward(self, ids: Tensor) -> Tensor:
        """ids: (b, t) int64 → logits (b, t, V)."""
        x = F.embedding(ids, self.embedding)  # (b, t, m)
        count = torch.arange(1, ids.shape[1] + 1, device=x.device, dtype=x.dtype)[:, None]
        return torch.tanh(x + x.cumsum(1) / count) @ self.head.T


def training(step: Callable, embedding: Tensor, head: Tensor, rate: float, *batches: Tensor) -> tuple[Tensor, ...]:
    """Calls step(model, optimizer, batch) for each batch (b, t) of ids, with momentum between the steps.

    embedding, head: (V, m), the model's parameters at the start
    returns: the losses (steps,) and both parameters afterwards
    """
    model = _Past(embedding, head)
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.5)
    losses = []
    for batch in batches:
        loss = step(model, optimizer, batch)
        if loss is None:
            raise Refused("Type", "The loss is None. Is a `return` missing?")
        if not isinstance(loss, numbers.Real):
            advice = " Use loss.item(): a tensor would keep the whole graph alive." if isinstance(loss, Tensor) else ""
            raise Refused("Type", f"The loss should be a float, but is a {type(loss).__name__}.{advice}")
        losses.append(float(loss))
    return torch.tensor(losses, dtype=torch.float64, device=embedding.device), model.embedding, model.head
