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
# # Lab 4: Decoding
#
# A language model does not write. It is shown a text, and says how likely each possible next token is; that is all it ever does. What makes a *text* of these probabilities is a short program around
# the model, the **decoding method**, and the choice of method can matter as much as the choice of model: the same network repeats one sentence forever, or tells a story, or talks nonsense. In this lab
# you write every common method yourself, run it on a real model beside the library's own, and measure what comes out.
#
# | part | what you build |
# |---|---|
# | 1 and 2 | `sequence_log_prob`: how likely is a text? |
# | 3 and 4 | `greedy_search`, and `ban_repeated_ngrams` against what it does |
# | 5 and 6 | `beam_search`; `beam_counterexample`, where it loses; what people write and models don't |
# | 7 and 8 | `apply_temperature`, `top_k_filter`, `top_p_filter`, and `sample` |
# | 9 and 10 | all methods measured on the same prompts; the cache that makes writing fast |
#
# **How it works.** As in the labs before: write your answers where you read `# YOUR CODE HERE`, run the cell, then the `check(...)` below it. There are 30 points, and about four hours of work. Each
# method has a **form** to play with: in Colab its fields stand beside the cell, elsewhere it has sliders and a button.

# %% tags=["setup"]
from helpers import check, figures, progress, quiz

# %%
import math
import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from helpers import as_logits, forms, load_language_model, text

# %% [markdown]
# ## 1. One token at a time
#
# We take GPT-2 if the model hub can be reached; if not, SmolLM2 where it is installed; and else a small GPT-2 that comes with these lessons and writes like an old children's book. Everything below works with any of them; only the
# texts differ.

# %% tags=["long"]
model, tokenizer = load_language_model()
logits = as_logits(model)  # the model as a plain function: ids (b, t) → logits (b, t, V)
if model.num_parameters() < 10_000_000:
    torch.set_num_threads(1)  # with so little to compute, more threads would only wait for each other
eos = tokenizer.eos_token_id  # the token that ends a text


def encode(words: str) -> Tensor:
    """Words → ids (1, t)."""
    return tokenizer(words, return_tensors="pt", verbose=False)["input_ids"]


ids = encode("Once upon a time there was a")
print("ids:", ids.tolist())
print("tokens:", [tokenizer.decode([i]) for i in ids[0].tolist()])
print("logits:", tuple(logits(ids).shape), "(b, t, V)")

# %% [markdown]
# For every place of the text there is a row of logits, one score for each token of the vocabulary. The row at place $i$ is about what comes **after** token $i$; so the last row is about the first token that is not there yet. Softmax
# makes probabilities of it:

# %% tags=["long"]
figures.next_tokens(logits(ids)[0, -1], tokenizer, "Once upon a time there was a")

# %% [markdown]
# A model that predicts each token from all tokens before it is called **autoregressive**. That is no restriction on what it can say about whole texts. Any probability of a text can be taken apart in this way, by the **chain rule**:
#
# $$P(x_1, \dots, x_T) = P(x_1)\,P(x_2 \mid x_1)\,P(x_3 \mid x_1, x_2) \cdots = \prod_{i=1}^{T} P(x_i \mid x_1, \dots, x_{i-1})$$
#
# (For $x_1$ a model needs something to stand before the text, such as its end-of-text token. Our texts always begin with a prompt, which is given.)
#
# So the model gives a probability to *every* text that could ever be written with its tokens. There are many:

# %% tags=["long"]
V = logits(ids).shape[-1]
print(f"texts of 50 tokens: {V}^50, a number of {len(str(V**50))} digits")

# %% [markdown]
# Nobody will ever look at all of them. So every decoding method is one of two things: a **search** that looks for likely texts in a few corners of the tree that branches $V$-fold at every token (parts 3 to 6), or a **draw** that picks branches by chance (parts 7 and 8).

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 1
quiz(
    "You show the model a text of five tokens. Which rows of its logits do you need, to choose the sixth?",
    [
        (
            "The last one",
            True,
            "It is about the token after the fifth. The four rows before it are about tokens 2 to 5, which are already there.",
        ),
        (
            "All five, averaged",
            False,
            "They are about different places of the text. The last row has read all five tokens by itself: that is what attention is for.",
        ),
        (
            "The sixth",
            False,
            "There is none: five tokens give five rows. The last of them looks one token ahead.",
        ),
        (
            "The first",
            False,
            "That one has seen the first token only, and says what might come second.",
        ),
    ],
)

# %% [markdown]
# ## 2. How likely is a text?
#
# Before we let the model write, let it judge. The probability of a text is a product of many small numbers, and such products leave the range of numbers before the text is long:

# %%
p = torch.tensor(0.03)  # an ordinary probability for a token
for T in (10, 20, 30, 40):
    print(f"{T} tokens: p = {(p**T).item():.3g}, log p = {T * p.log().item():.1f}")

