"""Lab 4: all its exercises, in the order of the notebook."""

from __future__ import annotations

from autograder.exercises import Exercise, sampling, searching
from autograder.misconceptions import beams as mistakes_in_beams
from autograder.misconceptions import sampling as mistakes_in_sampling
from autograder.misconceptions import searching as mistakes_in_searching

MISCONCEPTIONS = (
    mistakes_in_searching.MISCONCEPTIONS | mistakes_in_beams.MISCONCEPTIONS | mistakes_in_sampling.MISCONCEPTIONS
)
EXERCISES = tuple(
    Exercise(name, points, cases, MISCONCEPTIONS[name])
    for name, points, cases in (
        ("sequence_log_prob", 3, searching.sequence_log_prob),
        ("greedy_search", 3, searching.greedy_search),
        ("ban_repeated_ngrams", 3, searching.ban_repeated_ngrams),
        ("beam_search", 7, searching.beam_search),
        ("beam_counterexample", 2, searching.beam_counterexample),
        ("apply_temperature", 1, sampling.apply_temperature),
        ("top_k_filter", 3, sampling.top_k_filter),
        ("top_p_filter", 4, sampling.top_p_filter),
        ("sample", 4, sampling.sample),
    )
)
