"""Lab 1's misconceptions: each an edit of the reference solution, with the one hint a student gets."""

from __future__ import annotations

from autograder.misconceptions import Misconception

MISCONCEPTIONS: dict[str, tuple[Misconception, ...]] = {
    "attention_weights": (
        Misconception(
            "softmax_over_queries",
            "Your columns sum to one, but the rows should: the softmax runs over the wrong axis. Row i is how token i "
            "divides its attention among all j.",
            (("dim=-1", "dim=-2"),),
        ),
        Misconception(
            "scaled",
            "Your scores are divided by √m. That comes in the next exercise: here the raw dot products go into the softmax.",
            (("x @ x.transpose(1, 2)", "x @ x.transpose(1, 2) / math.sqrt(x.shape[-1])"),),
        ),
        Misconception(
            "not_normalised",
            "These are the dot products themselves. They can be negative and sum to anything; a softmax turns each row "
            "into weights.",
            (("return F.softmax(similarity, dim=-1)", "return similarity"),),
        ),
    ),
    "scaled_dot_product": (
        Misconception(
            "unscaled",
            "Your output is what you get when the scores are not divided at all. With d entries q·k has a spread of "
            "about √d: undo it before the softmax.",
            ((" / math.sqrt(q.shape[-1])", ""),),
        ),
        Misconception(
            "scaled_by_d",
            "Your scores are divided by d. The variance of q·k is d, so its spread, which is what has to be undone, is √d.",
            (("math.sqrt(q.shape[-1])", "q.shape[-1]"),),
        ),
        Misconception(
            "scaled_by_sequence_length",
            "Your scores are divided by the root of the number of keys. A dot product sums over the entries of one "
            "query, so it is their number d that counts.",
            (("math.sqrt(q.shape[-1])", "math.sqrt(k.shape[-2])"),),
        ),
        Misconception(
            "mask_inverted",
            "You hide what may be seen and show what may not: in this mask True means “may attend”.",
            (("~mask", "mask"),),
        ),
        Misconception(
            "mask_after_softmax",
            "You set weights to zero after the softmax, so that the rest of the row no longer sums to one. Shut the "
            "scores out before it.",
            (("scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)", "pass"),),
        ),
        Misconception(
            "nan_rows",
            "A query that may attend to nothing gives NaN: a softmax over nothing but −∞ is 0/0. Such a row should be zeros.",
            (("torch.finfo(scores.dtype).min", 'float("-inf")'), (".masked_fill(~mask, 0.0)", "")),
        ),
        Misconception(
            "uniform_rows",
            "A query that may attend to nothing attends to everything equally: all its scores are the same low number. "
            "Such a row should be zeros.",
            ((".masked_fill(~mask, 0.0)", ""),),
        ),
    ),
    "dot_product_variance": (
        Misconception(
            "square_root",
            "That is the standard deviation. The variance is its square.",
            (("float(d)", "math.sqrt(d)"),),
        ),
        Misconception(
            "one",
            "One is the variance of a single product q_i·k_i. A dot product is a sum of d of them, and variances of "
            "independent terms add up.",
            (("float(d)", "1.0"),),
        ),
    ),
    "SelfAttention": (
        Misconception(
            "unscaled",
            "Your output is what you get when the scores are not divided by √m.",
            ((" / math.sqrt(m)", ""),),
        ),
        Misconception(
            "scaled_by_m",
            "Your output is what you get when the scores are divided by m instead of √m.",
            (("/ math.sqrt(m)", "/ m"),),
        ),
        Misconception(
            "scaled_by_sqrt_all_heads",
            "Your scores are divided by the root of the width of all heads together, √(m·heads). Each dot product stays "
            "within one head, and a head is m wide.",
            (("math.sqrt(m)", "math.sqrt(h * m)"),),
        ),
        Misconception(
            "softmax_over_queries",
            "Your softmax runs over the queries. For each query the weights over all keys should sum to one.",
            (("dim=-1", "dim=-2"),),
        ),
        Misconception(
            "heads_and_time_swapped",
            "Your view splits the time axis, not the features, into heads, so that each head sees a mix of tokens. Split "
            "the last axis first, then move the heads forward.",
            ((".view(b, t, h, m).transpose(1, 2)", ".view(b, h, t, m)"),),
        ),
        Misconception(
            "merged_without_transpose",
            "On the way out your heads are laid side by side before time and heads have changed places again, so that "
            "tokens get mixed up.",
            (("y.transpose(1, 2).reshape(b, t, h * m)", "y.reshape(b, t, h * m)"),),
        ),
        Misconception(
            "values_not_projected",
            "You average the tokens x themselves. What a token hands on is its value, tovalues(x).",
            (("self.tovalues(x).view(b, t, h, m).transpose(1, 2)", "x[:, None].expand(b, h, t, m)"),),
        ),
        Misconception(
            "queries_and_keys_swapped",
            "Queries and keys have changed roles: row i of the scores should hold the query of token i with the key of "
            "every token j.",
            (("queries @ keys.transpose(-2, -1)", "keys @ queries.transpose(-2, -1)"),),
        ),
        Misconception(
            "merge_without_bias",
            "mergeheads has no bias. Only the maps to keys, queries and values go without one.",
            (("nn.Linear(m * heads, m)", "nn.Linear(m * heads, m, bias=False)"),),
        ),
    ),
    "causal_mask": (
        Misconception(
            "inverted",
            "Your mask is True in the future. Here True means “may attend”, and that is the past and the token itself.",
            ((".tril()", ".triu(1)"),),
        ),
        Misconception(
            "diagonal_missing",
            "In your mask a token may not attend to itself: j ≤ i includes j = i.",
            ((".tril()", ".tril(-1)"),),
        ),
    ),
    "CausalSelfAttention": (
        Misconception(
            "scaled_by_sqrt_m",
            "Your scores are divided by √m. GPT's heads are narrow: each dot product sums over m/heads entries, and that is "
            "the number under the root.",
            (("math.sqrt(d)", "math.sqrt(m)"),),
        ),
        Misconception(
            "no_mask",
            "Your tokens see the future: this is the output without a causal mask.",
            (('scores.masked_fill(future, float("-inf"))', "scores"),),
        ),
        Misconception(
            "mask_inverted",
            "Your tokens see only the future; the last one sees nothing at all and becomes NaN. Shut out j > i and keep j ≤ i.",
            ((".triu(1)", ".tril()"),),
        ),
        Misconception(
            "diagonal_masked",
            "Your tokens may not attend to themselves, and the first one has nothing left and becomes NaN. Shut out only j > i.",
            ((".triu(1)", ".triu()"),),
        ),
        Misconception(
            "heads_and_time_swapped",
            "Your view splits the time axis, not the features, into heads. Split the last axis first, then move the heads "
            "forward.",
            (("part.view(b, t, h, d).transpose(1, 2)", "part.reshape(b, h, t, d)"),),
        ),
        Misconception(
            "qkv_order",
            "The three parts of qkv are taken in another order than GPT-2's: queries first, then keys, then values.",
            (("q, k, v = self.qkv(x)", "k, q, v = self.qkv(x)"),),
        ),
        Misconception(
            "no_projection",
            "The heads are merged but not mixed: the result still has to go through proj.",
            (
                (
                    "return self.proj(y.transpose(1, 2).reshape(b, t, m))",
                    "return y.transpose(1, 2).reshape(b, t, m)",
                ),
            ),
        ),
    ),
    "gpt_parameter_count": (
        Misconception(
            "untied_head",
            "You count n_vocab·d_model once too often: the output head shares its matrix with the token embeddings.",
            (("embeddings = n_vocab * d", "embeddings = 2 * n_vocab * d"),),
        ),
        Misconception(
            "no_biases",
            "The biases of the linear layers are missing: each of qkv, proj and the two layers of the MLP has one.",
            (
                ("(d * 3 * d + 3 * d) + (d * d + d)", "(d * 3 * d) + (d * d)"),
                ("(d * 4 * d + 4 * d) + (4 * d * d + d)", "(d * 4 * d) + (4 * d * d)"),
            ),
        ),
        Misconception(
            "no_positions",
            "The position embeddings are missing: one vector of d_model numbers for each of the n_ctx places.",
            ((" + n_ctx * d", ""),),
        ),
        Misconception(
            "no_final_norm",
            "One layer norm is missing: besides two in each block there is one after the last block.",
            (("+ n_layer * block + norm", "+ n_layer * block"),),
        ),
    ),
}
