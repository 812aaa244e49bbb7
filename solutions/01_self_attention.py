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
# One operation made the Transformer what it is: **self-attention**. In this lab you build it, from a weighted average
# of a few vectors to the attention layer inside GPT, and at the end you will know where the 175 billion parameters of
# GPT-3 sit.
#
# | part | what you build |
# |---|---|
# | 1 to 4 | a weighted average whose weights come from the tokens themselves: `attention_weights` |
# | 5 to 7 | queries, keys and values, and why one divides by a square root: `scaled_dot_product`, `dot_product_variance` |
# | 8 and 9 | many heads in one matrix product: `SelfAttention` |
# | 10 to 12 | what GPT adds: `causal_mask`, `CausalSelfAttention`, `gpt_parameter_count` |
#
# **How it works.** Where you read `# YOUR CODE HERE`, write your answer in place of the line below it, run the cell, then
# run the `check(...)` cell under it. You may check as often as you like: it shows what is right, or one hint about what
# is not. Quizzes explain every choice, so open the wrong ones too. There are 20 points, and about two hours of work.
#
# **Shapes** are half of the work in deep learning. We write them with the same letters everywhere: `b` sequences in a
# batch, `t` tokens in a sequence, `m` numbers in the vector of a token, `h` heads.

# %% tags=["setup"]
from helpers import check, figures, progress, quiz

# %%
import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# %% [markdown]
# ## 1. What Transformers changed
#
# Before 2017, a text was mostly read by a **recurrent network**: it takes the tokens one by one, and squeezes all it has
# read into one state, $h_i = \tanh(W x_i + U h_{i-1})$. That has two costs.
#
# * **Time.** $h_{100}$ needs $h_{99}$, which needs $h_{98}$ … A chip that can do thousands of multiplications at once
#   has to wait for each token. More hardware does not help.
# * **Distance.** What token 1 has to say to token 100 must survive 99 updates of the state, and the gradient has to
#   survive the way back.
#
# A Transformer lets **every token look at every other one directly**. The way between any two tokens is one step, and the
# looks of all tokens are computed together, in a few large matrix products: exactly what a GPU is best at. So models and
# data could grow, and grow they did. The price: $t$ tokens make $t^2$ looks.
#
# The second cost can be measured. How much does the last output change when the first token does? That is a gradient, here for both ways of
# reading, untrained, at growing distance:


# %%
def recurrent(x: Tensor) -> Tensor:
    state = torch.zeros(width)
    for x_i in x:
        state = torch.tanh(W @ x_i + U @ state)  # waits for the state before
    return state


def direct(x: Tensor) -> Tensor:
    return (F.softmax(x @ x.T, dim=-1) @ x)[-1]  # every token looks at every token: you will soon know how


torch.manual_seed(0)
width = 16
W, U = torch.randn(2, width, width) / math.sqrt(width)
for t in (2, 10, 50):
    x = (0.3 * torch.randn(t, width)).requires_grad_()
    reach = [torch.autograd.grad(read(x).sum(), x)[0][0].norm().item() for read in (recurrent, direct)]
    print(f"token 1 → token {t:2}: recurrent {reach[0]:.0e}, direct {reach[1]:.0e}")

# %% [markdown]
# The direct way gets weaker only because more tokens share one average; the recurrent way dies out exponentially.

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 1
quiz(
    "What, above all, let Transformers grow to billions of parameters and trillions of tokens?",
    [
        (
            "In training, all positions of a sequence are computed at the same time",
            True,
            "Nothing has to wait for the token before, so a whole batch is a few large matrix products, which modern "
            "hardware runs at nearly full speed. Twice the hardware then really trains on about twice the text.",
        ),
        (
            "They need fewer multiplications than recurrent networks",
            False,
            "For a long text they need more: every token looks at every token, so the work grows with t². But it is work "
            "that can be done all at once, and that is what modern hardware is good at.",
        ),
        (
            "They need no training data with labels",
            False,
            "Predicting the next token needs no labels, but a recurrent network can be trained in the same way, and was.",
        ),
        (
            "They know the order of words, which recurrent networks do not",
            False,
            "It is the other way round. A recurrent network reads in order. Attention alone, as you will see in part 9, "
            "does not notice the order at all.",
        ),
    ],
)

# %% [markdown]
# ## 2. A weighted average
#
# A sequence goes in: vectors $x_1, \dots, x_t$. A sequence of the same length comes out: $y_1, \dots, y_t$. Self-attention
# makes each output from **all** the inputs, as a weighted average:
#
# $$y_i = \sum_j w_{ij}\, x_j$$
#
# The weight $w_{ij}$ says how much token $i$ listens to token $j$. The weights of one token are positive and sum to one.
# That is the whole operation. It is also the *only* place in a Transformer where tokens exchange anything: all its other
# parts work on each token alone.
#
# A sum of products over $j$ is a matrix product, so all outputs together are $Y = W X$, with a row of $W$ for each token.