# %% [markdown]
# At 30 tokens nothing is left in 32 bits, though −105 is a perfectly ordinary number. So one works with logarithms, and the product becomes a sum:
#
# $$\log P(x_{n+1}, \dots, x_T \mid x_1, \dots, x_n) = \sum_{i=n+1}^{T} \log P(x_i \mid x_1, \dots, x_{i-1})$$
#
# The first $n$ tokens are the **prompt**. They are given, so they stand behind the bar, and add nothing to the sum. The unit is the nat, as in lab 3; −105 nats are 105 nats of surprise.
#
# ### Exercise 1 · `sequence_log_prob`
# **3 points** · difficulty ●●○○○ · importance ●●●●● · about 15 minutes
#
# For a batch of texts `ids` (b, T) whose first `prompt_length` tokens are prompt: the sum above, one number for each text. `model` is any function from ids (b, t) to logits (b, t, V).
#
# <details><summary>Hint 1</summary>
#
# One call of the model is enough for all places at once. `F.log_softmax(…, dim=-1)` makes log-probabilities of logits, without going through the probabilities (which may be 0).
#
# </details>
# <details><summary>Hint 2</summary>
#
# What the model thinks of the token at place $i$ stands at place $i - 1$. So the last row of the logits is not needed, and the first token has no row.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `log_p[:, :-1].gather(-1, ids[:, 1:, None])` picks, from the rows at places 0 … T − 2, the entries of the tokens at places 1 … T − 1. Which of these T − 1 numbers are about tokens after the prompt?
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "sequence_log_prob", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sequence_log_prob(model: Callable[[Tensor], Tensor], ids: Tensor, prompt_length: int) -> Tensor:
    """The log-probability of what follows a prompt.

    model:         ids (b, t) → logits (b, t, V)
    ids:           (b, T) texts, each with its prompt
    prompt_length: how many tokens of each text are prompt, 1 to T: they are given, and add nothing
    returns:       (b,) Σ log P(token | all tokens before it), over the tokens after the prompt
    """
    ### BEGIN SOLUTION
    log_p = F.log_softmax(model(ids), dim=-1)  # (b, T, V): what stands at place i is about token i + 1
    of_next = log_p[:, :-1].gather(-1, ids[:, 1:, None]).squeeze(-1)  # (b, T − 1)
    return of_next[:, prompt_length - 1 :].sum(-1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_sequence_log_prob", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
check("sequence_log_prob")
### BEGIN HIDDEN TESTS
from helpers.checking import require

require("sequence_log_prob")
_table = torch.randn(7, 7, dtype=torch.float64)
_ids = torch.randint(7, (3, 9))
_steps = F.log_softmax(_table, dim=-1)[_ids[:, :-1], _ids[:, 1:]]
for _prompt in (1, 4, 8, 9):
    _found = sequence_log_prob(lambda ids: _table[ids], _ids, _prompt)
    assert torch.allclose(_found.double(), _steps[:, _prompt - 1 :].sum(1)), "the sum of the steps after the prompt"
_all = torch.cartesian_prod(*[torch.arange(7)] * 3)
_all = torch.cat([torch.full((len(_all), 1), 2), _all], dim=1)
_mass = sequence_log_prob(lambda ids: _table[ids], _all, 1).double().exp().sum()
assert torch.allclose(_mass, torch.ones((), dtype=torch.float64)), "all continuations together have probability one"
### END HIDDEN TESTS

# %% [markdown]
# With this function you can ask the model for its opinion. Five ways to go on; which does it find more likely, and by how much?


# %% tags=["long"]
def opinion(prompt: str, endings: list[str]) -> None:
    """Prints how likely the model finds each ending of a prompt."""
    begun = encode(prompt)
    for ending in endings:
        whole = encode(prompt + ending)
        score = sequence_log_prob(logits, whole, begun.shape[1]).item()
        print(f"{score:8.1f} nats   {prompt}{ending}")


with figures.your_work():
    endings = [
        " tired",
        " happy",
        " happy indeed, for it was her birthday",
        " of the",
        " tired of sitting by her sister on the bank",
    ]
    opinion("Alice was beginning to get very", endings)

# %% [markdown]
# The longest sentences have the lowest numbers. That is no verdict about their quality: every further token multiplies by a number below one. The *whole* of all texts that begin with “tired” is as likely as “tired” alone; a single one of
# them must be less. Keep this in mind when beams are compared.
#
# ## 3. Greedy search
#
# The simplest of all methods: take the most likely token, append it, show the longer text to the model, and start again.
#
# ### Exercise 2 · `greedy_search`
# **3 points** · difficulty ●●○○○ · importance ●●●●● · about 10 minutes
#
# `ids` (1, t) is a prompt, `max_length` the length of the **whole** text, prompt included. Stop there, or as soon as the token `eos` has been appended (an `eos` inside the prompt means nothing).
#
# <details><summary>Hint 1</summary>
#
# A `while` loop that goes on while `ids.shape[1] < max_length`. In it: one call of the model, one arg max, one `torch.cat`.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `model(ids)[:, -1]` (1, V) is about the next token. `argmax(dim=-1, keepdim=True)` gives a tensor (1, 1) that can be appended to `ids` (1, t) along dim 1.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "greedy_search", "locked": false, "schema_version": 3, "solution": true, "task": false}
def greedy_search(model: Callable[[Tensor], Tensor], ids: Tensor, max_length: int, eos: int | None = None) -> Tensor:
    """Appends the most likely token, again and again.

    model:      ids (b, t) → logits (b, t, V)
    ids:        (1, t) the prompt
    max_length: of the whole text, prompt included
    eos:        the token that ends a text: once it has been appended, nothing follows
    returns:    (1, ≤ max_length) the whole text; the prompt itself where it is long enough already
    """
    ### BEGIN SOLUTION
    while ids.shape[1] < max_length:
        token = model(ids)[:, -1].argmax(dim=-1, keepdim=True)  # (1, 1)
        ids = torch.cat([ids, token], dim=1)
        if token.item() == eos:
            break
    return ids
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_greedy_search", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
check("greedy_search")
### BEGIN HIDDEN TESTS
from helpers.checking import require

require("greedy_search")
_next = torch.randperm(7)
_text = greedy_search(lambda ids: F.one_hot(_next[ids], 7).double(), torch.tensor([[5, 3]]), 9)
assert _text.shape == (1, 9) and torch.equal(_text[0, 2:], _next[_text[0, 1:-1]]), "each token is the most likely one"
_text = greedy_search(lambda ids: F.one_hot((ids + 1) % 7, 7).double(), torch.tensor([[2, 3]]), 9, eos=6)
assert _text.tolist() == [[2, 3, 4, 5, 6]], "the text ends with eos"
### END HIDDEN TESTS

# %% [markdown]
# The library transformers has all methods of this lab behind one function, `model.generate`. We give it a short name. (`attention_mask` says that all tokens are text, none is padding.)


# %%
def generate(ids: Tensor, **options) -> Tensor:
    """The library's own decoding: (texts, ≤ max_length)."""
    return model.generate(ids, attention_mask=torch.ones_like(ids), **options)


# %% [markdown]
# Now the form: your function and the library's, side by side. Above each text stands what the model thinks of it: its log-probability (that is your exercise 1), the same for each token, and how much of the text is repetition: the share of its 4-grams, four
# tokens in a row, that it has had before.

# %% cellView="form" tags=["long"]
# @title Greedy search { run: "auto" }
context = "The old man looked at her and said"  # @param {type: "string"}
max_length = 90  # @param {type: "slider", min: 10, max: 200, step: 1}


def write_greedily(context: str, max_length: int):
    prompt = encode(context)
    return prompt, {
        "your greedy_search": lambda: greedy_search(logits, prompt, max_length, eos),
        "model.generate": lambda: generate(prompt, max_length=max_length, do_sample=False),
    }


forms.texts(write_greedily, logits, tokenizer, context=context, max_length=max_length)

# %% [markdown]
# The same text twice, as it should be: there is nothing to decide. (Where two tokens are almost equally likely, rounding may decide, and then the two go different ways.)
#
# Read it. It begins well, and then it goes **round in circles**: a phrase comes again, and each time it has come, it seems more likely to the model that it will come once more. The small model gets there within a few
# dozen tokens; larger ones take longer, and do not go round after every prompt. Make the text longer and try. (A text that ends early, with `eos`, escapes.)
#
# <details><summary><b>Think: why does the circle never end?</b></summary>
#
# A model has learned from real texts that what has been said twice is often a refrain, a list or a slogan, and attention is good at copying: find where the same words stood before, and say what came after them. Greedy search takes the copy each time it is
# the most likely token, and each copy makes the next one more likely. And nothing is left to chance that could lead out of it. Xu and others (2022, below) have measured how the probability of a sentence grows with each repetition.
#
# </details>

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 2
quiz(
    "Greedy search takes the most likely token at each step. What does it find?",
    [
        (
            "The most likely text of that length",
            False,
            "Not in general. A token that is a little less likely now may lead to a place where the next token is nearly certain. Greedy search never sees that.",
        ),
        (
            "A text, the same for the same prompt every time",
            True,
            "There is no chance in it. That is an advantage where an answer should be reproducible.",
        ),
        (
            "A text of which each token was the most likely one, given those before it",
            True,
            "Just that, and no more.",
        ),
        (
            "With luck, the most likely text",
            True,
            "It happens: if at each step the best token is also the beginning of the best whole. With a few tokens to write, or a model that is nearly certain, it is common.",
        ),
    ],
)

# %% [markdown]
# ## 4. A ban on repetition
#
# The crudest cure is widely used: forbid it. An **n-gram** is a sequence of n tokens in a row. If the text already holds “the old man”, and now ends in “the old”, then “man” may not come: its logit becomes −∞, and its probability 0.
#
# ### Exercise 3 · `ban_repeated_ngrams`
# **3 points** · difficulty ●●●○○ · importance ●●●○○ · about 20 minutes
#
# For each row of `ids` (b, t): find the tokens that would complete an n-gram which this row holds already, and set their logits to −∞. With `n = 1` no token may come twice; with `n = 0` everything may.
#
# <details><summary>Hint 1</summary>
#
# The next token will complete exactly one new n-gram: the last n − 1 tokens, and itself. So look for all earlier places where these n − 1 tokens stand in a row; what follows *there* is banned *here*.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `ids.tolist()` gives plain lists, which can be cut and compared: `tokens[i : i + n - 1] == begun`. The last possible `i` is the one where `i + n - 1` is still a place of the text.
#
# </details>
# <details><summary>Hint 3</summary>
#
# The last n − 1 tokens are `tokens[len(tokens) - n + 1 :]`. (`tokens[-(n - 1):]` would go wrong for n = 1: −0 is 0, and that is the whole list.) Collect what is banned in a mask, `torch.zeros_like(logits, dtype=torch.bool)`, and end with `logits.masked_fill(mask, -math.inf)`. Let n = 0 go its own way.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "ban_repeated_ngrams", "locked": false, "schema_version": 3, "solution": true, "task": false}
def ban_repeated_ngrams(logits: Tensor, ids: Tensor, n: int) -> Tensor:
    """Rules out the tokens that would repeat an n-gram.

    logits:  (b, V) for the next token of each text
    ids:     (b, t) the texts so far
    n:       length of the n-grams; 0 bans nothing
    returns: (b, V) the logits, with −∞ for every token that would complete an n-gram which its own text already holds
    """
    ### BEGIN SOLUTION
    banned = torch.zeros_like(logits, dtype=torch.bool)
    for row, tokens in enumerate(ids.tolist()):
        begun = tokens[len(tokens) - n + 1 :]  # the last n − 1 tokens: the beginning of the next n-gram
        for i in range(len(tokens) - n + 1 if n > 0 else 0):
            if tokens[i : i + n - 1] == begun:
                banned[row, tokens[i + n - 1]] = True
    return logits.masked_fill(banned, -math.inf)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_ban_repeated_ngrams", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
check("ban_repeated_ngrams")
### BEGIN HIDDEN TESTS
from helpers.checking import require

require("ban_repeated_ngrams")
_ids, _logits = torch.randint(4, (5, 12)), torch.randn(5, 4)
for _n in (1, 2, 3):
    _banned = ban_repeated_ngrams(_logits.clone(), _ids, _n) == -math.inf
    for _row, _tokens in enumerate(_ids.tolist()):
        _old = {tuple(_tokens[i : i + _n]) for i in range(len(_tokens) - _n + 1)}
        for _token in range(4):
            assert bool(_banned[_row, _token]) == (tuple([*_tokens, _token][-_n:]) in _old)
assert torch.equal(ban_repeated_ngrams(_logits.clone(), _ids, 0), _logits)
### END HIDDEN TESTS

# %% [markdown]
# ## 5. Beam search
#
# Greedy search keeps one text. **Beam search** keeps several, the $B$ most likely ones of each length:
#
# 1. Start with the prompt, alone.
# 2. Continue every text that is kept, a **beam**, by *every* token of the vocabulary: up to $B \cdot V$ candidates. The score of each is its whole log-probability, the beam's so far plus that of the new token.
# 3. Keep the best $B$ candidates, from whichever beam they come. Back to 2.
#
# With $B = 1$ it is greedy search; with as many beams as there are texts it would look at everything. Here are three beams on our prompt, and the next two candidates, which are dropped:

# %% tags=["long"]
figures.beam_tree(logits, tokenizer, ids, num_beams=3, steps=5)

# %% [markdown]
# A blue box from which no blue line goes on is a beam that died: all its continuations were less likely than those of the others. Some beams have several successors. That is the point: they **compete**.
#
# What about texts that end? A beam that ends in `eos` is **finished**. It is not continued, so its score stays what it is, while all the others still sink. It takes part in the competition like any other candidate, and keeps its place as long as it is among the $B$ best.
# It can lose it later too: one longer text that is still ahead may split into several, all of them more likely. Only the text in first place is safe, as scores never rise.
#
# ### Exercise 4 · `beam_search`
# **7 points** · difficulty ●●●●● · importance ●●●●○ · about 45 minutes
#
# Returned are the `num_return` best texts, each as a pair of ids (1-D) and log-probability, the most likely first. `no_repeat_ngram` bans repetition in each beam at each step, with your `ban_repeated_ngrams`. The ban removes candidates; it does not change the scores of
# the others, which stay the model's own log-probabilities. Where no candidate is left, because all are banned, stop and return what you have, even if it is fewer than `num_return`.
#
# <details><summary>Hint 1</summary>
#
# Write down first what a beam is: its ids, its log-probability, and whether it is finished. A list of such triples, a loop over the lengths, and in it a list of *candidates*: the finished beams as they are, and the best continuations of the running ones. `sorted(…, key=…, reverse=True)[:num_beams]` does the
# rest.
#
# </details>
# <details><summary>Hint 2</summary>
#
# All running beams have the same length, so they can be stacked to one batch, (n, t). Then `totals = log_p + scores[:, None]` (n, V) holds all candidates. Only the `num_beams` largest of them can survive: `totals.flatten().topk(…)`.
#
# </details>
# <details><summary>Hint 3</summary>
#
# In the flattened tensor, place `i` belongs to beam `i // V` and token `i % V`: `divmod(i, V)` gives both. A candidate at −∞ is banned: leave it out. (With few tokens or many bans there may be fewer than `num_beams` candidates; `topk` wants to be asked for no more than there are.)
#
# </details>
# <details><summary>Hint 4</summary>
#
# Start with *one* beam. If you start with the prompt `num_beams` times, all beams do the same at each step, and stay the same.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "beam_search", "locked": false, "schema_version": 3, "solution": true, "task": false}
def beam_search(
    model: Callable[[Tensor], Tensor],
    ids: Tensor,
    max_length: int,
    num_beams: int,
    num_return: int = 1,
    no_repeat_ngram: int = 0,
    eos: int | None = None,
) -> list[tuple[Tensor, float]]:
    """Keeps the `num_beams` most likely texts at every length.

    model:           ids (b, t) → logits (b, t, V)
    ids:             (1, t) the prompt
    max_length:      of the whole text, prompt included
    num_beams:       how many texts survive each step
    num_return:      how many of them are returned in the end, at most num_beams
    no_repeat_ngram: no text may come to hold an n-gram of this length twice; 0 allows all
    eos:             a beam that ends with it is finished: it is not continued, but keeps its log-probability, and its place
                     as long as it is among the num_beams best
    returns:         pairs (ids (≤ max_length,), log-probability of what follows the prompt), the most likely first
    """
    ### BEGIN SOLUTION
    beams = [(ids[0], 0.0, False)]  # text, log-probability, finished?
    for _ in range(ids.shape[1], max_length):
        running = [beam for beam in beams if not beam[2]]
        if not running:
            break
        texts = torch.stack([tokens for tokens, _, _ in running])  # (n, t)
        log_p = F.log_softmax(model(texts)[:, -1], dim=-1)  # (n, V)
        log_p = ban_repeated_ngrams(log_p, texts, no_repeat_ngram)
        totals = log_p + log_p.new_tensor([[total] for _, total, _ in running])  # (n, V)

        candidates = [beam for beam in beams if beam[2]]
        best = totals.flatten().topk(min(num_beams, totals.numel()))  # no more than these can survive
        for total, place in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            row, token = divmod(place, totals.shape[1])
            if total > -math.inf:
                candidates.append((torch.cat([texts[row], texts.new_tensor([token])]), total, token == eos))
        if not candidates:  # everything is banned
            break
        beams = sorted(candidates, key=lambda beam: beam[1], reverse=True)[:num_beams]
    return [(tokens, total) for tokens, total, _ in beams[:num_return]]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_beam_search", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
check("beam_search")
### BEGIN HIDDEN TESTS
from helpers.checking import require

require("beam_search")
_table = torch.randn(5, 5, dtype=torch.float64)
_model = lambda ids: _table[ids]  # noqa: E731
_start = torch.tensor([[3]])
_all = torch.cartesian_prod(*[torch.arange(5)] * 3)
_all = torch.cat([torch.full((len(_all), 1), 3), _all], dim=1)
_log_p = F.log_softmax(_table, dim=-1)[_all[:, :-1], _all[:, 1:]].sum(1)
_best = _log_p.topk(4).values
_found = beam_search(_model, _start, 4, num_beams=125, num_return=4)
# Texts that take the same steps in another order are equally likely: which of them comes first is nobody's mistake.
_likely = dict(zip(map(tuple, _all.tolist()), _log_p.tolist(), strict=True))
_texts = {tuple(ids.tolist()): float(p) for ids, p in _found}
assert len(_texts) == 4 and torch.allclose(
    torch.tensor([_likely[text] for text in _texts], dtype=torch.float64), _best
), "beams for all: exhaustive search"
assert torch.allclose(torch.tensor([*_texts.values()], dtype=torch.float64), _best)
assert torch.equal(beam_search(_model, _start, 9, 1)[0][0], greedy_search(_model, _start, 9)[0]), "one beam is greedy"
(_text, _), *_ = beam_search(_model, _start, 12, 3, no_repeat_ngram=2)
_pairs = list(zip(_text.tolist(), _text.tolist()[1:], strict=False))
assert len(_pairs) == len(set(_pairs)), "no pair twice"
### END HIDDEN TESTS

# %% cellView="form" tags=["long"]
# @title Beam search { run: "auto" }
context = "Once upon a time there was a"  # @param {type: "string"}
max_length = 50  # @param {type: "slider", min: 10, max: 200, step: 1}
num_beams = 5  # @param {type: "slider", min: 1, max: 8, step: 1}


def write_with_beams(context: str, max_length: int, num_beams: int):
    prompt = encode(context)
    options = {"max_length": max_length, "num_beams": num_beams, "do_sample": False, "length_penalty": 0.0}
    return prompt, {
        "your beam_search": lambda: beam_search(logits, prompt, max_length, num_beams, eos=eos)[0][0],
        "model.generate": lambda: generate(prompt, **options),
        "greedy, to compare": lambda: generate(prompt, max_length=max_length, do_sample=False),
    }


forms.texts(write_with_beams, logits, tokenizer, context=context, max_length=max_length, num_beams=num_beams)

# %% [markdown]
# Mostly the beams find a text that is more likely than the greedy one, often by many nats. And mostly it is no better to read. Likelier, and duller: one more hint that “likely” may not be what we want.
#
# Now with a ban on repeated n-grams, and with several of the beams returned:

# %% cellView="form" tags=["long"]
# @title Beam search, with a ban and several texts { run: "auto" }
context = "Once upon a time there was a"  # @param {type: "string"}
max_length = 50  # @param {type: "slider", min: 10, max: 200, step: 1}
num_beams = 5  # @param {type: "slider", min: 1, max: 8, step: 1}
no_repeat_ngram = 2  # @param {type: "slider", min: 0, max: 6, step: 1}
num_return = 3  # @param {type: "slider", min: 1, max: 8, step: 1}


def write_with_ban(context: str, max_length: int, num_beams: int, no_repeat_ngram: int, num_return: int):
    prompt, returned = encode(context), min(num_return, num_beams)
    options = {"max_length": max_length, "num_beams": num_beams, "no_repeat_ngram_size": no_repeat_ngram}
    options |= {"num_return_sequences": returned, "do_sample": False, "length_penalty": 0.0}
    return prompt, {
        "your beam_search": lambda: beam_search(logits, prompt, max_length, num_beams, returned, no_repeat_ngram, eos),
        "model.generate": lambda: generate(prompt, **options),
    }


forms.texts(
    write_with_ban,
    logits,
    tokenizer,
    context=context,
    max_length=max_length,
    num_beams=num_beams,
    no_repeat_ngram=no_repeat_ngram,
    num_return=num_return,
)

# %% [markdown]
# Two things to see. Whatever circles there were are gone, since they are forbidden; but a ban knows no reasons. In a text about New York, “New York” could appear once. And the texts that are returned **hardly differ**: they share their beginning, and often nearly all the rest. The best few of a
# beam search are neighbours, not alternatives.
#
# <details><summary><b>Why your texts and the library's may differ</b></summary>
#
# Without `eos` they are the same, up to rounding; that is tested on hundreds of random models. Where texts can end, the library goes another way: it keeps the best $B$ finished texts in a list beside the beams, where they compete only with each other, and always continues $B$ unfinished ones. Both are called beam search. An example with two beams: one text ends at once,
# with probability 0.25; a step later two longer ones have 0.3 each. Yours drops the finished text. If both longer ones then fall to 0.06, the library still has the one with 0.25, and you don't. In random small models with two beams in which some text ended early, both found the same best text in 98 of 100 cases, and in the others the library's was the likelier one.
#
# The library's default is also to divide the score of a finished text by the number of its new tokens to the power of `length_penalty` = 1.0, so that long texts are not at a disadvantage. We set it to 0: the plain log-probability.
#
# </details>

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 3
quiz(
    "Five beams, and the model's vocabulary has 50,000 tokens. You look for the most likely texts of 20 tokens. Which is true?",
    [
        (
            "Each step costs about five times as much as a step of greedy search",
            True,
            "The model reads five texts in place of one. (In a batch that is often cheaper than five times, as the weights are fetched once for all.)",
        ),
        (
            "Among the five texts at the end is the most likely text of that length",
            False,
            "It may have had a beginning that was only the sixth best. Only with as many beams as texts could one be sure.",
        ),
        (
            "From the second step on, 250,000 candidates are compared at each",
            True,
            "Five beams, each continued by every token; five survive. (At the first step there is one text only: 50,000.)",
        ),
        (
            "The beams explore five different stories",
            False,
            "If one beginning is much more likely than the others, all five beams soon descend from it, and differ in details.",
        ),
    ],
)

# %% [markdown]
# ## 6. More beams, better texts?
#
# More beams look at more texts. So the best of two beams must be at least as likely as the greedy text? It is often said so, and it is wrong, since the beams *drop* what looks worse for the moment. Say the greedy text is in third
# place for one step only: two beams have lost it for good, while greedy search, which sees no other text, goes its way and arrives at something better.
#
# ### Exercise 5 · `beam_counterexample`
# **2 points** · difficulty ●●●●○ · importance ●●○○○ · about 20 minutes
#
# Build such a model. It is a table: row $i$ holds the probabilities of the next token after token $i$ (the tokens before do not matter). Texts start from token 0 and have five tokens in all. The best of **two** beams has to be less likely than the greedy text, by at least 0.01 nats. You may use up to 8
# tokens; each row sums to one.
#
# <details><summary>Hint 1</summary>
#
# Take paper. After the first step, let tokens 1 and 2 be the two beams, with 1 a little ahead: greedy search goes to 1.
#
# </details>
# <details><summary>Hint 2</summary>
#
# In the second step, token 2 should have *two* continuations which are both more likely, as whole texts, than the best continuation of token 1. Then both beams descend from 2. For example: 0.55 and 0.45 in the first step; then 0.4, 0.3, 0.3 after token 1, but 0.5, 0.5 after token 2.
#
# </details>
# <details><summary>Hint 3</summary>
#
# From there on, let the greedy text lose nothing more (a probability of 1), and the beams' texts lose a lot (many equally likely continuations).
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "beam_counterexample", "locked": false, "schema_version": 3, "solution": true, "task": false}
def beam_counterexample() -> Tensor:
    """A language model on which two beams lose to greedy search.

    returns: (V, V), 2 ≤ V ≤ 8: row i holds P(next token | last token i) and sums to one. From token 0 to a text of five
             tokens, the best of two beams is less likely than the greedy text, by at least 0.01 nats
    """
    ### BEGIN SOLUTION
    table = torch.zeros(8, 8)
    table[0, 1], table[0, 2] = 0.55, 0.45
    table[1, 3], table[1, 4], table[1, 5] = 0.4, 0.3, 0.3  # the best from here has 0.55 · 0.4 = 0.22 …
    table[2, 6], table[2, 7] = 0.5, 0.5  # … and both from here have 0.45 · 0.5 = 0.225: the beams are full
    table[3, 3] = 1.0  # the dropped text would have lost nothing more
    table[4:] = torch.arange(1, 9) / 36  # the kept ones lose much
    return table
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_beam_counterexample", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check("beam_counterexample")
### BEGIN HIDDEN TESTS
from helpers.checking import require

