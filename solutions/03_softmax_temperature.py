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
# # Lab 3: Softmax and its temperature
#
# Softmax stands at two places in every Transformer: inside, it turns scores into attention weights; at the end, it turns scores into
# the probabilities of the next word. It has one dial, the **temperature**, from *all for the largest* to *the same for everyone*. In this lab you
# build a softmax that no number breaks, find out what the dial does to the gradient, and learn to set it.
#
# | part | what you build |
# |---|---|
# | 1 to 3 | what softmax is, and what temperature does to it |
# | 4 and 5 | `softmax` that survives any score, and `entropy`, which measures how undecided it is |
# | 6 | `softmax_jacobian`: why layers stop learning, and the last word on lab 1's √d |
# | 7 | `attention_with_temperature`: what sharp and flat attention can express |
# | 8 and 9 | `temperature_for_entropy`: setting the dial; then words are drawn |
#
# **How it works.** As in lab 1: write your answers where you read `# YOUR CODE HERE`, run the cell, then the `check(...)` below it. There are 15
# points, and about an hour and a half of work. Parts 6 and 7 come back to attention: three lines there remind you of what they need from lab 1.

# %% tags=["setup"]
from helpers import check, figures, progress, quiz

# %%
import math

import torch
import torch.nn.functional as F
from torch import Tensor

from helpers import playground

# %% [markdown]
# ## 1. From scores to shares
#
# Something has given each of $n$ choices a score $z_i$: any number, positive or negative. How should a total of one be shared out among them, so that
# higher scores get more? **Softmax** makes every score positive, by the exponential, and divides by the sum:
#
# $$\sigma_i(z) = \frac{e^{z_i}}{\sum_j e^{z_j}}$$

# %%
z = torch.tensor([2.0, 1.0, 0.0, -1.0])
p = z.exp() / z.exp().sum()
print("shares:               ", [f"{value:.4f}" for value in p.tolist()])
print("each against the next:", [f"{value:.4f}" for value in (p[:-1] / p[1:]).tolist()])

# %% [markdown]
# The second line is the key to the whole lab. The **ratio** of two shares depends on nothing but the **difference** of the two scores:
#
# $$\frac{\sigma_i}{\sigma_j} = e^{z_i - z_j}$$
#
# One more point of score, $e \approx 2.718$ times the share; who else takes part, and where zero is on the scale of scores, does not matter.
#
# The formula is much older than neural networks. In a gas at temperature $T$, a molecule is found in a state of energy $E_i$ with a probability proportional to $e^{-E_i / kT}$: the
# **Boltzmann distribution** ($k$ is Boltzmann's constant, which turns degrees into energy). Put $z_i = -E_i$ and $k = 1$, and it is softmax of $z / T$. In the cold nearly all molecules sit in the lowest state; in the heat they spread over all of
# them. So the word *temperature*, which you meet in every interface to a language model, is meant literally.
#
# ## 2. A smooth arg max, and not a smooth max
#
# The name misleads. The **maximum** of some scores is a *score*: one number. What softmax gives is a *list of shares*, one per choice. Let
# one score pull away from the others, and the list comes close to (1, 0, 0, …), which says **where** the maximum is: that is **arg max**, written as a one-hot vector.
#
# Arg max jumps: as one score overtakes another, the 1 hops from place to place, and between the hops nothing changes at all. So its derivative is zero wherever it exists, and no network can learn
# through it. Softmax is arg max with the corners rounded off.
#
# There is a smooth maximum too. It is called **log-sum-exp**; a number $T > 0$ says how smooth:
#
# $$\max_i z_i \;\le\; T \log \sum_i e^{z_i / T} \;\le\; \max_i z_i + T \log n$$
#
# The smaller $T$, the closer. (Why the bounds? The sum holds $e^{\max_i z_i / T}$, and it holds $n$ terms none of which is larger.) And the two smooth functions belong together: softmax is the **gradient** of log-sum-exp.

# %%
z = torch.tensor([1.0, 3.0, 2.0], requires_grad=True)
for T in (2.0, 1.0, 0.1):
    smooth = T * torch.logsumexp(z / T, dim=0)
    (gradient,) = torch.autograd.grad(smooth, z)
    same = torch.allclose(gradient, F.softmax(z / T, dim=0))
    print(f"T = {T}: log-sum-exp {smooth:.3f}, at most {3 + T * math.log(3):.3f} | its gradient is softmax: {same}")

# %% [markdown]
# Two choices, one with score $x$ and one with score 0. On the left the maximum and its smooth form; on the right arg max (the share of the first choice jumps from 0 to 1) and *its* smooth form:

# %%
figures.smooth_maximum()

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 1
quiz(
    "A layer should pass on (about) the largest of its scores, as one number, with gradients. What do you take?",
    [
        (
            "Log-sum-exp of the scores",
            True,
            "It gives a number close to the largest score, a little above it, and its gradient is shared among the scores, most for the largest.",
        ),
        (
            "Softmax of the scores",
            False,
            "That gives n shares that sum to one, whatever the size of the scores. It tells which score is the largest, not how large it is.",
        ),
        (
            "The scores, averaged with their softmax as weights",
            True,
            "That works too: Σ σ_i z_i comes close to the largest score, from below. Read it as a soft look-up: softmax says where to look, and the values there are the scores "
            "themselves. Attention does just that, with other values.",
        ),
        (
            "The largest entry of the softmax",
            False,
            "Subtract 1000 from all scores and it stays as it is, so it cannot be the largest score. It says how decided the softmax is.",
        ),
    ],
)