# %%
x = torch.tensor([[1.0, 0.0], [0.0, 1.0], [4.0, 4.0]])  # three tokens of two numbers: (t, m)
w = torch.tensor([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.2, 0.2, 0.6]])  # (t, t), rows sum to one

one_by_one = torch.stack([sum(w[i, j] * x[j] for j in range(3)) for i in range(3)])
all_at_once = w @ x
print(all_at_once)
print("equal:", torch.allclose(one_by_one, all_at_once))

# %% [markdown]
# Where do the weights come from? The first idea in deep learning is always: make them parameters, and learn them.

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 2
quiz(
    "Suppose we learn the matrix `w` directly: t · t parameters, the same for every input. Which architecture is that?",
    [
        (
            "A fully connected layer, along the sequence",
            True,
            "y = w x with a learned w is a linear layer whose inputs and outputs are the positions. It exists: MLP-Mixer "
            "mixes the patches of an image so. But “token 7 listens to token 3” then holds for every sentence, "
            "whatever words stand there, and for one length t only.",
        ),
        (
            "A convolution",
            False,
            "Close: a convolution along the sequence is a special case, where w_ij depends on j − i only and is zero "
            "far from the diagonal. A free matrix `w` has no such pattern.",
        ),
        (
            "A recurrent network",
            False,
            "There the way from token j to token i leads through all tokens between them, each with a nonlinear update. "
            "Here it is one product with one number.",
        ),
        (
            "A Transformer",
            False,
            "In a Transformer the weights are not parameters. They are computed afresh for each input, from the input.",
        ),
    ],
)

# %% [markdown]
# In *“The **trophy** does not fit into the suitcase because **it** is too big”*, the word *it* should listen to *trophy*. With
# *small* in place of *big*, it should listen to *suitcase*. The positions are the same, so no fixed $w$ can be right for
# both. The weights must be **computed from the tokens**.
#
# ## 3. Similarity
#
# How much should token $i$ listen to token $j$? A simple answer: as much as they are alike. And the simplest measure of
# that is the **dot product**
#
# $$x_i \cdot x_j = \sum_k x_{ik}\, x_{jk},$$
#
# which is large when the two vectors have large entries in the same places. Take eight emoji, each described by six
# numbers, 1 for yes and 0 for no:

# %%
figures.emoji_table()

# %%
ladybird, balloon, fish = figures.emoji_vectors("🐞🎈🐟")
print("🐞 · 🎈 =", (ladybird @ balloon).item(), "  both are red, round, and fly")
print("🐞 · 🐟 =", (ladybird @ fish).item(), "  both are animals")
print("🎈 · 🐟 =", (balloon @ fish).item(), "  nothing in common")

# %% [markdown]
# With these vectors a dot product counts what two emoji share. For a whole sequence, one matrix product gives the dot
# products of all pairs: $X X^\top$, which is $(t, m) \cdot (m, t) = (t, t)$.
#
# **A game.** Five different emoji are hidden. You see only their dot products. Which sequence is it? (The diagonal is a good start:
# it tells how many features each one has.) Change the number to play again.

# %%
figures.emoji_game(1)

# %%
figures.emoji_game(2)

# %% [markdown]
# <details><summary><b>Think: is there always just one sequence with a given matrix?</b></summary>
#
# No. 🐦🐟 and 🐟🐦 both have the dot products 2, 1, 1, 2. More generally, dot products know lengths and angles only: turn all
# vectors by the same rotation and not one of them changes. (The game never offers you two sequences with the same matrix.)
#
# </details>
#
# In a real model nobody writes such features by hand. Each token of the vocabulary has a vector of learned numbers, its
# **embedding**, and training moves the embeddings so that the dot products come out useful.
#
# ## 4. From similarities to weights
#
# Dot products can be negative and sum to anything; weights should be positive and sum to one. The **softmax** does that for
# each row:
#
# $$w_{ij} = \frac{\exp(x_i \cdot x_j)}{\sum_{j'} \exp(x_i \cdot x_{j'})}$$

# %%
scores = torch.tensor([3.0, 2.0, 0.0, -1.0])
print("softmax:          ", F.softmax(scores, dim=-1))
print("all scores + 100: ", F.softmax(scores + 100, dim=-1))
print("all scores × 10:  ", F.softmax(scores * 10, dim=-1))

