"""Objects of earlier labs that a later one builds on. Written by `autograder release` from the solutions.

While an earlier lab is graded, its students' code cannot read this file.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class SelfAttention(nn.Module):
    """Multi-head self-attention with wide heads: every head works on all m dimensions.

    m:     width of a token
    heads: number of heads h
    """

    def __init__(self, m: int, heads: int = 8):
        super().__init__()
        self.m, self.heads = m, heads
        # Make self.tokeys, self.toqueries and self.tovalues (m → m·heads, without bias) and
        # self.mergeheads (m·heads → m, with bias).
        self.tokeys = nn.Linear(m, m * heads, bias=False)
        self.toqueries = nn.Linear(m, m * heads, bias=False)
        self.tovalues = nn.Linear(m, m * heads, bias=False)
        self.mergeheads = nn.Linear(m * heads, m)

    def forward(self, x: Tensor) -> Tensor:
        """x: (b, t, m) → (b, t, m)."""
        b, t, m = x.shape
        h = self.heads
        # One matrix product serves all heads; then every head gets its own m columns.
        keys = self.tokeys(x).view(b, t, h, m).transpose(1, 2)  # (b, h, t, m)
        queries = self.toqueries(x).view(b, t, h, m).transpose(1, 2)  # (b, h, t, m)
        values = self.tovalues(x).view(b, t, h, m).transpose(1, 2)  # (b, h, t, m)

        scores = queries @ keys.transpose(-2, -1) / math.sqrt(m)  # (b, h, t, t)
        y = F.softmax(scores, dim=-1) @ values  # (b, h, t, m)

        y = y.transpose(1, 2).reshape(b, t, h * m)  # the heads side by side again
        return self.mergeheads(y)  # (b, t, m)
        ### END SOLUTION


class CausalSelfAttention(nn.Module):
    """GPT-2's attention: heads that share the width, and no look into the future.

    m:     width of a token
    heads: number of heads; each is m / heads wide. ValueError if heads does not divide m
    """

    def __init__(self, m: int, heads: int):
        super().__init__()
        self.m, self.heads = m, heads
        # Make self.qkv (m → 3m: queries, keys, values, in this order) and self.proj (m → m), both with bias.
        if m % heads:
            raise ValueError(f"{heads} heads do not divide a width of {m}")
        self.qkv = nn.Linear(m, 3 * m)
        self.proj = nn.Linear(m, m)

    def forward(self, x: Tensor) -> Tensor:
        """x: (b, t, m) → (b, t, m); output i depends on tokens 0 … i only."""
        b, t, m = x.shape
        h, d = self.heads, m // self.heads
        q, k, v = self.qkv(x).split(m, dim=-1)  # three times (b, t, m)
        q, k, v = (part.view(b, t, h, d).transpose(1, 2) for part in (q, k, v))  # (b, h, t, d)

        scores = q @ k.transpose(-2, -1) / math.sqrt(d)  # (b, h, t, t)
        future = torch.ones(t, t, dtype=torch.bool, device=x.device).triu(1)
        y = F.softmax(scores.masked_fill(future, float("-inf")), dim=-1) @ v  # (b, h, t, d)

        return self.proj(y.transpose(1, 2).reshape(b, t, m))
        ### END SOLUTION