# %% [markdown]
# ## 3. The temperature
#
# Divide all scores by a number $T > 0$ first:
#
# $$\sigma_i(z; T) = \frac{e^{z_i / T}}{\sum_j e^{z_j / T}} \qquad\qquad \frac{\sigma_i}{\sigma_j} = e^{(z_i - z_j)/T}$$
#
# $T$ is the **unit of score**: a lead of $T$ points is worth a factor of $e$. In the cold a small lead is decisive; in the heat even a large one hardly counts. Move the slider. (Its left end, $T = 0$, stands for the limit: all to the largest.)

# %%
playground.temperature_slider()

# %% [markdown]
# Blue bars, behind: $T = 1$. Orange ones, in front: your temperature. The order of the bars never changes, and the sum stays one; what changes is how much the first gets ahead. (The legend also counts “effective choices”; part 5 explains them.) Here are five fixed scores over
# all temperatures at once:

# %%
figures.temperature_curves([2.0, 1.0, 0.5, -0.5, -1.0])

# %% [markdown]
# Both ends can be read off the ratio $e^{(z_i - z_j)/T}$.
#
# * **$T \to \infty$**: the exponent goes to 0, all ratios to 1. Everyone gets $1/n$: the **uniform** distribution.
# * **$T \to 0$**: for $z_i > z_j$ the exponent grows without bound. All goes to the largest: **arg max**, one-hot.
#
# <details><summary><b>Think: two scores are both the largest. What is the limit T → 0?</b></summary>
#
# Their difference is 0, and $e^{0/T} = 1$ at every temperature. So they have equal shares all the way down, and in the limit each has ½ (with $m$ of them, $1/m$).
#
# A program that is asked for $T = 0$ has to decide, as it cannot divide by zero. In text generation $T = 0$ means *take the most likely word*, one word, so ties go to the first one; that is
# what we shall build. Then $T = 0$ is not quite the limit. With scores computed in floating point, exact ties are rare anyway.
#
# </details>

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 2
quiz(
    "Which of these changes the shares?",
    [
        ("Adding 5 to all scores", False, "Differences stay as they are, so all ratios do."),
        (
            "Multiplying all scores by 2",
            True,
            "Differences double, so every ratio is squared: 3 : 1 becomes 9 : 1. It is the same as halving the temperature.",
        ),
        (
            "Multiplying all scores by 2, and T too",
            False,
            "Only z / T counts. “Large scores” and “low temperature” are two names for one thing.",
        ),
        (
            "Lowering every score but the best by 1",
            True,
            "The differences among the others stay, so they share the rest in the same proportions; but the ratio of the best to each of them grows by the factor e.",
        ),
    ],
)

# %% [markdown]
# ## 4. When the numbers run out
#
# Typed in just as it stands, the formula of softmax works nicely, until it doesn't:


# %%
def naive(z: Tensor, T: float) -> Tensor:
    return torch.exp(z / T) / torch.exp(z / T).sum()


z = torch.tensor([40.0, 39.5, 39.0, 10.0])
for T in (10.0, 1.0, 0.1):
    print(f"T = {T:4}: exp(z / T) = {torch.exp(z / T)}\n          shares = {naive(z, T)}")

# %% [markdown]
# At $T = 0.1$ everything is NaN, “not a number”. The shares themselves are no problem: by the ratios, the first should have $e^5 \approx 148$ times as much as the second. But on the way to them stands $e^{400}$, and a number of 32 bits ends at $3.4 \cdot 10^{38} \approx
# e^{88.7}$; beyond, there is only `inf`, and `inf / inf` has no value. Numbers of 64 bits end at $e^{709.8}$: later, but not late enough. And there is a second limit, below:

# %%
for dtype in (torch.float32, torch.float64):
    largest = math.log(torch.finfo(dtype).max)
    low = naive(torch.tensor([-2000.0, -2001.0], dtype=dtype), 1.0)
    print(f"{dtype}: exp overflows above {largest:.1f}; shares of the scores -2000 and -2001: {low}")

# %% [markdown]
# All exponentials have become 0, and 0 / 0 is NaN as well. Low temperatures make either disaster likely, since they divide the scores by something small.
#
# The way out is a property that you know already: **only differences count**. We may add the same number to all scores, and choose it so that nothing can go wrong.
#
# ### Exercise 1 · `softmax`
# **4 points** · difficulty ●●●○○ · importance ●●●●● · about 15 minutes
#
# Softmax with a temperature, along any axis `dim` of `z`, with `torch.exp` and sums of your own (`F.softmax` would take the point out of it). It should
#
# * give right shares for scores of ±10,000, and for a temperature of 0.01, without NaN;
# * at $T = 0$, give all to the largest score; if several are the largest, to the first of them;
# * raise a `ValueError` for $T < 0$.
#
# <details><summary>Hint 1</summary>
#
# Which score can you make 0 by shifting all of them, so that no exponential is larger than $e^0 = 1$, and the sum is at least 1?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Each distribution needs a shift of its own: one for each row, if `dim` runs along rows. `z.amax(dim, keepdim=True)` keeps the axis with length 1, so that it can be subtracted from `z`. The same `keepdim=True` helps with
# the sum.
#
# </details>
# <details><summary>Hint 3</summary>
#
# For $T = 0$: `z.argmax(dim, keepdim=True)` gives the place of the first largest score, and `torch.zeros_like(z).scatter(dim, places, 1.0)` writes a 1 there. Look at $T$ before you divide by it.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "softmax", "locked": false, "schema_version": 3, "solution": true, "task": false}
def softmax(z: Tensor, temperature: float = 1.0, dim: int = -1) -> Tensor:
    """The shares exp(z / T) / Σ exp(z / T) along one axis.

    z:           scores, of any shape
    temperature: T ≥ 0. At 0 the first largest score gets all. ValueError if negative
    dim:         the axis along which the shares sum to one
    returns:     the shares, of z's shape; never NaN for finite scores
    """
    ### BEGIN SOLUTION
    if temperature < 0:
        raise ValueError(f"the temperature must not be negative, but is {temperature}")
    if temperature == 0:
        return torch.zeros_like(z).scatter(dim, z.argmax(dim, keepdim=True), 1.0)
    shifted = z - z.amax(dim, keepdim=True)  # the largest score becomes 0, so no exponential exceeds 1
    powers = torch.exp(shifted / temperature)
    return powers / powers.sum(dim, keepdim=True)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_softmax", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