# %% [markdown]
# Adding the same number to all scores changes nothing: only differences count. Multiplying them does: the largest
# takes nearly all. Remember that for part 7.

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 3
quiz(
    "Why not simply divide each score by the sum of its row, x_i·x_j / Σ_j' x_i·x_j' ?",
    [
        (
            "Scores may be negative, or sum to zero",
            True,
            "With scores 3, 2, 0, −1 the last weight would be −0.25, and with 1 and −1 one would divide by zero. exp makes "
            "every score positive first, and keeps their order.",
        ),
        (
            "It would be too slow",
            False,
            "It would even be faster, as there is no exp to compute.",
        ),
        (
            "The weights would not sum to one",
            False,
            "They would, wherever the sum is not zero. But a weight could be negative, or larger than one.",
        ),
        (
            "It could not be differentiated",
            False,
            "A quotient can be differentiated wherever the sum is not zero.",
        ),
    ],
)

# %% [markdown]
# ### Exercise 1 · `attention_weights`
# **2 points** · difficulty ●○○○○ · importance ●●●●○ · about 5 minutes
#
# For a batch of sequences `x` of shape (b, t, m), give the weights of shape (b, t, t): row `i` of each matrix holds the
# weights with which token `i` listens to all tokens `j`, so each row sums to one. No scaling yet, just dot products
# and softmax.
#
# <details><summary>Hint 1</summary>
#
# All dot products of one sequence are `x @ x.T`. With a batch axis in front, only the last two axes should be swapped.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `x.transpose(1, 2)` is (b, m, t), and `@` treats the first axis as a batch.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Softmax has to make the sum over `j` one, and `j` is the last axis of (b, t, t): `dim=-1`.
#
# </details>


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
# Your weights for five emoji. Read a row: whom does 🐞 listen to?

# %%
sequence = "🐞🎈🍕🐟🐦"
figures.attention_heatmap(lambda: attention_weights(figures.emoji_vectors(sequence)[None])[0], sequence)

# %% [markdown]
# ## 5. Where are the parameters?
#
# You have a layer that mixes tokens. Before you go on, think: what in it can be trained?

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 4
quiz(
    "How many parameters does the layer y = attention_weights(x) @ x have?",
    [
        (
            "None",
            True,
            "Everything is computed from x. The layer itself cannot learn; only what comes before it can: the embeddings "
            "that make x, which shape the dot products, and so the weights.",
        ),
        (
            "t · t, the weights",
            False,
            "The weights are results, not parameters: they differ for every input and are thrown away after use. Learning "
            "them directly was the fully connected layer of part 2.",
        ),
        (
            "m · m",
            False,
            "Such a matrix would multiply the vectors before their dot products are taken. There is none yet; you add it "
            "in the next part.",
        ),
        (
            "t · m, the tokens",
            False,
            "x is the input of the layer. Its numbers may come from an embedding with parameters, but that is another layer.",
        ),
    ],
)

# %% [markdown]
# <details><summary><b>Think: what can this layer not do, whatever the embeddings are?</b></summary>
#
# * **One-sided interest.** $x_i \cdot x_j = x_j \cdot x_i$: before the softmax, the score with which a verb looks at its subject is also the
#   score with which the subject looks at the verb.
# * **Looking away from oneself.** Among vectors of equal length, none has a larger dot product with $x_i$ than $x_i$ itself. So
#   every token listens to itself most.
# * **Passing on something else than what it is compared by.** The same vector decides who listens, and is what is heard.
#
# All three have the same reason: one vector plays three roles.
#
# </details>
#
# ## 6. One vector, three roles: query, key, value
#
# Look at what $x_i$ does in $y_i = \sum_j w_{ij}\, x_j$ with $w_{ij}$ from $x_i \cdot x_j$:
#
# * as a **query**, it is compared with all others to make *its own* output: what am I looking for?
# * as a **key**, it is compared with the query of another token: what do I offer?
# * as a **value**, it is averaged into the output: what do I say to those who listen?
#
# Think of a library: you come with a question (query), compare it with the labels on the shelves (keys), and read what is in the
# books (values). Attention is a *soft* look-up: you read a little of every book, most from those whose labels fit best.
#
# A vector need not be the same in its three roles. Give each role its own learned matrix:
#
# $$q_i = W_q\, x_i \qquad k_i = W_k\, x_i \qquad v_i = W_v\, x_i$$
#
# $$w_{ij} = \operatorname{softmax}_j\!\left(\frac{q_i \cdot k_j}{\sqrt{d}}\right) \qquad y_i = \sum_j w_{ij}\, v_j$$
#
# where $d$ is the width of queries and keys. **Here are the parameters.** And two of the three limits fall at once: scores need not be symmetric,
# nor largest on the diagonal. The third falls with the values.

