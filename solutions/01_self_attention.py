# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Lab 1: Self-attention
#
# You will build the one operation that makes a Transformer a Transformer, from a weighted average to the
# attention layer of GPT.

# %% tags=["setup"]
from helpers import check, figures, progress, quiz

# %%
import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# %% [markdown]
# ### Exercise 1: `attention_weights` (2 points)

# %% nbgrader={"grade": false, "grade_id": "attention_weights", "locked": false, "schema_version": 3, "solution": true, "task": false}
def attention_weights(x: Tensor) -> Tensor:
    """How much each token listens to each other one, without any scaling.

    x:       (b, t, m)  a batch of b sequences of t tokens, m numbers each
    returns: (b, t, t)  row i holds the weights of token i over all tokens j; each row sums to 1
    """
    ### BEGIN SOLUTION
    similarity = x @ x.transpose(1, 2)  # (b, t, t): entry i, j is x_i · x_j
    return F.softmax(similarity, dim=-1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_attention_weights", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check("attention_weights")
### BEGIN HIDDEN TESTS
from helpers.checking import require

require("attention_weights")
_x = torch.randn(3, 5, 7, dtype=torch.float64)
_w = attention_weights(_x)
assert _w.shape == (3, 5, 5)
assert torch.allclose(_w.sum(-1), torch.ones(3, 5, dtype=_w.dtype)), "each row must sum to one"
_order = torch.randperm(5)
assert torch.allclose(attention_weights(_x[:, _order]), _w[:, _order][:, :, _order]), "tokens have no order here"
assert torch.allclose((_w[:, 0, 1] / _w[:, 0, 2]).log(), (_x[:, 0] * (_x[:, 1] - _x[:, 2])).sum(-1))
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 2: `scaled_dot_product` (3 points)

# %% nbgrader={"grade": false, "grade_id": "scaled_dot_product", "locked": false, "schema_version": 3, "solution": true, "task": false}
def scaled_dot_product(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Attention of t queries over s keys and their values, scores divided by the root of the query width.

    q:       (..., t, d)  queries
    k:       (..., s, d)  keys
    v:       (..., s, e)  values
    mask:    bool, broadcastable to (..., t, s); True where a query may attend. None: everywhere
    returns: y (..., t, e), the weighted averages of the values, and w (..., t, s), the weights.
             A query that may attend to nothing gets zeros in both, never NaN.
    """
    ### BEGIN SOLUTION
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])  # (..., t, s)
    if mask is None:
        w = F.softmax(scores, dim=-1)
    else:
        # The lowest finite number instead of -inf: a row of nothing but -inf would be 0/0, in its gradient too.
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        w = F.softmax(scores, dim=-1).masked_fill(~mask, 0.0)
    return w @ v, w
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_scaled_dot_product", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
check("scaled_dot_product")
### BEGIN HIDDEN TESTS
from helpers.checking import require

require("scaled_dot_product")
_q, _k, _v = torch.randn(2, 3, 5, 7), torch.randn(2, 3, 9, 7), torch.randn(2, 3, 9, 11)
_mask = torch.rand(5, 9) > 0.4
_mask[1], _mask[2] = False, True
_y, _w = scaled_dot_product(_q, _k, _v, _mask)
assert torch.equal(_y[..., 1, :], torch.zeros(2, 3, 11)) and torch.equal(_w[..., 1, :], torch.zeros(2, 3, 9))
assert torch.allclose(_w[..., 2, :].sum(-1), torch.ones(2, 3)) and not _w[..., ~_mask].any()
_expected = F.scaled_dot_product_attention(_q, _k, _v)
assert torch.allclose(scaled_dot_product(_q, _k, _v)[0], _expected, atol=1e-5)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 3: `dot_product_variance` (1 point)

# %% nbgrader={"grade": false, "grade_id": "dot_product_variance", "locked": false, "schema_version": 3, "solution": true, "task": false}
def dot_product_variance(d: int) -> float:
    """The exact variance of q·k when all 2d entries of q and k are independent and standard normal.

    d:       number of entries of q, and of k
    returns: the variance (not an estimate of it), as a float
    """
    ### BEGIN SOLUTION
    return float(d)  # d independent products, each of mean 0 and variance 1 · 1
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_dot_product_variance", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check("dot_product_variance")
### BEGIN HIDDEN TESTS
from helpers.checking import require

require("dot_product_variance")
_d = int(torch.randint(20, 200, ()))
_measured = float((torch.randn(20_000, _d) * torch.randn(20_000, _d)).sum(-1).var())
assert abs(dot_product_variance(_d) / _measured - 1) < 0.1
assert isinstance(dot_product_variance(_d), float)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 4: `SelfAttention` (6 points)

# %% nbgrader={"grade": false, "grade_id": "SelfAttention", "locked": false, "schema_version": 3, "solution": true, "task": false}
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
        ### BEGIN SOLUTION
        self.tokeys = nn.Linear(m, m * heads, bias=False)
        self.toqueries = nn.Linear(m, m * heads, bias=False)
        self.tovalues = nn.Linear(m, m * heads, bias=False)
        self.mergeheads = nn.Linear(m * heads, m)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """x: (b, t, m) → (b, t, m)."""
        ### BEGIN SOLUTION
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


# %% nbgrader={"grade": true, "grade_id": "test_SelfAttention", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
check("SelfAttention")
### BEGIN HIDDEN TESTS
from helpers.checking import require

require("SelfAttention")
_layer, _x = SelfAttention(5, heads=3), torch.randn(2, 7, 5)
_y = _layer(_x)
assert sum(p.numel() for p in _layer.parameters()) == 4 * 3 * 5 * 5 + 5
_order = torch.randperm(7)
assert torch.allclose(_layer(_x[:, _order]), _y[:, _order], atol=1e-5), "permuting tokens permutes outputs"
assert torch.allclose(_layer(_x[:1]), _y[:1], atol=1e-5), "sequences of a batch must not see each other"
_parts = [w.view(3, 5, 5) for w in (_layer.toqueries.weight, _layer.tokeys.weight, _layer.tovalues.weight)]
_q, _k, _v = (torch.einsum("btm,hnm->bhtn", _x, w) for w in _parts)
_heads = F.scaled_dot_product_attention(_q, _k, _v).transpose(1, 2).flatten(2)
assert torch.allclose(_layer.mergeheads(_heads), _y, atol=1e-5)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 5: `causal_mask` (1 point)

# %% nbgrader={"grade": false, "grade_id": "causal_mask", "locked": false, "schema_version": 3, "solution": true, "task": false}
def causal_mask(t: int, device: torch.device | str | None = None) -> Tensor:
    """Which token may look at which, when none may look into the future.

    t:       number of tokens
    device:  where to make the mask; None: torch's default
    returns: (t, t) bool, True at [i, j] where token i may attend to token j, that is where j ≤ i
    """
    ### BEGIN SOLUTION
    return torch.ones(t, t, dtype=torch.bool, device=device).tril()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_causal_mask", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check("causal_mask")
### BEGIN HIDDEN TESTS
from helpers.checking import require

require("causal_mask")
_t = int(torch.randint(3, 12, ()))
_mask = causal_mask(_t)
assert _mask.dtype == torch.bool and _mask.shape == (_t, _t)
assert _mask.sum(-1).tolist() == list(range(1, _t + 1)) and bool(_mask.diagonal().all())
assert not _mask[0, 1:].any(), "the first token sees only itself"
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 6: `CausalSelfAttention` (5 points)

# %% nbgrader={"grade": false, "grade_id": "CausalSelfAttention", "locked": false, "schema_version": 3, "solution": true, "task": false}
class CausalSelfAttention(nn.Module):
    """GPT-2's attention: heads that share the width, and no look into the future.

    m:     width of a token
    heads: number of heads; each is m / heads wide. ValueError if heads does not divide m
    """

    def __init__(self, m: int, heads: int):
        super().__init__()
        self.m, self.heads = m, heads
        # Make self.qkv (m → 3m: queries, keys, values, in this order) and self.proj (m → m), both with bias.
        ### BEGIN SOLUTION
        if m % heads:
            raise ValueError(f"{heads} heads do not divide a width of {m}")
        self.qkv = nn.Linear(m, 3 * m)
        self.proj = nn.Linear(m, m)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """x: (b, t, m) → (b, t, m); output i depends on tokens 0 … i only."""
        ### BEGIN SOLUTION
        b, t, m = x.shape
        h, d = self.heads, m // self.heads
        q, k, v = self.qkv(x).split(m, dim=-1)  # three times (b, t, m)
        q, k, v = (part.view(b, t, h, d).transpose(1, 2) for part in (q, k, v))  # (b, h, t, d)

        scores = q @ k.transpose(-2, -1) / math.sqrt(d)  # (b, h, t, t)
        future = torch.ones(t, t, dtype=torch.bool, device=x.device).triu(1)
        y = F.softmax(scores.masked_fill(future, float("-inf")), dim=-1) @ v  # (b, h, t, d)

        return self.proj(y.transpose(1, 2).reshape(b, t, m))
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_CausalSelfAttention", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
check("CausalSelfAttention")
### BEGIN HIDDEN TESTS
from helpers.checking import require

require("CausalSelfAttention")
_layer, _x = CausalSelfAttention(15, heads=3), torch.randn(2, 7, 15)
_y = _layer(_x)
_changed = _x.clone()
_changed[:, 4] += 1.0
assert torch.allclose(_layer(_changed)[:, :4], _y[:, :4], atol=1e-6), "a later token changed an earlier output"
assert not torch.allclose(_layer(_changed)[:, 5:], _y[:, 5:], atol=1e-4), "the past must matter"
_q, _k, _v = (p.view(2, 7, 3, 5).transpose(1, 2) for p in _layer.qkv(_x).chunk(3, dim=-1))
_heads = F.scaled_dot_product_attention(_q, _k, _v, is_causal=True).transpose(1, 2).flatten(2)
assert torch.allclose(_layer.proj(_heads), _y, atol=1e-5)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 7: `gpt_parameter_count` (2 points)

# %% nbgrader={"grade": false, "grade_id": "gpt_parameter_count", "locked": false, "schema_version": 3, "solution": true, "task": false}
def gpt_parameter_count(n_layer: int, d_model: int, n_vocab: int, n_ctx: int) -> int:
    """The exact number of parameters of a GPT-2 style model.

    n_layer: number of blocks
    d_model: width of a token
    n_vocab: number of different tokens
    n_ctx:   largest number of tokens in a sequence
    """
    ### BEGIN SOLUTION
    d = d_model
    norm = 2 * d  # gain and bias
    attention = (d * 3 * d + 3 * d) + (d * d + d)  # queries, keys and values; then the projection
    mlp = (d * 4 * d + 4 * d) + (4 * d * d + d)  # out to four times the width and back
    block = norm + attention + norm + mlp
    embeddings = n_vocab * d + n_ctx * d  # the output head reuses the token embeddings
    return embeddings + n_layer * block + norm
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_gpt_parameter_count", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check("gpt_parameter_count")
### BEGIN HIDDEN TESTS
from helpers.checking import require

require("gpt_parameter_count")
_layers, _width, _vocab, _context = (int(n) for n in torch.randint(3, 40, (4,)))
_base = gpt_parameter_count(_layers, _width, _vocab, _context)
assert gpt_parameter_count(_layers + 1, _width, _vocab, _context) - _base == 12 * _width**2 + 13 * _width
assert gpt_parameter_count(_layers, _width, _vocab + 1, _context) - _base == _width
assert gpt_parameter_count(_layers, _width, _vocab, _context + 1) - _base == _width
assert gpt_parameter_count(12, 768, 50257, 1024) == 124_439_808
### END HIDDEN TESTS