check("softmax")
### BEGIN HIDDEN TESTS
from helpers.checking import require

require("softmax")
_z, _T = torch.randn(3, 5, 7, dtype=torch.float64), 0.2 + 3 * float(torch.rand(()))
_p = softmax(_z, _T, dim=1)
assert torch.allclose(_p.sum(1), torch.ones(3, 7, dtype=_p.dtype)), "shares must sum to one along dim"
assert torch.allclose(_p, F.softmax(_z / _T, dim=1)) and torch.allclose(softmax(_z + 1e4, _T, 1), _p)
assert torch.allclose(softmax(4 * _z, 4 * _T, 1), _p), "only z / T counts"
assert torch.allclose(softmax(_z, 1e9, 1), torch.full_like(_z, 1 / 5)), "uniform in the heat"
assert torch.equal(softmax(_z, 0.0, 1).argmax(1), _z.argmax(1)), "arg max in the cold"
### END HIDDEN TESTS

# %% [markdown]
# <details><summary><b>Think: why the maximum, and not, say, the mean?</b></summary>
#
# Either shift is allowed by the mathematics. But with scores 1000 and −1000 the mean is 0, and nothing is gained. After subtracting the maximum all exponents are ≤ 0 and one of them is
# exactly 0: no exponential can overflow, and the sum lies between 1 and $n$, so that it can be neither infinite nor zero.
#
# </details>

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 3
quiz(
    "After the shift by the maximum, a score far below it still gives exp(−2000), which is stored as exactly 0. How bad is that?",
    [
        (
            "Harmless for the shares: the true value is 0 to more than 800 decimal places",
            True,
            "e^−2000 is about 10^−869, far below anything that could change the sum, which is at least 1. Rounding it to 0 is as right as any other rounding.",
        ),
        (
            "The shares no longer sum to one",
            False,
            "They do: what is missing is about 10^−869.",
        ),
        (
            "Bad for the logarithm of that share",
            True,
            "log 0 is −∞, while the true logarithm, about −2000, is an ordinary number. Anyone who needs the logarithm of a share should not compute the share first: log σ_i = z_i − log-sum-exp(z), which is "
            "what `F.log_softmax` computes, and why losses take scores (“logits”) and not probabilities. (The entropy, next, gets away with it: there the factor p kills the term.)",
        ),
        ("It gives NaN again", False, "NaN came from ∞/∞ and 0/0. Here a 0 is divided by a sum of at least 1."),
    ],
)

# %% [markdown]
# ## 5. How undecided? Entropy
#
# Sharp and flat should become a number. Say you learn that something has happened which had the probability $p$. Your **surprise** is $-\log p$: nothing for what was certain, and more the rarer it
# was; two independent surprises add up. The **entropy** is the surprise to be expected,
#
# $$H(p) = -\sum_i p_i \log p_i.$$
#
# With the natural logarithm its unit is the **nat**; with the logarithm to base 2 it would be the bit, and one nat is $1/\log 2 \approx 1.44$ bits. What never happens adds nothing: $p \log p \to 0$ as $p \to 0$, so $0 \log 0$ counts as 0 here.
#
# The entropy lies between **0** (all on one choice) and **$\log n$** (all alike). Its exponential is easier to picture: $e^{H}$ is the **effective number of choices**. A fair die has $e^{\log 6} = 6$; a loaded
# one has fewer, and a distribution with $e^H = 2.5$ is as undecided as a fair choice among two and a half things. (It is also called the *perplexity* of the distribution. The perplexity of a language model is a close relative: there one takes the surprise at the words that really came.)
#
# ### Exercise 2 · `entropy`
# **2 points** · difficulty ●●○○○ · importance ●●●●○ · about 10 minutes
#
# The entropy of the distributions along axis `dim` of `p`, in nats. Some probabilities may be exactly 0.
#
# <details><summary>Hint 1</summary>
#
# In floating point `0 * log(0)` is `0 * (-inf)`, which is NaN: the zeros have to be looked after before the logarithm is taken.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Replace the zeros *inside the logarithm* by a number whose logarithm is harmless. The factor $p = 0$ in front then does the rest. `torch.where(condition, a, b)` chooses entry by entry.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `torch.where(p > 0, p, 1.0)` goes into the logarithm: $\log 1 = 0$. (`torch.xlogy(p, p)` does all of it in one call, and may be used.)
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "entropy", "locked": false, "schema_version": 3, "solution": true, "task": false}
def entropy(p: Tensor, dim: int = -1) -> Tensor:
    """The entropy of probability distributions, in nats.

    p:       probabilities that sum to one along axis `dim`; zeros allowed, and 0 · log 0 counts as 0
    dim:     the axis of the choices
    returns: the shape of p without that axis
    """
    ### BEGIN SOLUTION
    safe = torch.where(p > 0, p, 1.0)  # log 1 = 0: what never happens adds nothing, to the gradient either
    return -(p * safe.log()).sum(dim)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_entropy", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check("entropy")
### BEGIN HIDDEN TESTS
from helpers.checking import require