require("beam_counterexample")
_log_p = beam_counterexample().double().log()
assert torch.allclose(_log_p.exp().sum(1), torch.ones(len(_log_p), dtype=torch.float64), atol=1e-5)


def _search(width):
    beams = [(0.0, (0,))]
    for _ in range(4):
        beams = [(p + _log_p[ids[-1], x].item(), (*ids, x)) for p, ids in beams for x in range(len(_log_p))]
        beams = sorted(beams, reverse=True)[:width]
    return beams[0][0]


assert _search(1) - _search(2) > 0.0099, "greedy search has to win by 0.01 nats"
### END HIDDEN TESTS


# %%
def as_model(table: Tensor) -> Callable[[Tensor], Tensor]:
    """A table of probabilities (V, V) as a language model: ids (b, t) → logits (b, t, V)."""
    return lambda ids: table.clamp(min=1e-30).log()[ids]


def compare_searches() -> None:
    """Greedy search and beams of several widths on your table."""
    table_model, start = as_model(beam_counterexample()), torch.tensor([[0]])
    greedy = greedy_search(table_model, start, 5)
    print(f"greedy  {greedy[0].tolist()}  log P = {sequence_log_prob(table_model, greedy, 1).item():.3f}")
    for beams in (2, 3, 4):
        found, log_p = beam_search(table_model, start, 5, beams)[0]
        print(f"{beams} beams {found.tolist()}  log P = {log_p:.3f}")


