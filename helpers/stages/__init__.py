"""Stages: what stands between a case and a student's function that wants more than data.

A case holds only numbers and tensors. Where the function takes a model or an optimizer, the case names a stage: it makes
those objects from the case's arguments, calls the student's function, and returns the outputs in the order of the case's
axes. It runs in the student's process, so it only reports: judging is for others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from helpers.stages.attack import detoxify_scores, safe_generate, toxic_attack
from helpers.stages.decoding import beams, decoding, sampling
from helpers.stages.training import training

STAGES: dict[str, Callable[..., Any]] = {
    "beams": beams,
    "decoding": decoding,
    "detoxify_scores": detoxify_scores,
    "safe_generate": safe_generate,
    "sampling": sampling,
    "toxic_attack": toxic_attack,
    "training": training,
}