# %%
torch.manual_seed(1)
x = F.normalize(torch.randn(5, 6), dim=-1)  # five tokens of equal length
W_q, W_k = torch.randn(2, 6, 6)
plain, learned = x @ x.T, (x @ W_q.T) @ (x @ W_k.T).T
print("x·x: symmetric", torch.allclose(plain, plain.T), "| q·k: symmetric", torch.allclose(learned, learned.T))
print("x·x: largest of each row at", plain.argmax(-1).tolist(), "| q·k: at", learned.argmax(-1).tolist())

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 5
quiz(
    "Token 4 of a sentence should pay attention to token 2. Which dot product has to be large?",
    [
        (
            "query of token 4 · key of token 2",
            True,
            "The one who listens asks: its query meets the key of the one it listens to. The result goes to row 4, column 2.",
        ),
        (
            "key of token 4 · query of token 2",
            False,
            "That is row 2, column 4: how much token 2 listens to token 4. With learned matrices it may be quite different.",
        ),
        (
            "query of token 4 · value of token 2",
            False,
            "Values are never compared. They are what is read once the weights are known.",
        ),
        (
            "query of token 4 · query of token 2",
            False,
            "Two tokens that look for the same thing need not have anything to offer to each other.",
        ),
    ],
)

# %% [markdown]
# ## 7. Why divide by √d?
#
# The formula above divides the scores by $\sqrt{d}$ before the softmax. (Where queries and keys are as wide as the tokens, $d = m$.)
# The reason is not the output, but **learning**. Softmax turns scores into weights; how well it passes a gradient back depends on how
# large the scores are. Let us measure it: random scores for 16 tokens, at growing standard deviation. The gradient of softmax is the matrix
#
# $$\frac{\partial w_i}{\partial s_j} = w_i\,(\delta_{ij} - w_j),$$
#
# and we take its size (the root of the sum of its squares).

# %%
torch.manual_seed(0)
scales = [0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32]
noise = torch.randn(250, 16)
largest, gradient = [], []
for scale in scales:
    w = F.softmax(scale * noise, dim=-1)  # (250, 16)
    jacobian = torch.diag_embed(w) - w[:, :, None] * w[:, None, :]  # (250, 16, 16)
    largest.append(w.amax(-1).median().item())
    gradient.append(jacobian.flatten(1).norm(dim=1).median().item())
figures.softmax_gradient(scales, largest, gradient)

# %% [markdown]
# Up to a standard deviation of about 4 the gradient is healthy. At 8 it has lost two thirds of its size, at 16 nearly all: one weight is close to one, the rest
# are close to zero, and the layer can hardly change its mind about whom to listen to. So the scores should start out at a
# standard deviation of about **one**, however wide the vectors are. Dividing by $\sqrt{d}$ does exactly that. First build it, then prove it.
#
# ### Exercise 2 · `scaled_dot_product`
# **3 points** · difficulty ●●●○○ · importance ●●●●● · about 15 minutes
#
# The heart of every Transformer. From queries `q` (…, t, d), keys `k` (…, s, d) and values `v` (…, s, e) make the outputs `y` (…, t, e) and the
# weights `w` (…, t, s), and return both, `y` first. The dots stand for any axes in front: a batch, heads, or none at all.
#
# A boolean `mask` may come along, of a shape that broadcasts to (…, t, s): **True where query i may attend to key j**. Elsewhere
# the weight is zero, and the other weights of the row still sum to one. A query that may attend to *nothing* gets zeros, in `y` and in `w`.
#
# <details><summary>Hint 1</summary>
#
# `transpose(-2, -1)` swaps the last two axes, however many come before them. The width `d` is `q.shape[-1]`.
#
# </details>
# <details><summary>Hint 2</summary>
#
# If you set weights to zero *after* the softmax, the rest no longer sums to one. Let the softmax do it: before it, replace the forbidden
# scores by something whose exponential is zero. `scores.masked_fill(condition, number)` puts `number` where the condition is True.
#
# </details>
# <details><summary>Hint 3</summary>
#
# A row of nothing but `-inf` gives 0/0 = NaN. Use a very negative finite number instead, such as `torch.finfo(scores.dtype).min`: a row
# without any permission then gets even weights, which you can set to zero after the softmax with the same mask, at no harm to the other rows.
#
# </details>


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
# ### Exercise 3 · `dot_product_variance`
# **1 point** · difficulty ●●○○○ · importance ●●●○○ · about 5 minutes, with pen and paper
#
# Say the entries of $q$ and $k$ are independent, with mean 0 and variance 1: about what they are when training starts.
# How large is the **variance** of $q \cdot k = \sum_{n=1}^{d} q_n k_n$? Give the exact value for any `d`, as a float. (No simulation: think.)
#
# <details><summary>Hint 1</summary>
#
# The $d$ products $q_n k_n$ are independent of each other. What is the variance of a sum of independent numbers?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Each product has mean 0, so its variance is the mean of its square, $\mathrm{E}[q_n^2 k_n^2]$.
#
# </details>
# <details><summary>Hint 3</summary>
#
# As $q_n$ and $k_n$ are independent, $\mathrm{E}[q_n^2 k_n^2] = \mathrm{E}[q_n^2]\,\mathrm{E}[k_n^2]$, and both factors are the variance of one entry.
#
# </details>


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
### END HIDDEN TESTS