with figures.your_work():
    compare_searches()

# %% [markdown]
# So beam search is a rule of thumb: it promises neither the most likely text, nor one that is at least as likely as the greedy one. But suppose it did find the most likely text. Would we want it? Here is a passage that a human wrote, cut in two: the model reads the first part, beam search continues it, and we look at how likely the model
# finds each token of the author's continuation and of the beam's. (*Alice* was kept out of the small model's training. The larger models may well have read it.)

# %% tags=["long"]
people = encode(text("alice"))[:, 800:890]
given = people[:, :40]
beam = generate(given, max_length=90, num_beams=5, do_sample=False)


def probabilities(ids: Tensor, prompt_length: int) -> list[float]:
    """P of each token after the prompt, for ids (1, t)."""
    p = F.softmax(logits(ids)[0, :-1], dim=-1).gather(-1, ids[0, 1:, None])[:, 0]
    return p[prompt_length - 1 :].tolist()


print("the author:", tokenizer.decode(people[0, 40:]))
print("the beams: ", tokenizer.decode(beam[0, 40:]))
figures.token_probabilities({"the author": probabilities(people, 40), "beam search": probabilities(beam, 40)})

# %% [markdown]
# The beam's text stays near the top: from one likely token to the next. The author's jumps up and down: stretches of easy words, and again and again one to which the model gave less than one chance in a thousand. That is no accident. If every word were the one that you expect, there would be no reason to read on; people write
# to say what is *not* already known. A text without surprises is not a typical text, just as a thousand heads in a row are the *most likely* single outcome of a coin that is slightly bent towards heads, and by no means a typical one.
#
# Holtzman and others published this picture in 2020, under the title *The Curious Case of Neural Text Degeneration*. Their conclusion: for open-ended texts do not maximise. **Draw.**

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 4
quiz(
    "For which of these would you still search for a likely text, rather than draw?",
    [
        (
            "The translation of a sentence",
            True,
            "The source leaves little freedom, and what is likely is mostly what is right. Beam search was the standard there for years. (Even there the single most likely translation can be absurd: for more than half of the sentences that Stahlberg and Byrne looked at in 2019 it was the empty one.)",
        ),
        (
            "A story for children",
            False,
            "Thousands of continuations are fine, and the most likely one is dull, or goes in circles.",
        ),
        (
            "The result of 17 · 23",
            True,
            "One answer is right; a single draw can only lead away from it.",
        ),
        (
            "Ten different ideas for a birthday party",
            False,
            "The ten best beams would be one idea in ten wordings.",
        ),
    ],
)