require("entropy")
_p = F.softmax(torch.randn(3, 7, 5, dtype=torch.float64), dim=1)
assert torch.allclose(entropy(_p, dim=1), torch.distributions.Categorical(_p.transpose(1, 2)).entropy())
assert torch.allclose(entropy(torch.full((4, 9), 1 / 9)), torch.full((4,), math.log(9))), "log n at the most"
assert torch.allclose(entropy(torch.eye(5)), torch.zeros(5), atol=1e-6), "0 at the least"
_pair = _p[0, :, 0, None] * _p[1, :, 1]  # two independent choices
assert torch.allclose(entropy(_pair.flatten()), entropy(_p[0, :, 0]) + entropy(_p[1, :, 1])), "surprises add up"
### END HIDDEN TESTS

# %% [markdown]
# Now play, and watch the two numbers above the bars: the entropy, and the effective number of choices. Try one hundred variables. Which temperature leaves you ten effective choices?
#
# <details><summary><b>Think: why is the answer different for every seed?</b></summary>
#
# The scores are drawn anew, and with them the lead of the best few. For a hundred normal scores it is mostly a temperature between 0.3 and 0.7. In part 8 you write a function that finds it.
#
# </details>

# %%
playground.temperature()

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 4
quiz(
    "Ten thousand words have a score of 0; one has a score of 5. At T = 1, what does the softmax look like?",
    [
        (
            "Nearly flat: the favourite gets a little over one percent",
            True,
            "e^5 ≈ 148 against a total of 10,148. A lead that is decisive among five choices drowns among ten thousand: the many have little each, and much together.",
        ),
        (
            "Sharp: the favourite is 148 times as likely as any other word",
            False,
            "The ratio is right, but there are ten thousand others. Together they get more than 98 percent.",
        ),
        (
            "It has about ten thousand effective choices",
            True,
            "The entropy is 9.15 nats, and e to that is about 9,430. To decide for the favourite, with so many rivals, the temperature must fall well below 1: at T = 0.5 it has 69 percent.",
        ),
        (
            "It cannot be said without the other scores' order",
            False,
            "All the others have the same score, and softmax knows no order of places.",
        ),
    ],
)

# %% [markdown]
# ## 6. What comes back: the gradient
#
# In lab 1 the scores were divided by $\sqrt{d}$, so that softmax *can learn*. Now you can work out what that means. How does share $i$ respond to score $j$? That is the **Jacobian**, an $n \times n$ matrix.
#
# Take the logarithm, $\log \sigma_i = z_i/T - \log \sum_k e^{z_k/T}$, and differentiate with respect to $z_j$. The first term gives $1/T$ if $i = j$, and else nothing: write $\delta_{ij}/T$, with $\delta_{ij} = 1$ for $i = j$ and 0
# otherwise. The second, by part 2, gives $\sigma_j / T$. And as $\partial \log \sigma_i = \partial \sigma_i / \sigma_i$,
#
# $$\frac{\partial \sigma_i}{\partial z_j} = \frac{\sigma_i\,(\delta_{ij} - \sigma_j)}{T}.$$
#
# ### Exercise 3 · `softmax_jacobian`
# **3 points** · difficulty ●●●○○ · importance ●●●●○ · about 10 minutes
#
# For scores `z` of shape (n,), the matrix (n, n) with $\partial \sigma_i / \partial z_j$ in row $i$ and column $j$. Write the formula, with your `softmax` or with `F.softmax`; autograd is for checking it.
#
# <details><summary>Hint 1</summary>
#
# Multiplied out: $\sigma_i \delta_{ij} - \sigma_i \sigma_j$. The first part is a diagonal matrix. What is the second?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `torch.diag(p)` and `torch.outer(p, p)`. The temperature enters twice: in `p`, and in the factor.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "softmax_jacobian", "locked": false, "schema_version": 3, "solution": true, "task": false}
def softmax_jacobian(z: Tensor, temperature: float = 1.0) -> Tensor:
    """How each share of softmax(z / T) changes with each score.

    z:           (n,) scores
    temperature: T > 0
    returns:     (n, n), at [i, j] the derivative of share i with respect to score j
    """
    ### BEGIN SOLUTION
    p = F.softmax(z / temperature, dim=-1)  # (n,)
    return (torch.diag(p) - torch.outer(p, p)) / temperature
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_softmax_jacobian", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
check("softmax_jacobian")
### BEGIN HIDDEN TESTS
from helpers.checking import require

require("softmax_jacobian")
_z, _T = torch.randn(7, dtype=torch.float64), 0.3 + 2 * float(torch.rand(()))
_J = softmax_jacobian(_z, _T)
assert torch.allclose(_J, torch.autograd.functional.jacobian(lambda z: F.softmax(z / _T, dim=-1), _z))
assert torch.allclose(_J, _J.T) and torch.allclose(_J.sum(0), torch.zeros(7, dtype=_J.dtype))
assert torch.linalg.eigvalsh(_J).min() > -1e-9, "no direction in which all shares run against their scores"
### END HIDDEN TESTS

# %%
figures.jacobian_heatmaps(lambda T: softmax_jacobian(torch.tensor([2.0, 1.0, 0.5, -0.5, -1.0]), T))

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 5
quiz(
    "Each row and each column of the Jacobian sums to zero. Why?",
    [
        (
            "Columns: the shares always sum to one",
            True,
            "Column j says what happens to all shares when score j moves. What one gains, the others lose, so the changes cancel.",
        ),
        (
            "Rows: adding the same number to all scores changes nothing",
            True,
            "Row i, summed, says what share i does when all scores move together: nothing. One and the same matrix shows both facts, because it is symmetric.",
        ),
        (
            "Because the gradient of softmax vanishes",
            False,
            "The sums vanish; the entries need not. At two equal scores and T = 1 the matrix has entries of ±¼.",
        ),
        (
            "Because the scores have mean zero",
            False,
            "They need not have. The sums are zero for any scores.",
        ),
    ],
)