# %% [markdown]
# Now measure it, and see whether you were right:

# %%
torch.manual_seed(0)
widths = [1, 4, 16, 64, 256]
q, k = torch.randn(2, 1000, 256)  # 1000 queries and 1000 keys
plain, divided = [], []
for d in widths:
    dots = (q[:, :d] * k[:, :d]).sum(-1)  # 1000 dot products q·k, of the first d numbers
    plain.append(dots.var().item())
    divided.append((dots / math.sqrt(d)).var().item())
figures.variance_experiment(widths, plain, divided)

# %% [markdown]
# Look back at the gradient of softmax: without the division, vectors of width 256 would start at a standard deviation of 16, where hardly any gradient is left.

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 6
quiz(
    "Why is it √d that one divides by, and not d?",
    [
        (
            "Dividing by c divides the variance by c², and it should go from d to 1",
            True,
            "The standard deviation of q·k is √d, so after division by √d it is one, for every width.",
        ),
        (
            "Divided by d, the scores would be too large",
            False,
            "Too small: d is more than √d. With d the scores would be tiny, their standard deviation 1/√d: all weights would start out nearly "
            "equal, and every token would hear the plain average of all.",
        ),
        (
            "The square root is faster to compute",
            False,
            "It is one number per layer, known beforehand.",
        ),
        (
            "The weights would otherwise not sum to one",
            False,
            "Softmax makes them sum to one whatever the scores are.",
        ),
    ],
)

# %%
progress()

# %% [markdown]
# ## 8. Many heads
#
# *“The **pianist** thanked the **tuner** warmly.”* To make sense of *thanked*, one has to know *who* did it and *to whom*. A single softmax can give
# weight ½ to each of the two, but all that arrives is the average of their values: which half came from where is lost.

# %%
pianist, tuner = torch.tensor([3.0, 1.0]), torch.tensor([1.0, 5.0])
print("one head, half and half:  ", 0.5 * pianist + 0.5 * tuner)
print("the same, roles exchanged:", 0.5 * tuner + 0.5 * pianist)
print("two heads side by side:   ", torch.cat([pianist, tuner]))
print("the same, roles exchanged:", torch.cat([tuner, pianist]))

# %% [markdown]
# The remedy: do it several times, side by side. Each **head** has its own $W_q, W_k, W_v$, its own softmax, and so its own idea of whom
# to listen to and what to hear. One may look for the subject, another for the object. The heads' outputs are put next to each other, and a last
# linear map merges them back to the width of a token.

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 7
quiz(
    "What do several heads add that one head, with values just as wide as all of theirs together, could not do?",
    [
        (
            "Different weights over the tokens for different parts of the output",
            True,
            "One head has one row of weights per token, so every number it passes on is mixed in the same proportions. h heads have h "
            "rows, each with its own proportions.",
        ),
        (
            "More parameters",
            False,
            "One wide head can have as many. It would still mix all its values with the same weights.",
        ),
        (
            "A look at more tokens",
            False,
            "A single head already sees every token of the sequence.",
        ),
        (
            "Ready-made roles, such as subject and object",
            False,
            "Nobody assigns roles. Heads start out random and specialise in training, sometimes in ways one can name, often not.",
        ),
    ],
)

# %% [markdown]
# ## 9. All heads in one matrix product
#
# Three heads need three key matrices of shape (m, m). Nothing forces us to multiply by them one after the other. **Stack** them on top of each other, to one
# matrix of shape (3m, m): one product then gives the keys of all heads, next to each other. That is one large `nn.Linear` in place of
# three small ones, and it is the same function:

# %%
torch.manual_seed(0)
b, t, m, h = 2, 4, 5, 3
x = torch.randn(b, t, m)

small = [nn.Linear(m, m, bias=False) for _ in range(h)]  # one map for each head
large = nn.Linear(m, m * h, bias=False)
with torch.no_grad():
    large.weight.copy_(torch.cat([one.weight for one in small]))  # (h·m, m): head after head

each = torch.stack([one(x) for one in small], dim=1)  # (b, h, t, m)
together = large(x)  # (b, t, h·m)
unstacked = together.view(b, t, h, m).transpose(1, 2)  # (b, h, t, m)
print("one product:", tuple(together.shape), "→", tuple(unstacked.shape))
print("largest difference:", (each - unstacked).abs().max().item())

# %% [markdown]
# The order of the axes matters. In the last axis of `together` the heads lie one after the other, each with its m numbers, so one *first* splits that axis
# into (h, m), and *then* moves h in front of t. A `view(b, h, t, m)` right away would have the same shape, no error, and the numbers
# of different tokens mixed up.

