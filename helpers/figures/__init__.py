"""The lessons' figures. Each function shows one figure and returns None.

A figure that pictures the student's own work takes a function of no arguments instead of a tensor
(`lambda: attention_weights(x)`), and asks for the exercise, in a friendly line, while it is not written yet.
"""

from helpers.figures.architecture import block_diagram, gpt_diagram
from helpers.figures.block import deep_stack, positions_heatmap, your_work
from helpers.figures.decoding import (
    beam_tree,
    cache_times,
    filtered_tokens,
    methods,
    next_tokens,
    token_probabilities,
)
from helpers.figures.diagrams import heads_diagram
from helpers.figures.emoji import emoji_game, emoji_table, emoji_vectors
from helpers.figures.live import live_loss
from helpers.figures.plots import attention_heatmap, masks, parameter_counts, softmax_gradient, variance_experiment
from helpers.figures.temperature import (
    attention_temperatures,
    drawn_words,
    entropy_curves,
    equal_entropy,
    gradient_by_temperature,
    gradient_by_width,
    jacobian_heatmaps,
    smooth_maximum,
    temperature_curves,
)
from helpers.figures.toxicity import (
    at_least_one,
    base_rates,
    more_samples,
    score_bars,
    score_histogram,
    threshold_curves,
    tries,
)

__all__ = [
    "at_least_one",
    "attention_heatmap",
    "attention_temperatures",
    "base_rates",
    "beam_tree",
    "block_diagram",
    "cache_times",
    "deep_stack",
    "drawn_words",
    "emoji_game",
    "emoji_table",
    "emoji_vectors",
    "entropy_curves",
    "equal_entropy",
    "filtered_tokens",
    "gpt_diagram",
    "gradient_by_temperature",
    "gradient_by_width",
    "heads_diagram",
    "jacobian_heatmaps",
    "live_loss",
    "masks",
    "methods",
    "more_samples",
    "next_tokens",
    "parameter_counts",
    "positions_heatmap",
    "score_bars",
    "score_histogram",
    "smooth_maximum",
    "softmax_gradient",
    "temperature_curves",
    "threshold_curves",
    "token_probabilities",
    "tries",
    "variance_experiment",
    "your_work",
]