# %% [markdown]
# Look at the outer pictures. At low temperature nearly all entries are zero, and at high temperature all are small: **at both ends hardly any gradient comes back**, though for two different reasons. In the cold one share is nearly 1 and
# the rest nearly 0, so every product $\sigma_i(\delta_{ij} - \sigma_j)$ vanishes: the decision has been made. In the heat the shares are fine, but there stands $1/T$: the scores hardly count, so neither do their changes.
#
# Let us measure the size of the Jacobian (the root of the sum of its squares) for 16 random scores, for three different standard deviations:

# %%
torch.manual_seed(0)
noise = torch.randn(60, 16)


def jacobian_size(scale: float, T: float) -> float:
    return torch.stack([softmax_jacobian(scale * z, T).norm() for z in noise]).median().item()


figures.gradient_by_temperature(jacobian_size, scales=[1, 4, 16])

# %% [markdown]
# Each curve has its summit where $T$ is between a quarter and a third of the standard deviation of its scores, and falls off a cliff on the cold side. Temperature has to fit the scale of the scores.
#
# **Now lab 1's question can be closed.** A reminder: in attention every token asks with a *query* $q$ of $d$ numbers and is found by its *key* $k$, of $d$ numbers too; its score is the dot product $q \cdot k$, a softmax over all keys gives the weights $w$, and what is handed over is the average of the tokens' *values*, with
# these weights. One such set of queries, keys and values is a *head*; learned matrices $W_q$, $W_k$ and $W_v$ make them from the tokens. With independent entries of variance 1, $q \cdot k$ is a sum of $d$ terms of variance 1. So at the start the scores have a standard deviation of $\sqrt{d}$. Dividing them by $\sqrt{d}$ *is* a temperature, $T = \sqrt{d}$: it
# follows the scale of the scores. What reaches a query? By the chain rule, the Jacobian of softmax times the keys: $\partial w / \partial q = J(z; T)\, K$. Measured, for growing width and three temperatures:

# %%
torch.manual_seed(0)


def gradient_at_query(d: int, T: float) -> float:
    sizes = []
    for _ in range(60):
        q, K = torch.randn(d), torch.randn(16, d)  # a query and 16 keys
        sizes.append((softmax_jacobian(K @ q, T) @ K).norm())
    return torch.stack(sizes).median().item()


figures.gradient_by_width(gradient_at_query, widths=[1, 4, 16, 64, 256, 1024])

# %% [markdown]
# * $T = 1$, no division: beyond a width of about 64 the softmax is decided before training begins, and the gradient dies.
# * $T = d$: the scores become too small, all weights are alike, and the gradient falls as $1/\sqrt{d}$.
# * $T = \sqrt{d}$: **the same gradient at every width.** That is why one divides by $\sqrt{d}$.
#
# Mind what this does not say. $\sqrt{d}$ is not the summit: at small widths $T = 1$ gives more, and a quarter of $\sqrt{d}$ would do well at every width. What counts is that the temperature grows *like* $\sqrt{d}$, so that no width falls off the cliff. The factor in front is left to training, which can make queries and
# keys longer.

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 6
quiz(
    "In training (plain gradient descent), the scores of a head have grown to a standard deviation of 50, and its gradient is almost zero. What prevents this for good?",
    [
        (
            "A learning rate a hundred times as large",
            False,
            "Almost zero times a hundred is still almost zero in that head: gradients fall exponentially with the scores. Everywhere else the step would be far too large.",
        ),
        (
            "Normalising queries and keys, so that scores cannot grow like this",
            True,
            "Several large models do so (“QK-norm”): queries and keys get a fixed length before the dot product, and a learned number takes the place of the temperature.",
        ),
        (
            "Dividing that head's scores by 50 from the start, so that they begin small",
            False,
            "The scores can grow again in training, and a head that starts with scores fifty times too small begins with a fiftieth of the gradient, from the other side. It helps only while the scores really are that large, and prevents nothing.",
        ),
        (
            "Computing the softmax in 64 bits",
            False,
            "Nothing has overflowed. The derivative really is that small.",
        ),
    ],
)

# %% [markdown]
# ## 7. Temperature inside attention
#
# Attention is a softmax over scores, so it has a temperature too. With
#
# $$w = \operatorname{softmax}\!\left(\frac{q\,k^\top}{\sqrt{d} \cdot T}\right), \qquad y = w\,v,$$
#
# $T = 1$ is the attention of lab 1. The $\sqrt{d}$ stays: it brings scores of any width to the same scale, and *on that scale* $T$ means the same everywhere.
#
# ### Exercise 4 · `attention_with_temperature`
# **3 points** · difficulty ●●○○○ · importance ●●●●○ · about 10 minutes
#
# From queries (…, t, d), keys (…, s, d) and values (…, s, e), give the outputs `y` (…, t, e), and only those. No mask. Use `F.softmax` or your own.
#
# <details><summary>Hint 1</summary>
#
# It is `scaled_dot_product` of lab 1 with one more factor, and without the weights among what it returns. `k.transpose(-2, -1)` swaps the last two axes, whatever stands before them.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The scores (…, t, s) are divided by `math.sqrt(q.shape[-1])` *and* by the temperature; the softmax runs over the keys, the last axis.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "attention_with_temperature", "locked": false, "schema_version": 3, "solution": true, "task": false}
def attention_with_temperature(q: Tensor, k: Tensor, v: Tensor, temperature: float) -> Tensor:
    """Attention whose scores are divided by √d, as always, and by a temperature.

    q:           (..., t, d)  queries
    k:           (..., s, d)  keys
    v:           (..., s, e)  values
    temperature: T > 0
    returns:     (..., t, e)  for each query the weighted average of the values
    """
    ### BEGIN SOLUTION
    scores = q @ k.transpose(-2, -1) / (math.sqrt(q.shape[-1]) * temperature)  # (..., t, s)
    return F.softmax(scores, dim=-1) @ v
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_attention_with_temperature", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
check("attention_with_temperature")
### BEGIN HIDDEN TESTS
from helpers.checking import require