# %%
wrong = together.view(b, h, t, m)
print("shape the same:", wrong.shape == each.shape, "| numbers the same:", torch.allclose(wrong, each))

# %% [markdown]
# ### Exercise 4 · `SelfAttention`
# **6 points** · difficulty ●●●●○ · importance ●●●●● · about 25 minutes
#
# Put it all together, as an `nn.Module`. Here every head is as wide as a token, `m`:
#
# | attribute | what it is |
# |---|---|
# | `tokeys`, `toqueries`, `tovalues` | `nn.Linear` from m to m·heads, without bias, the heads stacked as above |
# | `mergeheads` | `nn.Linear` from m·heads to m, with bias |
#
# `forward` takes `x` (b, t, m) and gives (b, t, m): keys, queries and values for all heads; scores divided by $\sqrt{m}$; softmax; the weighted average of the values;
# heads side by side; merge. No mask here: every token sees all.
#
# <details><summary>Hint 1: the plan, by shapes</summary>
#
# (b, t, m) → (b, t, h·m) → (b, t, h, m) → (b, h, t, m), three times. Scores (b, h, t, t). Averages (b, h, t, m). Then all the way back: (b, t, h, m) → (b, t, h·m) → (b, t, m).
#
# </details>
# <details><summary>Hint 2: splitting and joining</summary>
#
# `.view(b, t, h, m).transpose(1, 2)` splits. To join, undo it in the opposite order: `.transpose(1, 2)`, and then `.reshape(b, t, h * m)`
# (`view` would complain here, as a transposed tensor does not lie in memory in order).
#
# </details>
# <details><summary>Hint 3: the middle</summary>
#
# `queries @ keys.transpose(-2, -1)` has queries as rows and keys as columns; the `@` takes care of (b, h). The softmax runs over the keys, the last axis, and then
# `weights @ values`. The width of one head is m, not m·h, so √m it is.
#
# </details>


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
# You have built the layer. Two questions on what it is:

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 8
quiz(
    "You shuffle the tokens of a sentence and send it through SelfAttention. What happens to the outputs?",
    [
        (
            "They are the same vectors, shuffled in the same way",
            True,
            "Nothing in the formula knows the place of a token: sums over j do not care about order. “Dog bites man” and “man "
            "bites dog” give each word the same output. So order has to come in with the tokens: positions, in lab 2.",
        ),
        (
            "They do not change at all",
            False,
            "Output i belongs to token i. If a token moves, its output moves with it.",
        ),
        (
            "They are entirely different",
            False,
            "They would be in a recurrent network, where the state depends on what was read before.",
        ),
        (
            "An error: the layer was built for another order",
            False,
            "The layer knows neither an order nor even a length. Any t will do.",
        ),
    ],
)

# %% [markdown]
# <details><summary><b>Think: how many parameters has SelfAttention(m, h), and do they depend on the length t?</b></summary>
#
# Three maps of $m \cdot mh$, and one of $mh \cdot m$ with a bias of $m$: $4hm^2 + m$. The length $t$ does not appear: the same layer reads 5 tokens
# or 5000. It is the *work* and the memory for the weights that grow with $t^2$. The cell below counts.
#
# </details>

# %%
m, h = 64, 8
maps = [nn.Linear(m, m * h, bias=False) for _ in range(3)] + [nn.Linear(m * h, m)]
print("counted:", sum(p.numel() for one in maps for p in one.parameters()), "| by the formula:", 4 * h * m**2 + m)

# %% [markdown]
# ## 10. No peeking: the causal mask
#
# GPT is trained to predict the next token, at every position of a text at once. At position 3 it should guess token 4. But self-attention lets position 3
# look at token 4: it would simply read off the answer, and learn nothing. So each token may attend to **itself and the tokens before it**, not
# to those after it. A mask of booleans says so, and goes where the mask of your `scaled_dot_product` went.
#
# ### Exercise 5 · `causal_mask`
# **1 point** · difficulty ●○○○○ · importance ●●●●○ · about 3 minutes
#
# For `t` tokens, make the boolean mask (t, t) that is True at `[i, j]` where token `i` may attend to token `j`, that is where $j \le i$. It should be made on `device`.
#
# <details><summary>Hint 1</summary>
#
# The allowed cells form a triangle, with its diagonal. Draw the case t = 3 on paper: is it the lower or the upper one?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Look at `torch.tril`. Or compare a column of row numbers with a row of column numbers: `torch.arange(t)[:, None]` and `torch.arange(t)`.
#
# </details>


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

