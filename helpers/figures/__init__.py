"""The lessons' figures. Each function shows one figure and returns None.

A figure that pictures the student's own work takes a function of no arguments instead of a tensor
(`lambda: attention_weights(x)`), and asks for the exercise, in a friendly line, while it is not written yet.
"""

from helpers.figures.diagrams import heads_diagram
from helpers.figures.emoji import emoji_game, emoji_table, emoji_vectors
from helpers.figures.plots import attention_heatmap, masks, parameter_counts, softmax_gradient, variance_experiment

__all__ = [
    "attention_heatmap",
    "emoji_game",
    "emoji_table",
    "emoji_vectors",
    "heads_diagram",
    "masks",
    "parameter_counts",
    "softmax_gradient",
    "variance_experiment",
]