require("attention_with_temperature")
_q, _k, _v = torch.randn(2, 3, 5, 7), torch.randn(2, 3, 9, 7), torch.randn(2, 3, 9, 4)
_y, _T = F.scaled_dot_product_attention(_q, _k, _v), 0.5 + float(torch.rand(()))
assert torch.allclose(attention_with_temperature(_q, _k, _v, 1.0), _y, atol=1e-5)
assert torch.allclose(attention_with_temperature(_q * _T, _k, _v, _T), _y, atol=1e-5), "a unit of score"
_mean = _v.mean(-2, keepdim=True).expand(2, 3, 5, 4)
assert torch.allclose(attention_with_temperature(_q, _k, _v, 1e6), _mean, atol=1e-4), "in the heat, an average"
### END HIDDEN TESTS

# %% [markdown]
# Take the identity matrix for values, and the output *is* the weights. Five emoji of lab 1 listen to each other (six numbers say whether each is an animal, food, red, round, flying, swimming):

# %%
sequence = "🐞🎈🍕🐟🐦"
x = figures.emoji_vectors(sequence)
figures.attention_temperatures(lambda T: attention_with_temperature(x, x, torch.eye(5), T), sequence)

# %% [markdown]
# From left to right attention turns from one machine into another.
#
# * **Cold: a look-up.** Each query fetches the value of its best key and nothing else; only where two keys tie for the best, as 🐞 and 🎈 do for 🎈, it gets half of each. Good for *“which name was mentioned before the colon?”*. What is fetched arrives whole, but a near miss is worth nothing, and hardly any gradient says how to do better.
# * **Hot: an average.** All values count alike and the keys are not looked at. Good for *“what is this text about, on the whole?”*. Nothing can be picked out.
#
# How far can a layer go by itself? Say queries and keys have length one, so that scores lie between −1 and 1 (and there is no $\sqrt{d}$). The best case: one key scores 1, all the others −1. What weight does it get?

# %%
print("tokens     " + "".join(f"{n:>9,}" for n in (10, 100, 1000, 10_000)))
for T in (1.0, 0.3, 0.1):
    best = [1 / (1 + (n - 1) * math.exp(-2 / T)) for n in (10, 100, 1000, 10_000)]
    print(f"T = {T:4}   " + "".join(f"{weight:9.4f}" for weight in best))

# %% [markdown]
# Among a thousand tokens, at $T = 1$, such a layer **cannot** look anything up, whatever it learns: the crowd drowns out the one. Where scores are bounded, temperature decides what a layer can express. Where they
# are not, as in ordinary attention, it decides what the layer is *inclined* to: an **inductive bias**.
#
# Can the right temperature be learned? It is a number like any other, so let gradient descent have it. Same queries and keys, two tasks: to fetch the value of the best key, and to give the average of all values.

# %%
torch.manual_seed(0)
q, k = F.normalize(torch.randn(2, 256, 12, 16), dim=-1)  # 256 sequences of 12 tokens, vectors of length one
v = torch.randn(256, 12, 8)
scores = q @ k.transpose(-2, -1)
places = scores.argmax(-1, keepdim=True).expand(-1, -1, 8)
for task, wanted in {"look up": v.gather(1, places), "average": v.mean(1, keepdim=True)}.items():
    log_T = torch.zeros((), requires_grad=True)  # T = 1; its logarithm is learned, so that T stays positive
    optimizer = torch.optim.Adam([log_T], lr=0.05)
    for step in range(101):
        loss = (F.softmax(scores / log_T.exp(), dim=-1) @ v - wanted).square().mean()
        if step % 50 == 0:
            print(f"{task}, step {step:3}: T = {log_T.exp().item():.3f}, loss {loss.item():.4f}")
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

# %% [markdown]
# One number, two tasks, two directions: the look-up cools down, the average warms up.

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 7
quiz(
    "Ordinary attention, with learned W_q and W_k, has a fixed temperature of T = 4 built in. Which functions can it no longer express?",
    [
        (
            "None",
            True,
            "With W_q four times as large all scores are four times as large, and the 4 cancels. Temperature is not about what this layer can be, but about where it starts and how far its weights have to move: a bias, not a limit.",
        ),
        (
            "Look-ups",
            False,
            "They need large scores, and W_q and W_k are free to grow. It takes longer to get there than from T = 1.",
        ),
        (
            "Averages",
            False,
            "At T = 4 averages are even closer at hand. With W_q = 0 every layer is an exact average, at any temperature.",
        ),
        (
            "Those with large gradients",
            False,
            "The gradient at the start is smaller. As W_q grows it comes back.",
        ),
    ],
)

# %% [markdown]
# ## 8. Setting the dial
#
# A temperature of 0.7: is that sharp? It depends on the scores. What one can picture is the entropy, or the effective number of choices. So turn it round: say which entropy you want, and *find* the temperature.
#
# Is there always one, and only one? The curve of the entropy over the temperature, for three sets of scores:

# %%
torch.manual_seed(3)
z = torch.randn(8)
figures.entropy_curves({"scores z": z, "10 z": 10 * z, "z, but two share the maximum": torch.cat([z, z.amax()[None]])})