# %%
figures.masks(lambda: causal_mask(6), ["the", "cat", "sat", "on", "the", "mat"])

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 9
quiz(
    "The mask makes the forbidden scores (nearly) −∞ before the softmax. Why not set the forbidden weights to 0 after it?",
    [
        (
            "The allowed weights would no longer sum to one",
            True,
            "The softmax would have shared out the total of one among all tokens, the future ones too. Cutting those off leaves less than one: the first "
            "token, which may see only itself, would be heard with a fraction of its voice.",
        ),
        (
            "The future would leak in all the same",
            True,
            "That too: in the denominator of the softmax stand the scores of the future tokens. Change one, and the "
            "weights of the past change with it.",
        ),
        (
            "It would make the outputs NaN",
            False,
            "No: zero times a number is zero. NaN comes from the other side, where a whole row is −∞ and the softmax has to compute 0/0.",
        ),
        (
            "There is no reason: both are the same",
            False,
            "They agree only if the weights are divided by their new sum afterwards.",
        ),
    ],
)

# %% [markdown]
# ## 11. GPT's heads are narrow
#
# In `SelfAttention` every head is as wide as a token, so $h$ heads cost $h$ times as much as one. GPT, like most models, **shares the width** among
# the heads: with $m = 768$ and 12 heads, each is $768 / 12 = 64$ numbers wide.

# %%
figures.heads_diagram()

# %% [markdown]
# Each narrow head still reads *all* m numbers of a token (its maps go from m to m / h); it only writes less. And as its queries and keys have $m/h$ entries, its scores are divided by
# $\sqrt{m/h}$: by part 7, what counts is the width of the vectors whose dot product is taken.
#
# How much cheaper is it?

# %%
m, h = 768, 12
wide = 4 * h * m**2 + m  # SelfAttention(m, h)
narrow = (m * 3 * m + 3 * m) + (m * m + m)  # GPT-2's layer, whose maps have biases
print(f"wide heads {wide:,} · narrow heads {narrow:,} · {wide / narrow:.1f} times fewer")

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 10
quiz(
    "m = 768 and 12 narrow heads. By what are the scores of a head divided?",
    [
        (
            "√64 = 8",
            True,
            "A head's queries and keys have 768 / 12 = 64 entries, so their dot product has a standard deviation of √64 at the start.",
        ),
        (
            "√768 ≈ 27.7",
            False,
            "That is for heads of width 768. Here it would make the scores too small by √12, and the weights too even.",
        ),
        ("√12 ≈ 3.5", False, "The number of heads is not the length of any dot product."),
        ("12", False, "Heads never add up their scores: each has its own softmax."),
    ],
)

# %% [markdown]
# ### Exercise 6 · `CausalSelfAttention`
# **5 points** · difficulty ●●●●○ · importance ●●●●● · about 20 minutes
#
# GPT-2's attention layer, which you will use in lab 2 to run the real one:
#
# | attribute | what it is |
# |---|---|
# | `qkv` | `nn.Linear` from m to 3m, with bias: **queries, then keys, then values**, each m wide with its heads one after the other |
# | `proj` | `nn.Linear` from m to m, with bias: merges the heads |
#
# `forward`: (b, t, m) → (b, t, m), each head m / heads wide, causal. If `heads` does not divide `m`, the constructor raises a `ValueError`.
#
# <details><summary>Hint 1</summary>
#
# One product gives (b, t, 3m). First take it apart into three times (b, t, m): `split(m, dim=-1)` or `chunk(3, dim=-1)`. Then each of the three into heads, as in exercise 4.
#
# </details>
# <details><summary>Hint 2</summary>
#
# With d = m // heads: `.view(b, t, heads, d).transpose(1, 2)` is (b, h, t, d). Scores are divided by √d, and the future is masked *before* the softmax. The mask (t, t) broadcasts over (b, h).
# No row is fully masked here, as each token sees itself, so `-inf` is safe.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `torch.ones(t, t, dtype=torch.bool, device=x.device).tril()` is True where one may look; `masked_fill(~allowed, float("-inf"))` shuts the rest. At the end: transpose back, `reshape(b, t, m)`, `proj`.
#
# </details>


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
# ## 12. How many parameters has GPT-3?
#
# You now know the layer; the rest of a GPT is quickly said (and built in lab 2). In the style of GPT-2, with width $d$:
#
# * **Token embeddings**: a vector of $d$ numbers for each of the $V$ tokens of the vocabulary.
# * **Position embeddings**: a vector of $d$ numbers for each of the `n_ctx` places of the longest sequence.
# * **Blocks**, `n_layer` of them, each with
#   * two **layer norms**, each with a gain and a bias of $d$ numbers;
#   * the **attention** you have built: `qkv` and `proj`, with biases;
#   * an **MLP**: linear from $d$ to $4d$, then from $4d$ back to $d$, with biases.
# * A final **layer norm**.
# * The **output head**, which gives a score for each token of the vocabulary. Its matrix is **tied**: it *is* the matrix of token embeddings, and has no
#   bias. It costs nothing extra.
#
# <details><summary><b>Think: does the number of heads matter?</b></summary>
#
# No. Narrow heads share the width d: 12 heads of 64 or one of 768, the matrices are the same size. That is why `gpt_parameter_count` does not ask for it.
#
# </details>
#
# ### Exercise 7 · `gpt_parameter_count`
# **2 points** · difficulty ●●○○○ · importance ●●●○○ · about 10 minutes
#
# The exact number of parameters, as an `int`. A touchstone: the smallest GPT-2 has 12 blocks of width 768, a vocabulary of 50,257 and 1,024 places, and exactly **124,439,808** parameters.
#
# <details><summary>Hint 1</summary>
#
# `nn.Linear(a, b)` has a·b weights and, with a bias, b more numbers. Count one block first.
#
# </details>
# <details><summary>Hint 2</summary>
#
# If you are off by `n_vocab * d_model`, you have counted the tied matrix twice. If you are off by a little, look for a forgotten bias or the last layer norm.
#
# </details>
# <details><summary>Hint 3</summary>
#
# The matrices of a block: $3d^2$ for qkv, $d^2$ for proj, $4d^2 + 4d^2$ for the MLP. Its vectors: $3d + d$ and $4d + d$ for the biases, and $2 \cdot 2d$ for the norms.
#
# </details>


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

