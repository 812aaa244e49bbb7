"""Lab 2's misconceptions: each an edit of the reference solution, with the one hint a student gets."""

from __future__ import annotations

from autograder.misconceptions import Misconception

# A mistake in one half of a block is the same mistake as in both.
BLOCK_LINES = {
    "post": ("self.norm1(x + self.attention(x))", "self.norm2(x + self.ff(x))"),
    "pre": ("x + self.attention(self.norm1(x))", "x + self.ff(self.norm2(x))"),
}


def _halves(kind: str, first: str, second: str) -> dict[str, tuple]:
    """`edits` for both halves of the block, `variants` for either alone."""
    one, two = zip(BLOCK_LINES[kind], (first, second), strict=True)
    return {"edits": (one, two), "variants": ((one,), (two,))}


MISCONCEPTIONS: dict[str, tuple[Misconception, ...]] = {
    "layer_norm": (
        Misconception(
            "unbiased_variance",
            "Your variance divides by m − 1, torch's default. A layer norm wants no estimate for a larger population: the mean "
            "of the squares is over these m numbers, so it divides by m.",
            (("unbiased=False", "unbiased=True"),),
        ),
        Misconception(
            "eps_outside_root",
            "You add ε to the standard deviation. It belongs to the variance, inside the root: for tokens that hardly vary the two "
            "differ a lot.",
            (("torch.sqrt(variance + eps)", "(torch.sqrt(variance) + eps)"),),
        ),
        Misconception(
            "no_eps",
            "ε is missing, so a token whose numbers are all equal becomes 0/0 = NaN, and one that hardly varies is blown up to full size.",
            (("variance + eps", "variance"),),
            variants=((("variance + eps", "variance + 1e-12"),),),
        ),
        Misconception(
            "over_batch",
            "You take the mean and variance over the first axis, so that sequences of a batch change each other. Each token is normalised by its own m numbers.",
            (("dim=-1", "dim=0"),),
            variants=((("dim=-1", "dim=tuple(range(x.dim() - 1))"),),),
        ),
        Misconception(
            "over_tokens",
            "You take the mean and variance over the tokens of a sequence. Each token is normalised by its own m numbers, the last axis.",
            (("dim=-1", "dim=-2"),),
            variants=((("dim=-1", "dim=(-2, -1)"),), (("dim=-1", "dim=tuple(range(x.dim()))"),)),
        ),
        Misconception(
            "no_gain_bias",
            "Your tokens are normalised, and that is all: the gain and the bias are still to be applied.",
            ((" * gain + bias", ""),),
        ),
        Misconception(
            "gain_missing",
            "The bias is there, but the normalised numbers are not multiplied by the gain.",
            ((" * gain", ""),),
        ),
        Misconception(
            "bias_missing",
            "The gain is there, but the bias is not added.",
            ((" + bias", ""),),
        ),
        Misconception(
            "divided_by_variance",
            "You divide by the variance. Its root, the standard deviation, is what brings the spread to one.",
            (("torch.sqrt(variance + eps)", "(variance + eps)"),),
        ),
        Misconception(
            "not_centred",
            "The mean is not taken off: your numbers have the right spread but are not centred at zero before gain and bias.",
            (("(x - mean)", "x"),),
        ),
        Misconception(
            "eps_ignored",
            "Your ε is always 1e-5. It is an argument: who calls the function may ask for another.",
            (("variance + eps", "variance + 1e-5"),),
        ),
    ),
    "TransformerBlock": (
        Misconception(
            "pre_norm",
            "You normalise what goes into attention and MLP. That is the pre-norm block, which comes later: here the norm comes last, after the sum.",
            **_halves("post", "x + self.attention(self.norm1(x))", "x + self.ff(self.norm2(x))"),
        ),
        Misconception(
            "missing_residual",
            "A residual connection is missing: what goes into attention, and into the MLP, is added to what comes out.",
            **_halves("post", "self.norm1(self.attention(x))", "self.norm2(self.ff(x))"),
        ),
        Misconception(
            "one_norm_reused",
            "One layer norm does both jobs. There are two, each with a gain and a bias of its own.",
            (("self.norm2(x +", "self.norm1(x +"),),
            variants=(
                (("self.norm2 = nn.LayerNorm(k)", "self.norm2 = self.norm1"),),
                (("self.norm2 = nn.LayerNorm(k)", "pass"), ("self.norm2(x +", "self.norm1(x +")),
            ),
        ),
        Misconception(
            "norm_before_residual",
            "You normalise what attention or the MLP gives, and add x after that. In this block the sum is what is normalised.",
            **_halves("post", "x + self.norm1(self.attention(x))", "x + self.norm2(self.ff(x))"),
        ),
        Misconception(
            "norm_missing",
            "A norm is made but not used: there is one after each of the two sums.",
            **_halves("post", "x + self.attention(x)", "x + self.ff(x)"),
        ),
        Misconception(
            "second_residual_from_input",
            "The second sum adds the block's input. By then the stream has moved on: the MLP's result is added to what went into the MLP.",
            (
                ("x = self.norm1(x + self.attention(x))", "y = self.norm1(x + self.attention(x))"),
                ("self.norm2(x + self.ff(x))", "self.norm2(x + self.ff(y))"),
            ),
        ),
        Misconception(
            "gelu",
            "Your MLP uses GELU. The design of 2017 has ReLU; GELU comes with GPT.",
            (("nn.ReLU()", 'nn.GELU(approximate="tanh")'),),
            variants=((("nn.ReLU()", "nn.GELU()"),),),
        ),
        Misconception(
            "causal_attention",
            "Your attention has the parameters of CausalSelfAttention. This block takes the wide-headed SelfAttention.",
            (("SelfAttention(k, heads)", "CausalSelfAttention(k, heads)"),),
        ),
    ),
    "PreNormBlock": (
        Misconception(
            "post_norm",
            "You normalise after the sum, as in the exercise before. Pre-norm moves the norm to the entrance of attention and MLP, off the residual stream.",
            **_halves("pre", "self.norm1(x + self.attention(x))", "self.norm2(x + self.ff(x))"),
        ),
        Misconception(
            "missing_residual",
            "A residual connection is missing: what attention and MLP give is added to the stream x.",
            **_halves("pre", "self.attention(self.norm1(x))", "self.ff(self.norm2(x))"),
        ),
        Misconception(
            "relu",
            "Your MLP uses ReLU. GPT-2's uses GELU.",
            (('nn.GELU(approximate="tanh")', "nn.ReLU()"),),
        ),
        Misconception(
            "gelu_exact",
            "Nearly: your GELU is the exact one, but GPT-2 was trained with its tanh approximation. nn.GELU has an argument for that.",
            (('approximate="tanh"', ""),),
        ),
        Misconception(
            "residual_from_normed",
            "You add to the normalised tokens, so that the stream itself has been normalised. Keep x as it is, and normalise only the copy that attention or the MLP reads.",
            **_halves(
                "pre",
                "self.norm1(x) + self.attention(self.norm1(x))",
                "self.norm2(x) + self.ff(self.norm2(x))",
            ),
        ),
        Misconception(
            "one_norm_reused",
            "One layer norm does both jobs. There are two, each with a gain and a bias of its own.",
            (("self.norm2(x)", "self.norm1(x)"),),
            variants=(
                (("self.norm2 = nn.LayerNorm(k)", "self.norm2 = self.norm1"),),
                (("self.norm2 = nn.LayerNorm(k)", "pass"), ("self.norm2(x)", "self.norm1(x)")),
            ),
        ),
        Misconception(
            "norm_after_branch",
            "You normalise what attention or the MLP gives. Pre-norm normalises what they read.",
            **_halves("pre", "x + self.norm1(self.attention(x))", "x + self.norm2(self.ff(x))"),
        ),
        Misconception(
            "second_residual_from_input",
            "The second sum adds the block's input, so that what attention wrote is lost. The MLP's result is added to the stream as attention left it.",
            (
                ("x = x + self.attention(self.norm1(x))", "y = x + self.attention(self.norm1(x))"),
                ("x + self.ff(self.norm2(x))", "x + self.ff(self.norm2(y))"),
            ),
        ),
        Misconception(
            "side_by_side",
            "Your MLP reads what the block got, not what attention has written: the two work side by side. In GPT-2 they work one after the other.",
            (
                ("x = x + self.attention(self.norm1(x))", "y = x + self.attention(self.norm1(x))"),
                ("x + self.ff(self.norm2(x))", "y + self.ff(self.norm2(x))"),
            ),
        ),
        Misconception(
            "wide_attention",
            "Your attention has the parameters of SelfAttention. A GPT's block takes CausalSelfAttention, which cannot see the future.",
            (("CausalSelfAttention(k, heads)", "SelfAttention(k, heads)"),),
        ),
    ),
    "sinusoidal_positions": (
        Misconception(
            "sin_cos_halves",
            "Your sines fill the left half of the table and your cosines the right. They should take turns: sine in even columns, cosine in odd ones.",
            (
                ("table[:, 0::2] = angles.sin()", "table[:, : m // 2] = angles.sin()"),
                ("table[:, 1::2] = angles.cos()", "table[:, m // 2 :] = angles.cos()"),
            ),
        ),
        Misconception(
            "wrong_frequency",
            "Your waves have other frequencies: pair i, which is columns 2i and 2i + 1, turns by 10000^(−2i/m) per place. Is your i the pair or the column?",
            (("torch.arange(0, m, 2) / m", "torch.arange(m // 2) / m"),),
            variants=((("torch.arange(0, m, 2) / m", "torch.arange(0, m, 2) * 2 / m"),),),
        ),
        Misconception(
            "own_frequency_for_cosines",
            "Your cosines turn at frequencies of their own. Sine and cosine of a pair share one: 2i is the even column's number for both.",
            (
                (
                    "table[:, 1::2] = angles.cos()",
                    "table[:, 1::2] = (places * 10000.0 ** (-torch.arange(1, m, 2) / m)).cos()",
                ),
            ),
            variants=(
                (
                    ("torch.arange(0, m, 2) / m", "torch.arange(0, m, 2) * 2 / m"),
                    (
                        "table[:, 1::2] = angles.cos()",
                        "table[:, 1::2] = (places * 10000.0 ** (-torch.arange(1, m, 2) * 2 / m)).cos()",
                    ),
                ),
            ),
        ),
        Misconception(
            "frequency_inverted",
            "Your waves get faster from left to right: the exponent has lost its minus. The first pair should be the fastest.",
            (("10000.0 ** (-torch", "10000.0 ** (torch"),),
            # At such speeds float32 gives other sines than float64.
            variants=((("(-torch.arange(0, m, 2) / m)", "(torch.arange(0, m, 2).double() / m)"),),),
        ),
        Misconception(
            "sin_and_cos_swapped",
            "Sine and cosine have changed places: place 0 should begin 0, 1, 0, 1.",
            (("angles.sin()", "angles.cos()"), ("1::2] = angles.cos()", "1::2] = angles.sin()")),
        ),
        Misconception(
            "places_from_one",
            "Your places are counted from 1. The first row is place 0, where every sine is 0 and every cosine 1.",
            (("torch.arange(t)", "torch.arange(1, t + 1)"),),
        ),
    ),
    "GPT": (
        Misconception(
            "positions_on_batch_axis",
            "Every token of a sequence gets the same position, the number of its sequence in the batch: the positions run along the wrong axis.",
            (
                (
                    "self.positions(torch.arange(t, device=ids.device))",
                    "self.positions(torch.arange(len(ids), device=ids.device))[:, None]",
                ),
            ),
        ),
        Misconception(
            "no_final_norm",
            "The last layer norm is not used. With pre-norm nobody has normalised the stream itself: it comes before the output.",
            (("self.norm(x) @", "x @"),),
        ),
        Misconception(
            "untied_output",
            "Your output has a matrix of its own. Here it is tied: the logits are dot products with the token embeddings themselves.",
            (
                (
                    "self.norm = nn.LayerNorm(d_model)",
                    "self.norm = nn.LayerNorm(d_model)\n        self.head = nn.Linear(d_model, n_vocab, bias=False)",
                ),
                ("self.norm(x) @ self.tokens.weight.T", "self.head(self.norm(x))"),
            ),
        ),
        Misconception(
            "no_positions",
            "Nothing from an `nn.Embedding` called `positions` is added to the tokens, so your model has not learned (or not seen) in which order they came.",
            ((" + self.positions(torch.arange(t, device=ids.device))", ""),),
            variants=(
                (
                    (" + self.positions(torch.arange(t, device=ids.device))", ""),
                    ("self.positions = nn.Embedding(n_ctx, d_model)", "pass"),
                ),
            ),
        ),
        Misconception(
            "blocks_in_a_plain_list",
            "PyTorch does not see your blocks: in a plain Python list their parameters are neither trained nor moved nor saved. A list that is a module makes them known.",
            (
                (
                    "nn.ModuleList([PreNormBlock(d_model, heads) for _ in range(n_layer)])",
                    "[PreNormBlock(d_model, heads) for _ in range(n_layer)]",
                ),
            ),
        ),
        Misconception(
            "one_block_repeated",
            "All your blocks are one and the same, with one set of parameters. Multiplying a list repeats the object: make a new block for each layer.",
            (
                (
                    "[PreNormBlock(d_model, heads) for _ in range(n_layer)]",
                    "[PreNormBlock(d_model, heads)] * n_layer",
                ),
            ),
        ),
        Misconception(
            "norm_before_blocks",
            "Your last norm comes first: it normalises the embeddings. Its place is after the last block.",
            (("for block in", "x = self.norm(x)\n        for block in"), ("self.norm(x) @", "x @")),
        ),
        Misconception(
            "probabilities",
            "You return probabilities. Logits are wanted: the softmax comes later, in the loss or in sampling.",
            (
                (
                    "return self.norm(x) @ self.tokens.weight.T",
                    "return F.softmax(self.norm(x) @ self.tokens.weight.T, dim=-1)",
                ),
            ),
            variants=(
                (
                    (
                        "return self.norm(x) @ self.tokens.weight.T",
                        "return F.log_softmax(self.norm(x) @ self.tokens.weight.T, dim=-1)",
                    ),
                ),
            ),
        ),
        Misconception(
            "embeddings_scaled",
            "Your token embeddings are multiplied by √d. The Transformer of 2017 did so; GPT-2 does not.",
            (("x = self.tokens(ids)", "x = self.tokens(ids) * math.sqrt(self.tokens.embedding_dim)"),),
        ),
    ),
    "training_step": (
        Misconception(
            "targets_not_shifted",
            "Your model is asked for the token it has just read. The target at each place is the next token.",
            (("batch[:, :-1], batch[:, 1:]", "batch, batch"),),
            variants=(
                (("batch[:, 1:]", "batch[:, :-1]"),),
                (("batch[:, :-1], batch[:, 1:]", "batch[:, 1:], batch[:, 1:]"),),
            ),
        ),
        Misconception(
            "gradients_not_zeroed",
            "The gradients of earlier steps are still there, and the new ones are added to them. Clear them before each backward.",
            (("optimizer.zero_grad()", "pass"),),
        ),
        Misconception(
            "shifted_backwards",
            "Your model is asked for the token before the one it reads: inputs and targets have changed places.",
            (("inputs, targets =", "targets, inputs ="),),
        ),
        Misconception(
            "nothing_learned",
            "The loss is right, but the parameters stay as they were: is the optimizer's step there, and are the gradients still there when it comes?",
            (("optimizer.step()", "pass"),),
        ),
        Misconception(
            "summed_loss",
            "Your loss is the sum over all places. It should be their mean, so that its size does not depend on the size of the batch.",
            (("targets.flatten())", 'targets.flatten(), reduction="sum")'),),
        ),
        Misconception(
            "softmax_twice",
            "You take a softmax of the logits, and F.cross_entropy takes another. It wants the logits themselves.",
            (("logits.flatten(0, 1)", "logits.flatten(0, 1).softmax(-1)"),),
        ),
        Misconception(
            "last_token_only",
            "Only the last place of each sequence is asked. The mask lets every place be asked at once: that is what makes training a Transformer fast.",
            (("logits.flatten(0, 1), targets.flatten()", "logits[:, -1], targets[:, -1]"),),
        ),
    ),
}