# %% [markdown]
# All of them only ever rise. That can be proved: with $p = \operatorname{softmax}(z/T)$,
#
# $$\frac{dH}{dT} = \frac{\operatorname{Var}_p(z)}{T^3} \ge 0,$$
#
# where $\operatorname{Var}_p(z) = \sum_i p_i z_i^2 - (\sum_i p_i z_i)^2$ is the variance of the scores when they are drawn with the probabilities $p$. It is 0 only where all scores are equal. (Physicists know it well: the heat capacity of a body is the variance of its energy, divided by $kT^2$.) A quick test
# with autograd:

# %%
for T in (0.3, 1.0, 4.0):
    temperature = torch.tensor(T, requires_grad=True)
    p = F.softmax(z / temperature, dim=-1)
    (slope,) = torch.autograd.grad(-(p * p.log()).sum(), temperature)
    variance = (p * z**2).sum() - (p * z).sum() ** 2
    print(f"T = {T}: dH/dT by autograd {slope.item():.5f}, Var(z) / T³ = {(variance / T**3).item():.5f}")

# %% [markdown]
# <details><summary><b>Think: where does the formula come from?</b></summary>
#
# Write $\beta = 1/T$ and $\log p_i = \beta z_i - L$, with $L = \log \sum_j e^{\beta z_j}$. Then $H = -\sum_i p_i \log p_i = L - \beta\, \mathrm{E}_p[z]$. Now differentiate with respect to $\beta$. By the chain rule and part 2, $dL/d\beta = \sum_j p_j z_j = \mathrm{E}_p[z]$, so
#
# $$\frac{dH}{d\beta} = \mathrm{E}_p[z] - \mathrm{E}_p[z] - \beta\, \frac{d\,\mathrm{E}_p[z]}{d\beta} = -\beta \operatorname{Var}_p(z),$$
#
# since the derivative of the mean is the variance (differentiate $p_i$ with respect to $\beta$: $dp_i / d\beta = p_i (z_i - \mathrm{E}_p[z])$). With $d\beta/dT = -1/T^2$ the result follows.
#
# </details>
#
# A function that only rises can be inverted by **bisection**. Keep two temperatures, one too cold and one too hot; try one in between; it is too cold or too hot, and takes the place of that one. Each step halves what is left.
#
# ### Exercise 5 · `temperature_for_entropy`
# **3 points** · difficulty ●●●●○ · importance ●●●○○ · about 20 minutes
#
# For scores `z` (n,) and a target in nats, return the $T$, a float, at which `softmax(z, T)` has that entropy, to within 0.0001 nats. The scores may be tiny (0.01) or huge (1000). A target that is not between 0 and $\log n$, both ends
# excluded, raises a `ValueError`. You may assume that no two scores tie for the largest, so that every entropy in between is reached.
#
# <details><summary>Hint 1</summary>
#
# You have all the parts: `entropy(softmax(z, T))` says where a temperature leads. If it is below the target, is $T$ too cold or too hot?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Between which two temperatures should one start? By Quiz 2, scores ten times as large need a temperature ten times as high. So measure in units of the scores' own spread, `z.max() - z.min()`: a billionth of it is cold enough, a billion
# times as much is hot enough.
#
# </details>
# <details><summary>Hint 3</summary>
#
# With so wide a range, halve on a logarithmic scale: in the middle between `low` and `high` stands `math.sqrt(low * high)`. One hundred steps in a plain `for` loop are more than enough and take a few milliseconds. (A `while high - low > tiny` may never end: floating-point numbers have gaps, and the two can stop moving first.) Work in `z.double()`, where the last digits
# do not trouble you.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "temperature_for_entropy", "locked": false, "schema_version": 3, "solution": true, "task": false}
def temperature_for_entropy(z: Tensor, target: float) -> float:
    """The temperature at which softmax(z / T) has a given entropy.

    z:       (n,) scores, of any scale; no tie for the largest
    target:  the entropy wanted, in nats. ValueError unless 0 < target < log n
    returns: T > 0, such that the entropy is within 1e-4 nats of the target
    """
    ### BEGIN SOLUTION
    if not 0 < target < math.log(len(z)):
        raise ValueError(f"an entropy between 0 and log {len(z)} can be reached, but not {target}")
    z = z.double()
    spread = (z.max() - z.min()).item()
    low, high = 1e-9 * spread, 1e9 * spread  # too cold, too hot
    for _ in range(100):
        middle = math.sqrt(low * high)  # in the middle on a logarithmic scale
        if entropy(softmax(z, middle)) < target:
            low = middle
        else:
            high = middle
    return math.sqrt(low * high)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_temperature_for_entropy", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
check("temperature_for_entropy")
### BEGIN HIDDEN TESTS
from helpers.checking import require

require("temperature_for_entropy")
_z = torch.randn(6, dtype=torch.float64)
_z[2] = _z.max() + 0.5
_T = temperature_for_entropy(_z, 1.2)
_p = F.softmax(_z / _T, dim=-1)
assert abs(float(-(_p * _p.log()).sum()) - 1.2) < 1e-4
assert abs(temperature_for_entropy(7 * _z, 1.2) / _T - 7) < 0.01, "T scales with the scores"
assert temperature_for_entropy(_z, 0.9) < _T < temperature_for_entropy(_z, 1.5), "hotter is less decided"
for _target in (0.0, math.log(6), 2.5):
    try:
        temperature_for_entropy(_z, _target)
    except ValueError:
        continue
    raise AssertionError(f"an entropy of {_target} cannot be reached with six scores")
### END HIDDEN TESTS

# %% [markdown]
# Three very different sets of scores, each at the temperature that your function finds for three effective choices out of ten. The same question has a different answer for each:

