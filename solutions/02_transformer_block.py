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
# # Lab 2: The Transformer block, and a GPT of your own
#
# In lab 1 you built self-attention. A Transformer is mostly that layer and three modest things around it, stacked many times. In this lab you build
# all of it. At the end a GPT made of nothing but your own classes learns to write, letter by letter; and then the weights of a published
# model are poured into it, and it gives that model's answers.
#
# | part | what you build |
# |---|---|
# | 1 to 4 | why attention alone cannot be stacked, and what helps: `layer_norm` |
# | 5 and 6 | the block of 2017 and the block of GPT-2: `TransformerBlock`, `PreNormBlock` |
# | 7 | where a token stands: `sinusoidal_positions` |
# | 8 and 9 | the whole model, and how it learns: `GPT`, `training_step` |
# | 10 and 11 | training your GPT on a book; then the real thing |
#
# **How it works.** As in lab 1: write your answer where you read `# YOUR CODE HERE`, in place of the line below it, run the cell, then the
# `check(...)` cell under it. Quizzes explain every choice, so open the wrong ones too. There are 20 points, and about two and a half hours of work.
# A few cells train a model, for up to two minutes; while they run they show how far they are and how long it will still take.
#
# **Shapes**: `b` sequences in a batch, `t` tokens in a sequence, `m` or `k` numbers in the vector of a token (papers write `d_model`), `h` heads, and `V` different
# tokens in the vocabulary.

# %% tags=["setup"]
from helpers import check, figures, progress, quiz

# %%
import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import helpers
from helpers.given import CausalSelfAttention, SelfAttention  # lab 1's layers: those you built, or would have

torch.set_num_threads(1)  # these models are small: on a busy machine more threads would only wait for each other

# %% [markdown]
# ## 1. Attention alone cannot be stacked
#
# One attention layer lets each token hear the others once. To understand a sentence takes more than one round, so layers are stacked: 12 in the smallest
# GPT-2, 96 in GPT-3. What happens if we just do that: the output of one attention layer into the next, 24 times?
#
# We measure, on random tokens and untrained layers. Three things matter in a stack: how large the numbers are on the way **forward** (their
# standard deviation), how large the gradient is on the way **back**, and whether the tokens can still be told apart at the end (their mean cosine
# similarity: 1 means that all point in the same direction).

# %%
depth, width = 24, 32


def measure(block, scale: float = 1.0) -> tuple[list[float], list[float]]:
    """Sends random tokens through `depth` blocks; the spread of the tokens and the size of the gradient, before each block and at the end.

    block: block(x, attention, mlp) gives the tokens after one block; scale: multiplies all weights
    """
    torch.manual_seed(0)
    states = [torch.randn(8, 16, width, requires_grad=True)]  # 8 sequences of 16 tokens
    for _ in range(depth):
        attention = SelfAttention(width, heads=2)
        mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.ReLU(), nn.Linear(4 * width, width))
        with torch.no_grad():
            for parameter in (*attention.parameters(), *mlp.parameters()):
                parameter.mul_(scale)
        states.append(block(states[-1], attention, mlp))
    last = states[-1]
    alike = F.cosine_similarity(last[:, :1], last[:, 1:], dim=-1).mean().item()
    gradients = torch.autograd.grad((last * torch.randn_like(last)).sum(), states)
    back = [gradient.norm().item() / gradients[-1].norm().item() for gradient in gradients]
    name = f"{block.__name__}, weights × {scale}:"
    print(f"{name:32} spread {last.std():.2g}, gradient at the first block {back[0]:.2g}, likeness {alike:.2f}")
    return [x.std().item() for x in states], back


def attention_alone(x: Tensor, attention, mlp) -> Tensor:
    return attention(x)


alone = measure(attention_alone)

# %% [markdown]
# The numbers have become small, which would do no harm by itself. But two things went wrong.
#
# * **All tokens have become the same.** A weighted average lies *between* the things it averages. Average again and again, and everything ends up in the
#   middle. After 24 layers the tokens of a sequence are one and the same vector: what each one was is forgotten.
# * **The gradient is gone**: about $10^{-12}$ of it reaches the first layer. Each layer, with its fresh small weights, passes on a fraction of what comes back, and 24 fractions multiply to nothing. The first layers would hardly learn at all.
#
# ## 2. The residual stream
#
# The remedy is one plus sign. A layer does not *replace* the tokens; it **adds** to them:
#
# $$x \leftarrow x + \text{attention}(x)$$
#
# This is a **residual connection**, known from image recognition since 2015, where it made networks of over a hundred layers trainable. Think of a stream that
# flows through the whole model, `m` numbers wide for each token. Layers read from it and write into it; what none of them overwrites flows on. So the
# last layer can still read what the first token was, and a layer that has nothing to say simply adds (almost) nothing.


# %%
def with_residual(x: Tensor, attention, mlp) -> Tensor:
    return x + attention(x)


figures.deep_stack({"attention alone": alone, "with residual": measure(with_residual)})

# %% [markdown]
# The right panel has a simple reason. Write $f$ for the layer. By the chain rule, the gradient of $f(x)$ comes back multiplied by $f'$: small, here, in every layer, so 24 times small
# is nothing. The gradient of $x + f(x)$ comes back multiplied by $1 + f'$. The 1 is a way back on which nothing is lost, however deep the stack.

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 1
quiz(
    "In a stack with residual connections, one layer's weights are all set to zero, biases too. What does the model do?",
    [
        (
            "It works on as if that layer were not there",
            True,
            "x + 0 = x. The stream passes the layer untouched, forward and back. So a residual layer starts from “change nothing” and has to learn only what is worth "
            "changing: the residue, from which the name comes.",
        ),
        (
            "All tokens after it are zero",
            False,
            "That is what would happen without the residual connection: the layer's output would be all there is.",
        ),
        (
            "No gradient reaches the layers before it",
            False,
            "It reaches them over the other way, the sum: the derivative of x + f(x) is 1 + f′, and only f′ is zero here.",
        ),
        (
            "The tokens after it are all alike",
            False,
            "Alike is what much averaging makes them. This layer averages nothing into the stream.",
        ),
    ],
)

# %% [markdown]
# ## 3. The little MLP
#
# Attention moves information between tokens. Does it also *think* about it? Look at what one head does with the values: it multiplies them by a matrix, and averages. For given weights that is **linear**.
# On a sequence of a single token, where the only weight is 1, the whole layer is a linear map plus a constant. A linear $f$ has $f(x + y) + f(0) = f(x) + f(y)$:

# %%
torch.manual_seed(0)
layer = SelfAttention(width, heads=2)
mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.ReLU(), nn.Linear(4 * width, width))
x, y, zero = torch.randn(1, 1, width), torch.randn(1, 1, width), torch.zeros(1, 1, width)  # sequences of one token
for name, f in (("attention", layer), ("MLP", mlp)):
    print(f"{name:9} |f(x + y) + f(0) − f(x) − f(y)| = {(f(x + y) + f(zero) - f(x) - f(y)).abs().max():.1g}")

# %% [markdown]
# So each block gets a second half: a small **multi-layer perceptron** (MLP, or *feed-forward* layer) that works on each token alone: out to four times the width, through a function with
# a kink or a bend (a *non-linearity*: ReLU, or GELU), and back. Attention gathers; the MLP works on what was gathered. It, too, adds to the stream. And it is not that little: by your count in lab 1 it
# holds two thirds of the parameters of a GPT-2 block.

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 2
quiz(
    "You shuffle the tokens that go into the MLP of a block. What happens to what comes out?",
    [
        (
            "It is shuffled in the same way, and nothing else changes",
            True,
            "The same small network is applied to each token by itself, with no regard to the others. In code that is free: nn.Linear works on the last axis and takes all others as a batch.",
        ),
        (
            "Every token's output changes",
            False,
            "It would if the MLP mixed tokens. It never does: attention is the only place where they meet.",
        ),
        (
            "Nothing: the outputs stay where they were",
            False,
            "Each output belongs to its token and moves with it.",
        ),
        (
            "It depends on the mask",
            False,
            "Masks belong to attention. A network that sees one token at a time has nothing to hide.",
        ),
    ],
)

# %% [markdown]
# ## 4. Layer norm
#
# One trouble is left. A stream that everyone adds to, grows. With fresh weights it grows slowly. But weights do not stay fresh: training makes them larger. Make them larger by
# half, and look again:


# %%
def residual_and_mlp(x: Tensor, attention, mlp) -> Tensor:
    x = x + attention(x)
    return x + mlp(x)


def with_norm(x: Tensor, attention, mlp) -> Tensor:
    x = F.layer_norm(x + attention(x), (width,))  # you will write it yourself in a moment
    return F.layer_norm(x + mlp(x), (width,))


figures.deep_stack(
    {
        "no norm, fresh weights": measure(residual_and_mlp),
        "no norm, weights × 1.5": measure(residual_and_mlp, scale=1.5),
        "with norm, weights × 1.5": measure(with_norm, scale=1.5),
    }
)