# %%
figures.parameter_counts(gpt_parameter_count)

# %% [markdown]
# <details><summary><b>The numbers, and what is called GPT-2</b></summary>
#
# | model | blocks | width | context | parameters |
# |---|---|---|---|---|
# | GPT-2 (`gpt2`) | 12 | 768 | 1024 | 124,439,808 |
# | GPT-2 XL (`gpt2-xl`) | 48 | 1600 | 1024 | 1,557,611,200 |
# | GPT-3 | 96 | 12288 | 2048 | 174,604,259,328 |
#
# Two models go by the name GPT-2. Papers often mean the largest, with 48 blocks and its “1.5 billion” parameters (1.56 billion by the count above); who loads `gpt2` from a model hub gets the smallest, with 124 million, which is also what
# we shall use in these labs. GPT-3's 174.6 billion were rounded to 175. Stored as 16-bit numbers, they fill about 349 gigabytes. (In GPT-3 every other layer attends
# sparsely; that changes which weights are computed, and no parameter.)
#
# </details>

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 11
quiz(
    "Where do most of GPT-3's parameters sit?",
    [
        (
            "In the MLPs",
            True,
            "8d² of the 12d² in each block, so two thirds. Attention moves information between tokens; most of the numbers are in what is done with it at each token.",
        ),
        (
            "In the attention layers",
            False,
            "4d² of the 12d² in each block: one third. They decide who hears whom, but they are not where most of the numbers are.",
        ),
        (
            "In the token embeddings",
            False,
            "50,257 · 12,288 is 0.6 billion: less than half a percent. (In the smallest GPT-2 it is 31 percent!)",
        ),
        ("In the attention weights", False, "Those are computed for each input, and are no parameters at all."),
    ],
)

# %%
progress()

# %% [markdown]
# ## What you have learned
#
# * Self-attention is a **weighted average** of the tokens, $y_i = \sum_j w_{ij} v_j$, whose weights are computed from the tokens themselves.
# * **Query, key, value** are three learned views of the same token: what it looks for, what it offers, what it says.
# * Scores are divided by **√d**, the standard deviation of a dot product of width d, so that softmax can learn.
# * Several **heads** mix the tokens in several proportions at once; stacked, they are one matrix product.
# * The **causal mask** keeps the future out, and **narrow heads** share the width. With these two you have GPT's own layer.
# * Attention knows nothing of **order**, and has no parameter that depends on length.
#
# **What next?** In lab 2 you put your layer into a block with layer norms, residual connections and an MLP, add positions, stack the blocks to a GPT, and pour the
# weights of the real GPT-2 into it. Then it writes.
#
# **To read on**
#
# * A. Vaswani and others, *Attention Is All You Need*, 2017, arXiv:1706.03762: the Transformer; its footnote 4 is your exercise 3.
# * D. Bahdanau, K. Cho, Y. Bengio, *Neural Machine Translation by Jointly Learning to Align and Translate*, 2014, arXiv:1409.0473: attention, still with a recurrent network.
# * I. Tolstikhin and others, *MLP-Mixer: An all-MLP Architecture for Vision*, 2021, arXiv:2105.01601: learned mixing along the sequence.
# * A. Radford and others, *Language Models are Unsupervised Multitask Learners*, 2019: GPT-2.
# * T. Brown and others, *Language Models are Few-Shot Learners*, 2020, arXiv:2005.14165: GPT-3; its table 2.1 has the sizes you counted.