# %%
torch.manual_seed(5)
figures.equal_entropy(
    lambda z: temperature_for_entropy(z, math.log(3)),
    {
        "close together": 0.1 * torch.randn(10),
        "far apart": 50 * torch.randn(10),
        "one outlier": torch.tensor([6.0] + 9 * [0.0]) + 0.5 * torch.randn(10),
    },
)

# %% [markdown]
# ## 9. Drawing words
#
# At the end of a language model stands the last softmax: a score for every word of the vocabulary, and a share for each. To write, it **draws** a word according to the shares, appends it, and starts anew. Here the temperature becomes
# what users know it as: the dial for daring.
#
# We write a small model by hand. The text so far is *“The cat fell asleep on the …”*:

# %%
words = ["sofa", "mat", "bed", "roof", "keyboard", "piano", "moon", "carburettor"]
logits = torch.tensor([4.0, 3.7, 3.4, 2.2, 1.8, 0.9, -0.5, -3.0])
generator = torch.Generator().manual_seed(1)
drawn = {}
for T in (0.1, 0.7, 1.0, 3.0):
    p = F.softmax(logits / T, dim=-1)
    drawn[T] = torch.multinomial(p, 1000, replacement=True, generator=generator)
    choices = torch.special.entr(p).sum().exp().item()
    print(f"T = {T}: {choices:.1f} effective choices | " + " ".join(words[i] for i in drawn[T][:9]))

# %%
figures.drawn_words(words, {T: torch.bincount(places, minlength=len(words)) for T, places in drawn.items()})

# %% [markdown]
# At 0.1 nearly always the same word, at 3 now and then a carburettor. Temperature moves **all** ratios at once: to get more *piano*, you have to take more *carburettor*. In lab 4 you build filters, top-k and top-p, that
# cut off the tail and leave the rest alone.
#
# <details><summary><b>Think: a carburettor in two draws out of a hundred. Is that much?</b></summary>
#
# For one word it is not. But a text of 40 words makes 40 draws, and the chance that *none* goes astray is $0.98^{40} \approx 0.45$. After a word that fits nothing, the model has to go on from there. So small chances of nonsense
# add up over the length of a text, and that is why a temperature of 3 is of no use in practice, while 0.7 to 1 is common.
#
# </details>
#
# <details><summary><b>Think: is T = 1 the “true” temperature?</b></summary>
#
# It is the one the model was trained at: its loss measured the shares at $T = 1$ against the words that really came. So it is where the shares are *meant* as probabilities. Often they are not quite right, and then a single temperature, fitted on held-out data after training, makes up for much of it:
# modern classifiers tend to be too sure of themselves, and need $T > 1$ (Guo and others, below). Since the order of the shares stays, the most likely class stays too, and so does the accuracy.
#
# </details>

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 8
quiz(
    "At T = 1 a model gives “sofa” 40 percent and “mat” 20 percent. What do you know about T = 0.5?",
    [
        (
            "“sofa” is then four times as likely as “mat”",
            True,
            "Half the temperature squares the ratios: 2 : 1 becomes 4 : 1.",
        ),
        (
            "“sofa” has 80 percent",
            False,
            "Shares do not double. What sofa gets depends on all the others: with 40 words of 1 percent each, it is 0.16 / (0.16 + 0.04 + 40 · 0.0001), so 78 percent, but with two more words of 20 percent, only 57.",
        ),
        (
            "The most likely word stays the same, and greedy decoding too",
            True,
            "Dividing by T keeps the order. Anyone who always takes the most likely word does not notice the temperature.",
        ),
        (
            "Words that had almost no chance can no longer be drawn",
            False,
            "They become rarer still, but no share becomes exactly zero (but for rounding). To rule words out, one needs a filter: lab 4.",
        ),
    ],
)

# %%
progress()

# %% [markdown]
# ## What you have learned
#
# * Softmax is a smooth **arg max**; the smooth *max* is log-sum-exp, whose gradient softmax is.
# * Only **differences of scores, in units of T**, count: $\sigma_i / \sigma_j = e^{(z_i - z_j)/T}$. That is the Boltzmann distribution.
# * $T \to 0$ is arg max, $T \to \infty$ is uniform; the **entropy** tells where in between one is, and $e^H$ counts the effective choices.
# * Subtract the **maximum** first, or exponentials overflow.
# * The Jacobian is $\sigma_i(\delta_{ij} - \sigma_j)/T$: it vanishes in the cold and in the heat. **√d** is the temperature that keeps it alive at every width.
# * In attention, cold is a **look-up** and hot an **average**: an inductive bias, and where scores are bounded, a limit.
# * The entropy only rises with T, so any entropy can be **set** by bisection.
#
# **What next?** In lab 4 a real language model gives the scores, and you decide how its text is made from them: greedily, with beams, or by drawing, with temperature, top-k and top-p.
#
# **To read on**
#
# * J. Bridle, *Probabilistic Interpretation of Feedforward Classification Network Outputs*, 1990: where softmax got its name.
# * I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning*, MIT Press 2016, chapter 4 on overflow, chapter 6 on softmax units, which the authors would rather call “softargmax”.
# * G. Hinton, O. Vinyals, J. Dean, *Distilling the Knowledge in a Neural Network*, 2015, arXiv:1503.02531: a small model learns from a large one's softmax at high temperature, where the small shares show.
# * C. Guo, G. Pleiss, Y. Sun, K. Weinberger, *On Calibration of Modern Neural Networks*, 2017, arXiv:1706.04599: one temperature, fitted after training.
# * A. Vaswani and others, *Attention Is All You Need*, 2017, arXiv:1706.03762: section 3.2.1 gives the reason for √d that you have measured.