# %% [markdown]
# ## 7. Drawing, and the tail
#
# To **sample** is to take the model at its word: if it gives a token 20 percent, draw it in 20 percent of the cases. The texts that come out are distributed just as the model says (that is the chain rule once more). Circles become rare, and hardly ever are two longer texts alike.
#
# But the model's word is not always good. It has a vocabulary of thousands of tokens, and most of them are nonsense at any one place. Each of these has a tiny probability; *together* they do not:

# %% tags=["long"]
p, _ = F.softmax(logits(ids)[0, -1], dim=-1).sort(descending=True)
for rank in (10, 50, 200, 1000):
    print(f"beyond the {rank:4} most likely tokens lie {p[rank:].sum().item():6.1%} of the mass")

# %% [markdown]
# A text of 60 tokens is 60 draws. Even if the nonsense had only 3 percent at each, about 84 percent of the texts would hold some ($1 - 0.97^{60}$). And one odd token is not the end: the model has to go on from there, and makes sense of nonsense by more nonsense.
#
# So the **tail** of the distribution should be made smaller. There are three common ways, and all of them work on the logits of the next token. The first you know from lab 3.
#
# ### Exercise 6 · `apply_temperature`
# **1 point** · difficulty ●○○○○ · importance ●●●●○ · about 3 minutes
#
# The logits at temperature $T$, so that softmax of the result is softmax of $z / T$. The temperature has to be positive: for $T \le 0$ raise a `ValueError`. (Lab 3 allowed 0; here that is greedy search's business, the limit $T \to 0$.)


# %% nbgrader={"grade": false, "grade_id": "apply_temperature", "locked": false, "schema_version": 3, "solution": true, "task": false}
def apply_temperature(logits: Tensor, temperature: float) -> Tensor:
    """Logits at a temperature: their softmax is sharper below 1 and flatter above.

    logits:      any shape
    temperature: T > 0, else ValueError
    returns:     logits of the same shape
    """
    ### BEGIN SOLUTION
    if temperature <= 0:
        raise ValueError(f"the temperature must be positive, but is {temperature}")
    return logits / temperature
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_apply_temperature", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check("apply_temperature")
### BEGIN HIDDEN TESTS
from helpers.checking import require

require("apply_temperature")
_logits = torch.randn(3, 5, dtype=torch.float64)
_p, _q = F.softmax(_logits, dim=-1), F.softmax(apply_temperature(_logits, 0.5), dim=-1)
assert torch.allclose(_q[:, 0] / _q[:, 1], (_p[:, 0] / _p[:, 1]) ** 2), "half the temperature squares the ratios"
### END HIDDEN TESTS