# %% [markdown]
# Without a norm, half as much again in each weight becomes a factor of hundreds in the spread, and of millions in the gradient. With a norm after each sum, both keep their size. (One thing it cannot do: with random weights this large, the tokens end up alike all the same.)
#
# No learning rate suits a model without norms: what is right for its last block is
# far too much for its first.
#
# The remedy is to **bring every token back to a standard size**, again and again. A layer norm takes the `m` numbers of one token, subtracts their mean and divides by their standard
# deviation, so that they have mean 0 and variance 1:
#
# $$\mu = \frac1m \sum_{n=1}^{m} x_n \qquad \sigma^2 = \frac1m \sum_{n=1}^{m} (x_n - \mu)^2 \qquad \hat x_n = \frac{x_n - \mu}{\sqrt{\sigma^2 + \varepsilon}} \qquad y_n = g_n\, \hat x_n + c_n$$
#
# * **ε**, a small number, keeps a token whose numbers are all equal from becoming 0/0. It stands *inside* the root.
# * The **gain** $g$ and the **bias** $c$ are `m` learned numbers each, the same for all tokens. They let the model undo or reshape the norm where that helps. They start at 1 and 0.
# * The variance is the **biased** one: it divides by $m$. We do not estimate anything; we want these $m$ numbers to have mean square 1.
#
# ### Exercise 1 · `layer_norm`
# **3 points** · difficulty ●●○○○ · importance ●●●●○ · about 15 minutes
#
# Write the layer norm as a function, with tensors only (no `F.layer_norm`, that would be no fun). `x` may have any axes in front: (m,), (t, m), (b, t, m) …; `gain` and `bias` have shape (m,).
#
# <details><summary>Hint 1</summary>
#
# Each token by its own `m` numbers: mean and variance go over the last axis, `dim=-1`. `keepdim=True` leaves an axis of length 1 behind, so that the result broadcasts against `x`.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `x.var(...)` divides by m − 1 unless told otherwise: see its argument `unbiased` (or, in newer code, `correction`). Or take the mean of the squares yourself.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Broadcasting lines up axes from the right, so `gain` (m,) times something of shape (b, t, m) needs no reshaping. First normalise, then `gain`, then `bias`.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "layer_norm", "locked": false, "schema_version": 3, "solution": true, "task": false}
def layer_norm(x: Tensor, gain: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    """Every token brought to mean 0 and variance 1 over its own numbers, then scaled and shifted.

    x:       (..., m)  tokens
    gain:    (m,)      multiplies the normalised numbers
    bias:    (m,)      is added after that
    eps:     added to the variance (the biased one: divided by m), inside the root
    returns: (..., m)
    """
    ### BEGIN SOLUTION
    mean = x.mean(dim=-1, keepdim=True)  # (..., 1)
    variance = x.var(dim=-1, keepdim=True, unbiased=False)  # (..., 1)
    return (x - mean) / torch.sqrt(variance + eps) * gain + bias
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_layer_norm", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
check("layer_norm")
### BEGIN HIDDEN TESTS
from helpers.checking import require

require("layer_norm")
_x, _gain, _bias = torch.randn(3, 5, 7, dtype=torch.float64), torch.rand(7).double() + 0.5, torch.randn(7).double()
_y = layer_norm(_x, _gain, _bias)
assert torch.allclose(_y, F.layer_norm(_x, (7,), _gain, _bias)), "as torch's own"
assert torch.allclose(layer_norm(_x[1, 2], _gain, _bias), _y[1, 2]), "no token may depend on another"
_plain = layer_norm(_x, torch.ones(7).double(), torch.zeros(7).double(), eps=0.0)
assert torch.allclose(_plain.mean(-1), torch.zeros(3, 5).double(), atol=1e-9) and torch.allclose(
    _plain.square().mean(-1), torch.ones(3, 5).double()
)
assert torch.allclose(layer_norm(5 * _x - 3, torch.ones(7).double(), torch.zeros(7).double(), eps=0.0), _plain), (
    "scale and shift do not matter"
)
### END HIDDEN TESTS

# %% [markdown]
# From now on you may use `nn.LayerNorm(m)`, which is your function with `gain` and `bias` as parameters (it calls them `weight` and `bias`).

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 3
quiz(
    "Batch norm, popular for images, takes mean and variance of each feature over the whole batch. Why does a language model normalise each token by itself?",
    [
        (
            "A token's result must not depend on which other sequences are in the batch",
            True,
            "And not on their number, nor their padding. A model that writes has a batch of one, and should behave as it did in training; batch norm needs running averages for that, and two modes of operation.",
        ),
        (
            "Over a sequence, statistics would let the future leak into the past",
            True,
            "That too: a mean over all tokens of a sequence holds something of the later ones, and no mask would stop it.",
        ),
        (
            "It has fewer parameters",
            False,
            "Both have a gain and a bias for each feature: 2m.",
        ),
        (
            "It makes all tokens equally important",
            False,
            "It gives them equal size before the gain. How much a token is heard is decided by attention.",
        ),
    ],
)

# %% [markdown]
# <details><summary><b>Think: what does a layer norm forget about a token?</b></summary>
#
# Two numbers: its mean and its spread. `x` and `5 * x - 3` become the same (but for ε). In $m$ numbers, $m - 2$ degrees of freedom are left: with $m = 2$ nothing but a sign would survive!
# With $m = 768$ the loss is small, and the direction, in which the information is, is kept.
#
# </details>
#
# ## 5. The block of 2017
#
# Now you have all the parts. The Transformer of *Attention Is All You Need* puts them together like this: attention, add, norm; MLP, add, norm.

# %%
figures.block_diagram("post")

# %% [markdown]
# Because the norm comes **after** each sum, this order is called **post-norm**.
#
# ### Exercise 2 · `TransformerBlock`
# **4 points** · difficulty ●●○○○ · importance ●●●●○ · about 15 minutes
#
# | attribute | what it is |
# |---|---|
# | `attention` | lab 1's `SelfAttention(k, heads)` |
# | `norm1`, `norm2` | `nn.LayerNorm(k)`, one for each sum |
# | `ff` | `nn.Sequential` of a linear layer from k to 4k, `nn.ReLU()`, and a linear layer from 4k to k |
#
# `forward`: (b, t, k) → (b, t, k). First the attention: add it to what went in, and normalise the sum. Then the same with the MLP.
#
# <details><summary>Hint 1</summary>
#
# `super().__init__()` is there already. Four lines in `__init__`, one for each attribute; two in `forward`, one for each half.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Follow the diagram from left to right. At each ⊕ two arrows meet: what went *into* the attention, and what came *out* of it.
#
# </details>
# <details><summary>Hint 3</summary>
#
# What goes into the MLP is what came out of the first norm; and that is also what is added to the MLP's result. If you give the name `x` to the result of each half, the second half looks just like the first.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "TransformerBlock", "locked": false, "schema_version": 3, "solution": true, "task": false}
class TransformerBlock(nn.Module):
    """The Transformer block of 2017: attention and MLP, each followed by a sum and a layer norm.

    k:     width of a token
    heads: number of heads, each k wide
    """

    def __init__(self, k: int, heads: int):
        super().__init__()
        # Make self.attention, self.norm1, self.norm2 and self.ff (linear k → 4k, ReLU, linear 4k → k).
        ### BEGIN SOLUTION
        self.attention = SelfAttention(k, heads)
        self.norm1 = nn.LayerNorm(k)
        self.norm2 = nn.LayerNorm(k)
        self.ff = nn.Sequential(nn.Linear(k, 4 * k), nn.ReLU(), nn.Linear(4 * k, k))
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """x: (b, t, k) → (b, t, k)."""
        ### BEGIN SOLUTION
        x = self.norm1(x + self.attention(x))
        x = self.norm2(x + self.ff(x))
        return x
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_TransformerBlock", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
check("TransformerBlock")
### BEGIN HIDDEN TESTS
from helpers.checking import require

require("TransformerBlock")
_block, _x = TransformerBlock(5, heads=3), torch.randn(2, 7, 5)
_y = _block(_x)
assert torch.allclose(_y.mean(-1), torch.zeros(2, 7), atol=1e-5), "a fresh block ends in a norm of gain 1 and bias 0"
_order = torch.randperm(7)
assert torch.allclose(_block(_x[:, _order]), _y[:, _order], atol=1e-5), "permuting tokens permutes outputs"
assert sum(p.numel() for p in _block.parameters()) == 4 * 3 * 25 + 5 + 2 * 10 + (20 * 5 + 20) + (5 * 20 + 5)
with torch.no_grad():
    for _p in (*_block.attention.parameters(), *_block.ff.parameters()):
        _p.zero_()
assert torch.allclose(_block(_x), F.layer_norm(F.layer_norm(_x, (5,)), (5,)), atol=1e-5), (
    "with nothing to add, the tokens are only normalised"
)
### END HIDDEN TESTS

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 4
quiz(
    "In the diagram, follow one token from left to right along the residual connections only, past attention and MLP. What stands in its way?",
    [
        (
            "Two layer norms in every block",
            True,
            "In post-norm the norms sit on the stream itself. The way back for the gradient leads through all of them: 48 in 24 blocks. The “1” of part 2 is no longer quite a 1.",
        ),
        (
            "Nothing: that is what residual connections are for",
            False,
            "That was so in part 2, where nothing but sums stood on the way. Here each sum is followed by a norm, which rescales the whole stream.",
        ),
        (
            "The softmax of each attention layer",
            False,
            "It is inside the attention, which the residual connection goes around.",
        ),
        (
            "The ReLU of each MLP",
            False,
            "It is inside the MLP, which the residual connection goes around.",
        ),
    ],
)

# %% [markdown]
# ## 6. Moving the norm
#
# So post-norm keeps the stream at size one, at a price: the stream no longer flows freely. GPT-2 moved the norm, to the **entrance** of attention and MLP. They read a normalised copy; the stream itself is only ever added to. This is
# **pre-norm**:

# %%
figures.block_diagram("pre")

# %% [markdown]
# Three other things are different in GPT-2's block. The attention is **causal**, with narrow heads: lab 1's `CausalSelfAttention`. And the MLP has a **GELU** in place of the ReLU: $x \cdot \Phi(x)$, where Φ(x) is the share of a normal
# distribution that lies below $x$. It looks like a ReLU whose kink has been rounded off. GPT-2 computes it by an approximation with a tanh, which PyTorch knows:
# `nn.GELU(approximate="tanh")`. The two differ by less than 0.0005 everywhere, but a model that was trained with one should be run with the same.

# %%
x = torch.tensor([-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0])
print("x               ", x)
print("ReLU            ", F.relu(x))
print("GELU            ", F.gelu(x))
print("GELU, with tanh ", F.gelu(x, approximate="tanh"))

# %% [markdown]
# ### Exercise 3 · `PreNormBlock`
# **4 points** · difficulty ●●○○○ · importance ●●●●● · about 15 minutes
#
# | attribute | what it is |
# |---|---|
# | `attention` | lab 1's `CausalSelfAttention(k, heads)` |
# | `norm1`, `norm2` | `nn.LayerNorm(k)`: one before attention, one before the MLP |
# | `ff` | `nn.Sequential` of a linear layer from k to 4k, `nn.GELU(approximate="tanh")`, and a linear layer from 4k to k |
#
# `forward`: (b, t, k) → (b, t, k), in the order of the second diagram.
#
# <details><summary>Hint 1</summary>
#
# Copy your first block, and change what is different: the attention, the bend in the MLP, and where the norms are called.
#
# </details>
# <details><summary>Hint 2</summary>
#
# On the stream, from left to right, there are only the two ⊕. Nothing else ever replaces `x`: if your `forward` has a line `x = self.norm1(x)`, the stream itself has been normalised.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Each half has the form: x plus *layer* of *norm* of x.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "PreNormBlock", "locked": false, "schema_version": 3, "solution": true, "task": false}
class PreNormBlock(nn.Module):
    """GPT-2's block: attention and MLP each read a normalised copy of the stream, and add to it.

    k:     width of a token
    heads: number of heads; each is k / heads wide
    """

    def __init__(self, k: int, heads: int):
        super().__init__()
        # Make self.attention (causal), self.norm1, self.norm2 and self.ff (linear k → 4k, GELU with tanh, linear 4k → k).
        ### BEGIN SOLUTION
        self.attention = CausalSelfAttention(k, heads)
        self.norm1 = nn.LayerNorm(k)
        self.norm2 = nn.LayerNorm(k)
        self.ff = nn.Sequential(nn.Linear(k, 4 * k), nn.GELU(approximate="tanh"), nn.Linear(4 * k, k))
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """x: (b, t, k) → (b, t, k); output i depends on tokens 0 … i only."""
        ### BEGIN SOLUTION
        x = x + self.attention(self.norm1(x))
        x = x + self.ff(self.norm2(x))
        return x
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_PreNormBlock", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
check("PreNormBlock")
### BEGIN HIDDEN TESTS
from helpers.checking import require

require("PreNormBlock")
_block, _x = PreNormBlock(15, heads=3), torch.randn(2, 7, 15)
_y = _block(_x)
_changed = _x.clone()
_changed[:, 4] += torch.randn(15)
assert torch.allclose(_block(_changed)[:, :4], _y[:, :4], atol=1e-5), "a later token changed an earlier output"
assert not torch.allclose(_block(_changed)[:, 5:], _y[:, 5:], atol=1e-4), "the past must matter"
assert sum(p.numel() for p in _block.parameters()) == 12 * 15**2 + 13 * 15
_half = _x + _block.attention(F.layer_norm(_x, (15,)))
assert torch.allclose(_y, _half + _block.ff(F.layer_norm(_half, (15,))), atol=1e-5)
with torch.no_grad():
    for _p in (*_block.attention.parameters(), *_block.ff.parameters()):
        _p.zero_()
assert torch.equal(_block(_x), _x), "with nothing to add, the stream flows through untouched"
### END HIDDEN TESTS

# %% [markdown]
# Does it matter where the norm sits? Train both and look. Everything but the place of the norms is made equal: 24 blocks, the same attention, the same GELU, the same data, the same
# learning rate. The task: a sequence of numbers from 0 to 19 comes in, and at every place the model has to say how far apart the largest and the smallest number *so far* are.
# That takes a look at other tokens, so a model that only looks at each number by itself cannot do it.

# %% tags=["long"]
V, k, steps = 20, 32, 150


class Tower(nn.Module):
    """Numbers to tokens, a stack of blocks, a last norm, and a score for each possible answer."""

    def __init__(self, blocks):
        super().__init__()
        self.layers = nn.Sequential(nn.Embedding(V, k), *blocks, nn.LayerNorm(k), nn.Linear(k, V))

    def forward(self, numbers: Tensor) -> Tensor:
        return self.layers(numbers)  # (b, t) → (b, t, V)


def post_norm_block() -> nn.Module:
    block = TransformerBlock(k, heads=2)
    block.attention, block.ff[1] = CausalSelfAttention(k, heads=2), nn.GELU(approximate="tanh")
    return block


with figures.your_work():
    torch.manual_seed(0)
    towers = [Tower([post_norm_block() for _ in range(24)]), Tower([PreNormBlock(k, heads=2) for _ in range(24)])]
    optimizers = [torch.optim.Adam(tower.parameters(), lr=3e-3) for tower in towers]
    some = torch.randint(V, (1000, 24))
    share = torch.bincount((some.cummax(1).values - some.cummin(1).values).flatten(), minlength=V) / some.numel()
    print(f"always saying how often each answer occurs: a loss of {-(share * share.log()).sum():.2f}")
    with figures.live_loss(steps, "24 blocks deep", names=("post-norm", "pre-norm")) as live:
        for _ in range(steps):
            numbers = torch.randint(V, (16, 24))
            answers = numbers.cummax(dim=1).values - numbers.cummin(dim=1).values
            losses = []
            for tower, optimizer in zip(towers, optimizers, strict=True):
                loss = F.cross_entropy(tower(numbers).flatten(0, 1), answers.flatten())
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            live(*losses)

# %% [markdown]
# The pre-norm stack learns. The post-norm stack comes down to the loss of a model that does not look at the numbers at all and just says how often each answer occurs, and stays there. (Try another seed, and other learning rates.)
#
# This does *not* show that post-norm cannot work. Make the stack 6 blocks deep in the cell above, and both learn; the Transformer of 2017 had 6. Or divide the learning rate by six: the post-norm stack gets going too, and both are slow. (That is why post-norm models are trained with a **warm-up**, a
# learning rate that starts near zero and rises over thousands of steps.) What the cell shows is that the deep post-norm stack is delicate where the pre-norm stack is not. That is why GPT-2, and nearly all large language models since, moved the norm.

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 5
quiz(
    "In a pre-norm stack nothing normalises the stream itself. What follows?",
    [
        (
            "The stream may grow from block to block, so one more norm comes after the last",
            True,
            "Every block adds to it, and nobody brings it back. That is harmless inside, as each reader normalises its own copy; but what comes after the last block would get numbers of any size. So GPT-2 has a "
            "final layer norm, which you will add.",
        ),
        (
            "Later blocks have less say in the stream than earlier ones, at equal weights",
            True,
            "Also true. A block reads a copy of size one, whatever the size of the stream, and adds about as much as any other block: a smaller and smaller share of what is there already. It is a known weakness of very deep pre-norm stacks.",
        ),
        (
            "Attention's softmax gets larger and larger scores",
            False,
            "Queries and keys are made from the normalised copy, so the scores do not see how large the stream is.",
        ),
        (
            "The gradient dies out on its way back",
            False,
            "The other way round: from the last block back to the embeddings there is a way on which nothing but sums stand.",
        ),
    ],
)

# %%
progress()

# %% [markdown]
# ## 7. Where does a token stand?
#
# *Dog bites man* and *man bites dog* have the same words. In lab 1 you saw that attention does not notice the difference; and the other parts of a block look at one token at a time. So a whole
# stack of blocks does not notice either:

# %%
with figures.your_work():
    torch.manual_seed(0)
    stack = nn.Sequential(TransformerBlock(8, heads=2), TransformerBlock(8, heads=2))
    dog, bites, man = torch.randn(3, 8)
    one, other = stack(torch.stack([dog, bites, man])[None]), stack(torch.stack([man, bites, dog])[None])
    print("“dog” in the one sentence:  ", one[0, 0].detach().numpy().round(3))
    print("“dog” in the other sentence:", other[0, 2].detach().numpy().round(3))

# %% [markdown]
# For such a stack a sentence is a **bag** of words: which ones, and how often, but in no order. (A causal mask breaks the symmetry a little, since the first token sees one token and the second sees two. But among the tokens that it sees, a layer cannot tell which came last.)
#
# The remedy is simple: **add to each token a vector that says where it stands.** Which vectors? They should differ from place to place, be of moderate size for any length, and make it easy to say “three to the left”.
# The Transformer of 2017 used waves. Picture a clock with many hands: each pair of columns is one hand, the first turns fast, the last very slowly. For place $p$ and pair $i = 0, 1, \dots, m/2 - 1$:
#
# $$\text{column } 2i:\ \sin\left(p \cdot 10000^{-2i/m}\right) \qquad \text{column } 2i + 1:\ \cos\left(p \cdot 10000^{-2i/m}\right)$$
#
# ### Exercise 4 · `sinusoidal_positions`
# **2 points** · difficulty ●●○○○ · importance ●●○○○ · about 10 minutes
#
# Make the table (t, m): row $p$ is the vector for place $p$, counted from 0; sines in even columns, cosines in odd ones. For an odd `m` raise a `ValueError`.
#
# <details><summary>Hint 1</summary>
#
# First make the m/2 frequencies, then all the angles, place times frequency: a column (t, 1) times a row (m/2,) broadcasts to (t, m/2).
#
# </details>
# <details><summary>Hint 2</summary>
#
# `torch.arange(0, m, 2)` gives 0, 2, 4, …: that *is* 2i already, with nothing more to multiply.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `table[:, 0::2]` means all even columns, and one can assign to it. So make an empty table (t, m), and fill it in two assignments.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "sinusoidal_positions", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sinusoidal_positions(t: int, m: int) -> Tensor:
    """The position vectors of "Attention Is All You Need", one row for each place.

    t:       number of places, 0 … t - 1
    m:       width of a token; ValueError if it is odd
    returns: (t, m)  sin(p · 10000^(-2i/m)) in column 2i, and cos of the same angle in column 2i + 1
    """
    ### BEGIN SOLUTION
    if m % 2:
        raise ValueError(f"the width must be even, but is {m}")
    places = torch.arange(t)[:, None]  # (t, 1)
    angles = places * 10000.0 ** (-torch.arange(0, m, 2) / m)  # (t, m / 2)
    table = torch.empty(t, m)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()
    return table
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_sinusoidal_positions", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check("sinusoidal_positions")
### BEGIN HIDDEN TESTS
from helpers.checking import require

require("sinusoidal_positions")
_p = sinusoidal_positions(11, 8)
assert _p.shape == (11, 8)
assert torch.allclose(_p.square().sum(-1), torch.full((11,), 4.0), atol=1e-4), "sin² + cos² is 1 in each of the 4 pairs"
_dots = _p @ _p.T
assert torch.allclose(_dots[:-1, :-1], _dots[1:, 1:], atol=1e-4), "dot products depend on the distance only"
assert torch.allclose(_p[:, 0], torch.arange(11.0).sin(), atol=1e-5), "the first pair turns by one per place"
### END HIDDEN TESTS

# %%
figures.positions_heatmap(lambda: sinusoidal_positions(64, 32))

# %% [markdown]
# Read a row: that is the vector of one place. On the left it changes from each place to the next; on the right hardly at all in 64 places.
#
# Why *pairs* of sine and cosine? Because then a step of $s$ places **turns** each pair by an angle that depends on $s$ only, not on where one starts: $\sin$ and $\cos$ of $(p + s)\,\omega$ are those of $p\,\omega$, turned by $s\,\omega$. A turn is a linear map, so a
# layer can learn one matrix for “three to the left” that holds at every place. Check it:

# %%
with figures.your_work():
    m, s = 32, 3
    table = sinusoidal_positions(50, m)
    turn = torch.zeros(m, m)
    for i in range(m // 2):
        a = torch.tensor(s * 10000 ** (-2 * i / m))  # by how much pair i turns in s places
        turn[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] = torch.tensor([[a.cos(), a.sin()], [-a.sin(), a.cos()]])
    shifted = table[:-s] @ turn.T  # one matrix for all places
    print(f"place p, turned, is place p + {s}: largest difference {(shifted - table[s:]).abs().max():.0e}")

# %% [markdown]
# **GPT-2 does it in a plainer way.** It prescribes no waves: its positions are an `nn.Embedding(n_ctx, d_model)`, a table of parameters with a row for each place, learned with everything else. The authors of 2017 tried both and found no difference
# worth mentioning. The price of a learned table: it ends. GPT-2 has 1024 places and cannot read a 1025th token. (Newer models turn queries and keys by an angle that grows with the place, the idea of the cell above, inside the attention.)

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 6
quiz(
    "Token vector and position vector are *added*. Does that not mix them up for good?",
    [
        (
            "Hardly: in many dimensions there is room for both, and the model learns to tell them apart",
            True,
            "With 768 numbers, token vectors and position vectors can lie in (nearly) separate directions, and a matrix can read the one and ignore the other. With learned positions both sides can move out of each other's way.",
        ),
        (
            "Yes, and so the model never knows a word exactly",
            False,
            "A sum of two numbers cannot be taken apart, but a sum of two vectors from different directions can, by one matrix.",
        ),
        (
            "No, because positions are always smaller than tokens",
            False,
            "They need not be: size does not keep them apart, direction does.",
        ),
        (
            "Putting them side by side would not work at all",
            False,
            "It would work too; it just makes every vector, and so every matrix, wider. A sum of W·[token; place] is W₁·token + W₂·place anyway, and there is your addition again.",
        ),
    ],
)

# %% [markdown]
# ## 8. A GPT
#
# Everything is there. A GPT is short:

# %%
figures.gpt_diagram()

# %% [markdown]
# * **In:** token ids (b, t), whole numbers below V. `tokens` gives each its vector, `positions` adds the vector of its place.
# * **Middle:** `n_layer` blocks, one after the other, then the last norm.
# * **Out:** for each place a score, a **logit**, for each of the V tokens that might come next. The output is **tied** to the token embeddings: the logit of a token is the dot product of the final vector with
#   that token's own embedding. No new parameter.
#
# ### Exercise 5 · `GPT`
# **5 points** · difficulty ●●●○○ · importance ●●●●● · about 25 minutes
#
# | attribute | what it is |
# |---|---|
# | `tokens` | `nn.Embedding(n_vocab, d_model)` |
# | `positions` | `nn.Embedding(n_ctx, d_model)` |
# | `blocks` | `nn.ModuleList` of `n_layer` times `PreNormBlock(d_model, heads)` |
# | `norm` | `nn.LayerNorm(d_model)`, after the last block |
#
# `forward`: ids (b, t) → logits (b, t, n_vocab). Raise a `ValueError` when t is larger than `n_ctx`.
#
# <details><summary>Hint 1</summary>
#
# An `nn.Embedding` is called with ids and gives vectors: `self.tokens(ids)` is (b, t, d). The ids for `positions` are 0, 1, …, t − 1, made on the device of `ids`: the result, (t, d), broadcasts over the batch.
#
# </details>
# <details><summary>Hint 2</summary>
#
# A plain Python list hides its modules from PyTorch: their parameters would be neither trained nor moved. `nn.ModuleList([... for _ in range(n_layer)])` makes them known, and each block has to be a *new* one. In `forward`, a `for` loop.
#
# </details>
# <details><summary>Hint 3</summary>
#
# The matrix of the embedding is `self.tokens.weight`, of shape (V, d). All dot products of (b, t, d) with its rows at once: multiply by its transpose, or use `F.linear(x, self.tokens.weight)`.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "GPT", "locked": false, "schema_version": 3, "solution": true, "task": false}
class GPT(nn.Module):
    """A GPT-2: from token ids to the logits of each next token.

    n_layer: number of blocks
    d_model: width of a token
    heads:   number of heads in each block
    n_vocab: number of different tokens, V
    n_ctx:   largest number of tokens in a sequence
    """

    def __init__(self, n_layer: int, d_model: int, heads: int, n_vocab: int, n_ctx: int):
        super().__init__()
        self.n_ctx = n_ctx
        # Make self.tokens, self.positions, self.blocks and self.norm.
        ### BEGIN SOLUTION
        self.tokens = nn.Embedding(n_vocab, d_model)
        self.positions = nn.Embedding(n_ctx, d_model)
        self.blocks = nn.ModuleList([PreNormBlock(d_model, heads) for _ in range(n_layer)])
        self.norm = nn.LayerNorm(d_model)
        ### END SOLUTION

    def forward(self, ids: Tensor) -> Tensor:
        """ids: (b, t) int64 → logits (b, t, V); those at place i depend on ids 0 … i only. ValueError if t > n_ctx."""
        ### BEGIN SOLUTION
        t = ids.shape[1]
        if t > self.n_ctx:
            raise ValueError(f"{t} tokens do not fit into a context of {self.n_ctx}")
        x = self.tokens(ids) + self.positions(torch.arange(t, device=ids.device))  # (b, t, d) + (t, d)
        for block in self.blocks:
            x = block(x)  # (b, t, d)
        return self.norm(x) @ self.tokens.weight.T  # (b, t, d) @ (d, V)
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_GPT", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
check("GPT")
### BEGIN HIDDEN TESTS
from helpers.checking import require

require("GPT")
_model, _ids = GPT(2, 12, 3, 17, 9), torch.randint(17, (2, 9))
_logits = _model(_ids)
assert _logits.shape == (2, 9, 17)
_changed = _ids.clone()
_changed[:, 5] = (_changed[:, 5] + 1) % 17
assert torch.allclose(_model(_changed)[:, :5], _logits[:, :5], atol=1e-4), "a later token changed an earlier output"
assert torch.allclose(_model(_ids[:, :4]), _logits[:, :4], atol=1e-4), "a shorter text gives the same logits"
_same = _model(torch.full((1, 3), 7))
assert not torch.allclose(_same[:, 0], _same[:, 1], atol=1e-3), "the same token at two places must not look the same"
with torch.device("meta"):
    assert sum(p.numel() for p in GPT(12, 768, 12, 50257, 1024).parameters()) == 124_439_808
### END HIDDEN TESTS

# %% [markdown]
# Does your class have as many parameters as your formula of lab 1 says, and as GPT-2 has? Built on PyTorch's `meta` device, a model has shapes but no numbers, so even the largest GPT-2 costs nothing:

# %%
published_sizes = {
    "gpt2": (12, 768, 12),
    "gpt2-medium": (24, 1024, 16),
    "gpt2-large": (36, 1280, 20),
    "gpt2-xl": (48, 1600, 25),
}
with figures.your_work(), torch.device("meta"):
    for name, (n_layer, d, heads) in published_sizes.items():
        yours = sum(parameter.numel() for parameter in GPT(n_layer, d, heads, 50257, 1024).parameters())
        formula = 50257 * d + 1024 * d + n_layer * (12 * d * d + 13 * d) + 2 * d
        print(f"{name:12} your class {yours:13,} · lab 1's formula {formula:13,}")

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 7
quiz(
    "The output matrix is the token embedding itself. Why is that a good idea?",
    [
        (
            "It saves many parameters",
            True,
            "In the smallest GPT-2 the matrix has 38.6 of 124 million numbers: a second one would make the model nearly a third larger.",
        ),
        (
            "Both say which tokens are alike",
            True,
            "Tokens that mean the same should be read in the same way, and be likely in the same places. One matrix learns from both sides, rare tokens most of all: as an output it gets a gradient from every place of every text.",
        ),
        (
            "So the most likely next token is the one that was just read",
            False,
            "With PyTorch's large start it is, before any training: part 10 shows it. But the blocks in between are there to turn the vector of the token read into one that resembles the token to come.",
        ),
        (
            "Otherwise the logits would not sum to one",
            False,
            "Logits need not sum to anything. A softmax turns them into probabilities.",
        ),
    ],
)

# %% [markdown]
# ## 9. How it learns
#
# The task is to predict the next token. Nobody has to label anything: a text of t tokens holds t − 1 questions with their answers. What comes after the first token? The second. After the first two? The third …
#
# | place | 0 | 1 | 2 | 3 |
# |---|---|---|---|---|
# | the model reads | A | l | i | c |
# | it should say | l | i | c | e |
#
# Thanks to the causal mask all questions are asked in **one** forward pass: place $i$ cannot see the answer. The loss is the **cross-entropy**, $-\log$ of the probability that the model gave to the right token, averaged over all places.
#
# ### Exercise 6 · `training_step`
# **2 points** · difficulty ●●○○○ · importance ●●●●● · about 10 minutes
#
# One step of training on a batch of ids (b, t): compute the loss of predicting tokens 1 … t − 1 from those before, update the model with the optimizer, and return the loss (before the update) as a `float`.
#
# <details><summary>Hint 1</summary>
#
# Inputs are the tokens without the last, targets the tokens without the first: both (b, t − 1).
#
# </details>
# <details><summary>Hint 2</summary>
#
# `F.cross_entropy` wants logits (n, V), no softmax before, and targets (n,). So flatten the first two axes of both.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `.backward()` *adds* to the gradients that are there, so clear them first with `optimizer.zero_grad()`. Then backward, then `optimizer.step()`. `loss.item()` makes a float of a tensor with one number.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "training_step", "locked": false, "schema_version": 3, "solution": true, "task": false}
def training_step(model: nn.Module, optimizer: torch.optim.Optimizer, batch: Tensor) -> float:
    """One step of next-token prediction.

    model:     gives logits (b, t, V) for ids (b, t)
    optimizer: holds the model's parameters
    batch:     (b, t) int64, with t ≥ 2
    returns:   the mean cross-entropy in nats over all b · (t - 1) predictions, before the update
    """
    ### BEGIN SOLUTION
    inputs, targets = batch[:, :-1], batch[:, 1:]  # (b, t - 1) each
    logits = model(inputs)  # (b, t - 1, V)
    loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_training_step", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check("training_step")
### BEGIN HIDDEN TESTS
from helpers.checking import require

require("training_step")
_model = nn.Sequential(nn.Embedding(9, 16), nn.Linear(16, 9))
_optimizer = torch.optim.Adam(_model.parameters(), lr=0.05)
_batch = (torch.arange(9)[:, None] * 2 + torch.arange(6) * 4) % 9  # each token is the one before plus 4
_losses = [training_step(_model, _optimizer, _batch) for _ in range(80)]
assert isinstance(_losses[0], float) and _losses[-1] < 0.2 < 1 < _losses[0], "a simple rule must be learned"
assert (_model(torch.arange(9)[None])[0].argmax(-1) == (torch.arange(9) + 4) % 9).all()
### END HIDDEN TESTS

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 8
quiz(
    "A student forgets to shift: each place should predict the token that stands there. The loss falls to nearly 0 within seconds. What has the model learned?",
    [
        (
            "To copy its input, which is of no use for writing",
            True,
            "The answer is in the question. A loss that falls suspiciously fast nearly always means that the model sees what it should predict.",
        ),
        (
            "To predict the next token very well",
            False,
            "It was never asked for the next token. Let it write, and it repeats its last token for ever.",
        ),
        (
            "Nothing: the mask hides the token",
            False,
            "The causal mask lets each token see itself. It hides only the later ones.",
        ),
        (
            "The text by heart",
            False,
            "Copying needs no memory of any text. It works as well on texts it has never seen.",
        ),
    ],
)

# %% [markdown]
# ## 10. Your GPT reads a book
#
# The book is *Alice's Adventures in Wonderland* by Lewis Carroll, from 1865 (in part, to keep it short). A token is one character; so the vocabulary is small, and your model has to learn to spell first. The last tenth of the text
# is put aside, to see what the model can do with sentences it has never read.

# %%
alice = helpers.text("alice")
characters = sorted(set(alice))
code = {character: i for i, character in enumerate(characters)}
ids = torch.tensor([code[character] for character in alice])
split = len(ids) * 9 // 10
context = 64


def draw(n: int, part: Tensor) -> Tensor:
    """n random passages of `context` tokens: (n, context)."""
    starts = torch.randint(len(part) - context + 1, (n,))
    return part[starts[:, None] + torch.arange(context)]


print(f"{len(alice):,} characters, {len(characters)} different ones: {''.join(characters)!r}")
print(alice[:200])

# %% [markdown]
# **How to begin.** A model that knows nothing should give each of the V tokens the same probability: a loss of $\ln V$. Is that where yours starts? PyTorch fills an `nn.Embedding` with normal numbers of standard deviation 1. For our output that is
# a poor choice: it is the same matrix, and dot products of such vectors have a standard deviation of about $\sqrt{d}$ (lab 1, exercise 3). What is more, the token that was just read is still in the stream, and its dot product with itself is the largest of all. So the fresh
# model is *certain* that the last token comes again. GPT-2 starts small instead: all matrices at a standard deviation of 0.02, and those that write into the stream smaller still, by the root of how many of them there are: two in each block.


# %%
def small_start(model: nn.Module) -> nn.Module:
    """GPT-2's way to begin: small matrices, biases of zero, norms as they are."""
    for name, parameter in model.named_parameters():
        if parameter.dim() == 2:
            writes = name.endswith(("attention.proj.weight", "ff.2.weight"))  # into the stream
            nn.init.normal_(parameter, std=0.02 / math.sqrt(2 * len(model.blocks)) if writes else 0.02)
        elif name.endswith("bias"):
            nn.init.zeros_(parameter)
    return model


@torch.no_grad()
def loss_on(model: nn.Module, part: Tensor) -> float:
    """The mean loss on 64 passages."""
    batch = draw(64, part)
    return F.cross_entropy(model(batch[:, :-1]).flatten(0, 1), batch[:, 1:].flatten()).item()


with figures.your_work():
    torch.manual_seed(0)
    gpt = GPT(n_layer=3, d_model=96, heads=3, n_vocab=len(characters), n_ctx=context)
    print(f"{sum(parameter.numel() for parameter in gpt.parameters()):,} parameters")
    certain = F.softmax(gpt(ids[None, :context]), dim=-1)[0].gather(1, ids[:context, None]).mean()
    print(f"loss at PyTorch's start: {loss_on(gpt, ids):.2f}; “the last one again” has a probability of {certain:.2f}")
    print(f"loss at a small start:   {loss_on(small_start(gpt), ids):.2f}")
    print(f"ln V:                    {math.log(len(characters)):.2f}")

# %% [markdown]
# **How it writes.** Give the model some text; it gives probabilities for the next character; draw one, append it, and begin again. (Drawing at a temperature of 0.8 makes likely characters a little more likely: that is the subject of lab 3. Better ways to choose
# come in lab 4.) At first:


# %%
@torch.no_grad()
def write(model: nn.Module, start: str, length: int = 200, temperature: float = 0.8) -> str:
    """`start`, continued by `length` characters drawn from the model."""
    text = torch.tensor([[code[character] for character in start]])  # (1, t)
    for _ in range(length):
        # At a passage's last place training never asks what comes next, so that place has learned nothing: leave it out.
        seen = text[:, -(context - 1) :]
        logits = model(seen)[:, -1]  # (1, V): what comes after the last one
        probabilities = F.softmax(logits / temperature, dim=-1)
        text = torch.cat([text, torch.multinomial(probabilities, 1)], dim=1)
    return "".join(characters[i] for i in text[0])


with figures.your_work():
    print(write(gpt, "Alice was "))

# %% [markdown]
# Now train it: a minute or so on two processor cores. Watch what it learns, and in which order.

# %% tags=["long"]
steps = 1000
with figures.your_work():
    torch.manual_seed(0)
    optimizer = torch.optim.AdamW(gpt.parameters(), lr=3e-3)
    with figures.live_loss(steps, "A GPT reads Alice") as live:
        for step in range(steps):
            live(training_step(gpt, optimizer, draw(32, ids[:split])))
            if step + 1 in (100, 300, 600):
                print(f"after {step + 1} steps: {write(gpt, 'Alice was ', 100)!r}")

# %%
with figures.your_work():
    torch.manual_seed(1)
    print(
        f"loss on passages it was trained on {loss_on(gpt, ids[:split]):.2f}, on new ones {loss_on(gpt, ids[split:]):.2f}\n"
    )
    print(write(gpt, "Alice was ", length=400))

# %% [markdown]
# First come letters and spaces in the right proportions, then short words, then longer ones, names and quotation marks. It has no idea what it says; it has seen one short book, one letter at a time, for a minute or two. But every part of it is yours, and it is the *same* machine as the one that comes next.
#
# The two losses tell something more. New passages are harder than those it was trained on: part of what it has learned is this text, not English. Train on, and the gap grows: the first loss goes on falling, the second hardly. The cure is
# more text: GPT-2 read 40 GB.
#
# <details><summary><b>Think: what would a loss of 1.5 nats per character mean?</b></summary>
#
# That the model is, on average, as uncertain as if it had to choose among $e^{1.5} \approx 4.5$ equally likely characters; at the start it was all of them. This number, $e^{\text{loss}}$, is called **perplexity**.
#
# </details>
#
# ## 11. The real thing
#
# Your `GPT` has the very structure of GPT-2, with every attribute in its place. So the published weights must fit into it. `helpers.load_gpt2_weights(model, state_dict)` copies them over: it knows the library's name for each of your parameters (`transformer.h.0.attn.c_attn.weight` is your
# `blocks.0.attention.qkv.weight`), and that the library keeps the matrices of its linear layers the other way round.
#
# The next cell gets GPT-2 (about 500 MB) from the model hub, or from this machine if it is there already. Where there is no way to the hub, it takes a small GPT-2 that comes with these labs: the same architecture, with 3.3 million parameters in place of 124 million, trained on thirty-one books from the time of
# *Alice* (but not on *Alice*).

# %% tags=["long"]
print("Loading the library `transformers` …")
library, tokenizer = helpers.load_language_model(("gpt2", "small-gpt2"))
start = "Alice was beginning to get very tired of"

# %% [markdown]
# Now pour its weights into *your* model, and ask both for the logits of the same text:

# %% tags=["long"]
with figures.your_work(), torch.no_grad():
    sizes = library.config
    mine = GPT(sizes.n_layer, sizes.n_embd, sizes.n_head, sizes.vocab_size, sizes.n_positions)
    helpers.load_gpt2_weights(mine, library.state_dict())

    prompt = torch.tensor([tokenizer.encode(start)])
    yours, theirs = mine(prompt), library(prompt).logits
    print(f"logits {tuple(yours.shape)}, between {theirs.min():.1f} and {theirs.max():.1f}")
    print(f"largest difference between yours and the library's: {(yours - theirs).abs().max():.1e}")

# %% [markdown]
# The differences come from the order in which numbers are added, nothing else. And now it writes, **greedily**: always the most likely token. Beside it the library's own `generate`.

# %% tags=["long"]
with figures.your_work(), torch.no_grad():
    written = prompt
    print("yours:  ", start, end="", flush=True)
    for _ in range(50):
        following = mine(written)[:, -1].argmax(-1, keepdim=True)  # (1, 1)
        written = torch.cat([written, following], dim=1)
        print(tokenizer.decode(following[0].tolist()), end="", flush=True)

    everything = torch.ones_like(prompt)  # no padding anywhere
    generated = library.generate(prompt, attention_mask=everything, max_new_tokens=50, do_sample=False, pad_token_id=0)
    print("\nlibrary:", tokenizer.decode(generated[0].tolist()))
    print("\nthe same 50 tokens:", torch.equal(written, generated))

# %% [markdown]
# That is your code, from the weighted average in lab 1 to the logits, doing what the library does. A model of the GPT family is no more than this: all the rest is size, text and training.
#
# <details><summary><b>Think: greedy writing soon goes round in circles. Why?</b></summary>
#
# The most likely continuation of a phrase that has just been repeated is to repeat it again, and with each repetition the model gets more certain. Always taking the most likely token leaves no way out. Lab 4 is about better ways.
#
# </details>

# %%
progress()

# %% [markdown]
# ## What you have learned
#
# * Attention alone, stacked, makes all tokens alike and loses the gradient. The **residual stream** keeps both: layers add to it and replace nothing.
# * The **MLP** works on each token alone, where attention is linear for given weights; it holds two thirds of a GPT-2 block.
# * **Layer norm** brings each token to a standard size by its own numbers, so that growing weights cannot blow up the stack.
# * **Post-norm** (2017) puts the norm on the stream, **pre-norm** (GPT-2) at the entrance of each layer: deep stacks then train without special care, and need one last norm.
# * **Positions** are added to the tokens, as waves or as a learned table, since blocks know nothing of order.
# * A **GPT** is embeddings, blocks, a norm and the embeddings again; it learns from any text by predicting each **next token**, all places at once.
#
# **What next?** In this lab you divided logits by a temperature without asking what that does. Lab 3 asks: softmax, its temperature, its gradient, and how to compute it without breaking it.
#
# **To read on**
#
# * A. Vaswani and others, *Attention Is All You Need*, 2017, arXiv:1706.03762: the post-norm block, and the waves of part 7.
# * K. He, X. Zhang, S. Ren, J. Sun, *Deep Residual Learning for Image Recognition*, 2015, arXiv:1512.03385: where residual connections come from.
# * J. L. Ba, J. R. Kiros, G. E. Hinton, *Layer Normalization*, 2016, arXiv:1607.06450.
# * D. Hendrycks, K. Gimpel, *Gaussian Error Linear Units (GELUs)*, 2016, arXiv:1606.08415.
# * R. Xiong and others, *On Layer Normalization in the Transformer Architecture*, 2020, arXiv:2002.04745: why post-norm needs its warm-up and pre-norm does not.
# * A. Radford and others, *Language Models are Unsupervised Multitask Learners*, 2019: GPT-2.