# %% [markdown]
# The temperature changes all ratios at once. To cut off the tail and leave the rest alone, one removes tokens. **Top-k** keeps the $k$ most likely ones (Fan and others 2018; one set of GPT-2's published samples used $k = 40$):
#
# ### Exercise 7 · `top_k_filter`
# **3 points** · difficulty ●●○○○ · importance ●●●●○ · about 10 minutes
#
# In each row of the logits (b, V), set to −∞ whatever lies below the k-th largest. What is equal to the k-th largest stays. A `k` of V or more changes nothing; below 1 raise a `ValueError`.
#
# <details><summary>Hint 1</summary>
#
# `logits.topk(k, dim=-1).values` (b, k) holds the k largest of each row, in order. Which of its columns is the limit?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Keep the axis: `values[..., -1:]` is (b, 1) and can be compared with the whole row. `topk` wants `k` no larger than the row is long.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "top_k_filter", "locked": false, "schema_version": 3, "solution": true, "task": false}
def top_k_filter(logits: Tensor, k: int) -> Tensor:
    """Leaves the k most likely tokens.

    logits:  (b, V)
    k:       how many stay, at least; k ≥ V changes nothing, and k < 1 is a ValueError
    returns: (b, V) the logits, with −∞ for all that lie below the k-th largest of their row. Ties with it stay
    """
    ### BEGIN SOLUTION
    if k < 1:
        raise ValueError(f"k must be at least 1, but is {k}")
    kth = logits.topk(min(k, logits.shape[-1]), dim=-1).values[..., -1:]  # (b, 1) the k-th largest
    return logits.masked_fill(logits < kth, -math.inf)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_top_k_filter", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
check("top_k_filter")
### BEGIN HIDDEN TESTS
from helpers.checking import require

require("top_k_filter")
_logits = torch.randn(4, 9)
for _k in (1, 4, 9, 20):
    _kept = top_k_filter(_logits.clone(), _k) > -math.inf
    assert torch.equal(_kept.sum(1), torch.full((4,), min(_k, 9)))
    assert torch.equal(top_k_filter(_logits.clone(), _k)[_kept], _logits[_kept]), "what stays is unchanged"
    assert _k >= 9 or bool((_logits.masked_fill(_kept, -9).amax(1) < _logits.masked_fill(~_kept, 9).amin(1)).all())
### END HIDDEN TESTS

# %% [markdown]
# One number $k$ for all places is a compromise. After “Once upon a time there was a” very many tokens would do; after “She did not know what to say, and he did not know what to” hardly more than two. **Top-p**, or **nucleus sampling** (Holtzman and others 2020), lets the number follow the model: it keeps the smallest set of most likely
# tokens whose mass together is at least $p$.
#
# ### Exercise 8 · `top_p_filter`
# **4 points** · difficulty ●●●●○ · importance ●●●●● · about 25 minutes
#
# In each row of the logits (b, V), set to −∞ whatever is not in the nucleus. The token with which the mass reaches $p$ belongs to it, so at least one token stays, however small $p$ is. $p = 1$ changes nothing at all; outside of $0 < p \le 1$ raise a `ValueError`.
#
# <details><summary>Hint 1</summary>
#
# Sort each row, the most likely token first. Then the mass of the first tokens is a running sum: `cumsum`.
#
# </details>
# <details><summary>Hint 2</summary>
#
# A token stays if the tokens *before* it have less than $p$ together. Their mass is the running sum without the token itself.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Back from sorted places to tokens: with `order = logits.argsort(dim=-1, descending=True)`, `mask.scatter(-1, order, kept_in_sorted_order)` writes each entry to its token's place.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "top_p_filter", "locked": false, "schema_version": 3, "solution": true, "task": false}
def top_p_filter(logits: Tensor, p: float) -> Tensor:
    """Leaves the nucleus: the smallest set of most likely tokens that has the mass p (Holtzman and others, 2020).

    logits:  (b, V)
    p:       0 < p ≤ 1, else ValueError; p = 1 changes nothing
    returns: (b, V) the logits, with −∞ for all tokens outside of their row's nucleus. One token stays at the least
    """
    ### BEGIN SOLUTION
    if not 0 < p <= 1:
        raise ValueError(f"p must lie above 0 and be at most 1, but is {p}")
    if p == 1:
        return logits
    order = logits.argsort(dim=-1, descending=True)
    p_sorted = F.softmax(logits, dim=-1).gather(-1, order)
    before = p_sorted.cumsum(dim=-1) - p_sorted  # the mass of all that are more likely
    keep = torch.zeros_like(before, dtype=torch.bool).scatter(-1, order, before < p)
    return logits.masked_fill(~keep, -math.inf)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_top_p_filter", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
check("top_p_filter")
### BEGIN HIDDEN TESTS
from helpers.checking import require

require("top_p_filter")
_logits = 2 * torch.randn(6, 9, dtype=torch.float64)
_p = F.softmax(_logits, dim=-1)
for _mass in (0.2, 0.61, 0.97):
    _filtered = top_p_filter(_logits.clone(), _mass)
    _kept = _filtered > -math.inf
    assert torch.equal(_filtered[_kept], _logits[_kept]), "what stays is unchanged, and in its place"
    _inside = (_p * _kept).sum(1)
    _least = _p.masked_fill(~_kept, 2).amin(1)
    assert bool((_inside >= _mass - 1e-9).all()) and bool((_inside - _least < _mass).all()), (
        "p is reached, with no token to spare"
    )
    assert bool((_p.masked_fill(_kept, -1).amax(1) <= _least).all()), "the most likely ones stay"
assert torch.equal(top_p_filter(_logits.clone(), 1.0), _logits)
### END HIDDEN TESTS

# %% [markdown]
# Both filters at two places, one where the model hesitates and one where it is sure:

# %% tags=["long"]
OPEN, SURE = "Once upon a time there was a", "She did not know what to say, and he did not know what to"
contexts = {words: logits(encode(words))[0, -1] for words in (OPEN, SURE)}
figures.filtered_tokens(contexts, lambda z: top_k_filter(z, 10), lambda z: top_p_filter(z, 0.9))

# %% [markdown]
# Where the model hesitates, ten tokens are too few: good words are cut off. Where it is sure, ten are too many: most of them fit badly, and they can be drawn all the same. Top-p keeps many tokens in the first case, and few in the second.

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 5
quiz(
    "The next token has the probabilities 0.5, 0.3, 0.1, 0.06, 0.04. Which is true?",
    [
        (
            "Top-p with p = 0.8 keeps two tokens",
            True,
            "0.5 is not enough; 0.5 + 0.3 reaches 0.8. The nucleus is the smallest set that has at least the mass p.",
        ),
        (
            "Top-p with p = 0.85 keeps two tokens",
            False,
            "Those have 0.8, which is not enough. The third token crosses 0.85 and belongs to the nucleus, which then has 0.9.",
        ),
        (
            "After top-k with k = 2, the first token is drawn with probability 0.625",
            True,
            "0.5 of 0.8. Softmax over what is left shares out the mass of the removed tokens in proportion.",
        ),
        (
            "Top-p with p = 0.4 leaves no token",
            False,
            "At least one stays: the first, which crosses 0.4 all by itself. With a small p, top-p is greedy search.",
        ),
    ],
)

# %% [markdown]
# ## 8. Sampling
#
# All parts are there. In which order do they go together? The usual one, and the library's, is: **temperature, then top-k, then top-p**, then softmax and the draw. The order matters, as top-p looks at probabilities: at a high temperature, more tokens are needed for the same mass. And with both filters, $p$ is measured among the $k$ tokens that are left, whose probabilities sum to one again.
#
# ### Exercise 9 · `sample`
# **4 points** · difficulty ●●○○○ · importance ●●●●● · about 10 minutes
#
# As greedy search, but the next token is drawn, with `torch.multinomial`, from what is left after temperature, top-k and top-p. A filter that is `None` is left out. Pass the `generator` on to the draw, so that the same seed gives the same text again.
#
# <details><summary>Hint 1</summary>
#
# Copy your `greedy_search`. Between the model's logits and the choice come three lines, two of them with an `if … is not None`; and the choice is another.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `torch.multinomial(probabilities, 1, generator=generator)` takes probabilities (1, V), not logits, and gives a token (1, 1).
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "sample", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sample(
    model: Callable[[Tensor], Tensor],
    ids: Tensor,
    max_length: int,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    eos: int | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Draws one token after another.

    model:       ids (b, t) → logits (b, t, V)
    ids:         (1, t) the prompt
    max_length:  of the whole text, prompt included
    temperature, top_k, top_p: applied to the logits in this order; None leaves a filter out
    eos:         the token that ends a text: once it has been appended, nothing follows
    generator:   where the chance comes from: the same seed, the same text. None: torch's own
    returns:     (1, ≤ max_length) the whole text
    """
    ### BEGIN SOLUTION
    while ids.shape[1] < max_length:
        logits = apply_temperature(model(ids)[:, -1], temperature)
        if top_k is not None:
            logits = top_k_filter(logits, top_k)
        if top_p is not None:
            logits = top_p_filter(logits, top_p)
        token = torch.multinomial(F.softmax(logits, dim=-1), 1, generator=generator)  # (1, 1)
        ids = torch.cat([ids, token], dim=1)
        if token.item() == eos:
            break
    return ids
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_sample", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
check("sample")
### BEGIN HIDDEN TESTS
from helpers.checking import require

require("sample")
_table = torch.randn(6, 6, dtype=torch.float64)
_model, _start = lambda ids: _table[ids], torch.tensor([[1, 4]])
assert torch.equal(sample(_model, _start, 9, top_k=1), greedy_search(_model, _start, 9)), "top-k 1 is greedy search"
_apart = torch.rand(6, 6).argsort(dim=-1).double()  # no two tokens are nearly as likely
_model_apart = lambda ids: _apart[ids]  # noqa: E731
_text = greedy_search(_model_apart, _start, 9)
assert torch.equal(sample(_model_apart, _start, 9, temperature=0.01), _text), "so is T → 0"
_texts = [sample(_model, _start, 30, generator=torch.Generator().manual_seed(s)) for s in (0, 0, 1)]
assert torch.equal(_texts[0], _texts[1]) and not torch.equal(_texts[0], _texts[2]), "the seed decides"
_kept = top_p_filter(_table, 0.5) > -math.inf
_text = sample(_model, _start, 200, top_p=0.5)[0]
assert bool(_kept[_text[1:-1], _text[2:]].all()), "only tokens of the nucleus are drawn"
### END HIDDEN TESTS

# %% [markdown]
# Now play. First plain sampling: no temperature, no filter. Your function draws twice, with the seed of the form and with the next. The library takes its chance from torch's own generator; seeded alike, it draws the same numbers, and should write the same text as you.


# %%
def drawn(context: str, max_length: int, seed: int, temperature: float = 1.0, top_k: int = 0, top_p: float = 1.0):
    """For the forms below: your sample with two seeds, and model.generate. top_k = 0 and top_p = 1 leave a filter out."""
    prompt, texts = encode(context), {}
    for this in (seed, seed + 1):
        chance = torch.Generator().manual_seed(this)
        options = {"temperature": temperature, "top_k": top_k or None, "top_p": None if top_p == 1 else top_p}
        texts[f"your sample, seed {this}"] = lambda chance=chance, options=options: sample(
            logits, prompt, max_length, eos=eos, generator=chance, **options
        )

    def library() -> Tensor:
        torch.manual_seed(seed)
        options = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
        return generate(prompt, max_length=max_length, do_sample=True, **options)

    return prompt, texts | {"model.generate": library}


# %% cellView="form" tags=["long"]
# @title Sampling { run: "auto" }
context = "Once upon a time there was a"  # @param {type: "string"}
max_length = 60  # @param {type: "slider", min: 10, max: 200, step: 1}
seed = 7  # @param {type: "slider", min: 0, max: 100, step: 1}

forms.texts(drawn, logits, tokenizer, context=context, max_length=max_length, seed=seed)

# %% [markdown]
# Hardly any circles now. But the thread is soon lost, and now and then a word comes that fits nothing. Cool it down:

# %% cellView="form" tags=["long"]
# @title Sampling with temperature { run: "auto" }
context = "Once upon a time there was a"  # @param {type: "string"}
max_length = 60  # @param {type: "slider", min: 10, max: 200, step: 1}
temperature = 0.7  # @param {type: "slider", min: 0.1, max: 3.0, step: 0.1}
seed = 7  # @param {type: "slider", min: 0, max: 100, step: 1}

forms.texts(drawn, logits, tokenizer, context=context, max_length=max_length, temperature=temperature, seed=seed)

# %% [markdown]
# Try 0.2, and 150 tokens: nearly greedy search, and soon its circles. Try 2: noise. In between the temperature trades one against the other; it has no setting that cuts off the nonsense and keeps the ideas. That is what the filters are for.

# %% cellView="form" tags=["long"]
# @title Sampling with top-k { run: "auto" }
context = "Once upon a time there was a"  # @param {type: "string"}
max_length = 60  # @param {type: "slider", min: 10, max: 200, step: 1}
top_k = 40  # @param {type: "slider", min: 1, max: 200, step: 1}
temperature = 1.0  # @param {type: "slider", min: 0.1, max: 3.0, step: 0.1}
seed = 7  # @param {type: "slider", min: 0, max: 100, step: 1}

forms.texts(
    drawn,
    logits,
    tokenizer,
    context=context,
    max_length=max_length,
    top_k=top_k,
    temperature=temperature,
    seed=seed,
)

# %% cellView="form" tags=["long"]
# @title Sampling with top-p { run: "auto" }
context = "Once upon a time there was a"  # @param {type: "string"}
max_length = 60  # @param {type: "slider", min: 10, max: 200, step: 1}
top_p = 0.9  # @param {type: "slider", min: 0.05, max: 1.0, step: 0.05}
temperature = 1.0  # @param {type: "slider", min: 0.1, max: 3.0, step: 0.1}
seed = 7  # @param {type: "slider", min: 0, max: 100, step: 1}

forms.texts(
    drawn,
    logits,
    tokenizer,
    context=context,
    max_length=max_length,
    top_p=top_p,
    temperature=temperature,
    seed=seed,
)

# %% [markdown]
# **Try:** $k = 1$, then $p = 0.05$: greedy search, or nearly. Then $T = 1.5$ without a filter ($p = 1$), with $k = 40$, and with $p = 0.9$. Which filter holds the heat in check? The fixed number does; the nucleus grows with the heat.

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 6
quiz(
    "Which of these settings give the same text as greedy search, whatever the seed, but for rare exceptions? (No two tokens tie.)",
    [
        ("top-k with k = 1", True, "Only the most likely token is left, so it is drawn."),
        (
            "top-p with p = 0.01",
            True,
            "The nucleus is the one most likely token, unless that has less than one percent. With a vocabulary of 50,000 it can have less, at a place where the model has no idea; then there are a few tokens in it.",
        ),
        (
            "A temperature of 1, without filters",
            False,
            "That is the model's own distribution, tail and all.",
        ),
        (
            "A temperature of 0.001",
            True,
            "A lead of 0.01 becomes one of 10, a factor of e^10 ≈ 22,000. Only where two logits are closer than that does chance have a say.",
        ),
    ],
)

# %% [markdown]
# ## 9. All methods, measured
#
# A single text proves nothing. Let each method continue the same prompts, cut from *Alice*, and compare it with what the author wrote there, by three numbers:
#
# * **log P per token**: how likely the model finds the text;
# * **repeated 4-grams**: the share of 4-grams that the text has had before;
# * **distinct-2**: the number of *different* pairs of tokens, divided by the number of all pairs, over all texts of a method together (after Li and others 2016, who divide by the number of tokens). It is 1 where no pair ever comes twice.


# %%
def repeated(ids: list[int], n: int = 4) -> float:
    """The share of the n-grams of a text that it has had before."""
    grams = [tuple(ids[i : i + n]) for i in range(len(ids) - n + 1)]
    return 1 - len(set(grams)) / len(grams)


def distinct(texts: list[list[int]], n: int = 2) -> float:
    """Different n-grams per n-gram, over several texts."""
    grams = [tuple(ids[i : i + n]) for ids in texts for i in range(len(ids) - n + 1)]
    return len(set(grams)) / len(grams)


# %% tags=["long"]
GIVEN, NEW = 24, 60  # tokens
book = encode(text("alice"))[0]
pages = torch.stack([book[start : start + GIVEN + NEW] for start in range(1000, len(book) - 200, 6000)])
settings = {
    "greedy": {"do_sample": False},
    "beam search, 5 beams": {"do_sample": False, "num_beams": 5},
    "5 beams, no 2-gram twice": {"do_sample": False, "num_beams": 5, "no_repeat_ngram_size": 2},
    "sampling": {"do_sample": True, "top_k": 0},
    "sampling, T = 0.7": {"do_sample": True, "top_k": 0, "temperature": 0.7},
    "sampling, top-k 40": {"do_sample": True, "top_k": 40},
    "sampling, top-p 0.9": {"do_sample": True, "top_k": 0, "top_p": 0.9},
}
texts = {"the author": pages}
torch.manual_seed(0)
for name, options in settings.items():  # all prompts in one batch; every text gets its full length, so that all compare
    texts[name] = generate(pages[:, :GIVEN], min_new_tokens=NEW, max_new_tokens=NEW, **options)

table = {}
with figures.your_work():
    print(f"{'':26}{'log P per token':>16}{'repeated':>12}{'distinct-2':>12}")
    for name, written in texts.items():
        score = sequence_log_prob(logits, written, GIVEN).mean().item() / NEW
        new = written[:, GIVEN:].tolist()
        share = sum(map(repeated, new)) / len(new)
        table[name] = (score, share)
        print(f"{name:26}{score:16.2f}{share:12.1%}{distinct(new):12.2f}")
    figures.methods(table)

# %% [markdown]
# Look at it from right to left. Furthest to the right, with the likeliest texts, are the searches, and without a ban it is they that repeat themselves. (The ban costs them likelihood: the model would have liked to go round.) Plain sampling is on the left, with the author: not because it writes as well, but because the model has learned
# its probabilities from people's texts, and sampling follows them. Temperature and filters lie in between, and repeat far less than the searches. Where to stop is a matter of taste, and of purpose.
#
# None of these numbers measures whether a text is any *good*. They tell what goes wrong, and a text can have all three right and make no sense.
#
# ## 10. Writing fast: the key-value cache
#
# Your functions call the model with the whole text at each step. To write $T$ tokens that way, the model reads $1 + 2 + \dots + T \approx T^2/2$ of them. But the causal mask of lab 1 says that an earlier token never looks at a later one. So everything that was computed for it
# *stays as it is*, whatever is appended; and what the new token needs of the others are their **keys and values**. Keep those, in a **key-value cache**, and each step has to compute one token only.

# %% tags=["long"]
lengths, times = (10, 20, 40, 80), {"without cache": [], "with cache": []}
for length in lengths:
    for name, use_cache in (("without cache", False), ("with cache", True)):
        started = time.perf_counter()
        generate(ids, min_new_tokens=length, max_new_tokens=length, do_sample=False, use_cache=use_cache)
        times[name].append(time.perf_counter() - started)
    slow, fast = (row[-1] for row in times.values())
    print(f"{length:3} tokens: {slow:6.2f} s without, {fast:6.2f} s with: {slow / fast:.1f} times as fast")
figures.cache_times(lengths, times)

# %% [markdown]
# With the cache the time grows in proportion to the text; without it, the time for each further token grows too. (Each new token still looks at all the earlier ones, so the attention itself keeps growing; at these lengths that hardly shows.) The price is memory: two vectors, a key and a value, for each token, layer and head.

# %% tags=["long"]
c = model.config
width = getattr(c, "head_dim", None) or c.hidden_size // c.num_attention_heads
kept = 2 * c.num_hidden_layers * (getattr(c, "num_key_value_heads", None) or c.num_attention_heads) * width
print(f"this model keeps {kept:,} numbers for each token; GPT-3, with 96 layers of width 12,288, {2 * 96 * 12_288:,}")

# %% [markdown]
# GPT-3 with a text of 2,048 tokens, in 16 bits, needs almost 10 gigabytes for the cache of a single text. That is why newer models let several heads share their keys and values (*grouped-query attention*; SmolLM2 is one of them). (The `logits` function of this notebook uses a cache too, behind your back: it remembers the texts of the last call, and if the new ones go on from there, it only
# reads what is new. That is why your beam search is not much slower than the library's.)

# %% cellView="form" jupyter={"source_hidden": true} tags=["hide-input"]
# @title Quiz 7
quiz(
    "What does the key-value cache have to do when beam search drops beam 2 and continues beam 1 twice?",
    [
        (
            "Copy the entries of beam 1 in place of those of beam 2",
            True,
            "Both new beams share the past of beam 1. The library does just that; the entries are reordered at each step.",
        ),
        (
            "Nothing: keys and values do not depend on the beam",
            False,
            "They were computed from the tokens of that beam. With another past the keys and values are others.",
        ),
        (
            "Start afresh",
            False,
            "It would be right, but all the work would be done again. What is needed is there already, in the row of beam 1.",
        ),
        (
            "Keep the queries as well",
            False,
            "The query of a token is used once, when that token looks around. No later token asks for it.",
        ),
    ],
)

# %%
progress()

# %% [markdown]
# ## What you have learned
#
# * A language model gives every text a probability, by the **chain rule**; one adds log-probabilities. Decoding makes a text of it: by **search** or by **drawing**.
# * **Greedy search** takes the best token each time. It is reproducible, short-sighted, and goes in circles.
# * **Beam search** keeps the $B$ best texts of each length, finished ones included. It mostly finds likelier texts than greedy search, with no guarantee; and the likeliest text is neither the best nor a typical one.
# * A **ban on n-grams** removes repetition, with or without good reason.
# * **Sampling** follows the model's distribution, tail included. **Temperature** changes all ratios; **top-k** cuts at a fixed number, **top-p** at a fixed mass, so that it adapts.
# * The order is temperature, top-k, top-p. Each of them at its limit is greedy search.
# * With a **key-value cache** the model reads each token once: $T$ of them in place of $T^2/2$.
#
# **What next?** Sampling shows what a model can say, again and again, and also what it should rather not. In lab 5 you draw hundreds of texts, and look for the toxic ones.
#
# **To read on**
#
# * A. Holtzman, J. Buys, L. Du, M. Forbes, Y. Choi, *The Curious Case of Neural Text Degeneration*, 2020, arXiv:1904.09751: nucleus sampling, and the picture of part 6.
# * A. Fan, M. Lewis, Y. Dauphin, *Hierarchical Neural Story Generation*, 2018, arXiv:1805.04833: top-k.
# * F. Stahlberg, B. Byrne, *On NMT Search Errors and Model Errors: Cat Got Your Tongue?*, 2019, arXiv:1908.10090: what happens when one really finds the most likely translation.
# * C. Meister, T. Vieira, R. Cotterell, *If Beam Search is the Answer, What was the Question?*, 2020, arXiv:2010.02650: why beam search works where it does.
# * J. Xu and others, *Learning to Break the Loop: Analyzing and Mitigating Repetitions for Neural Text Generation*, 2022, arXiv:2206.02369.
# * J. Li, M. Galley, C. Brockett, J. Gao, B. Dolan, *A Diversity-Promoting Objective Function for Neural Conversation Models*, 2016, arXiv:1510.03055: distinct-n.
