"""Candidates per second of an attack: the original lab's loop, one text generated and one scored at a time, beside ours.

    python -m benchmarks.attack [--models small-gpt2 smollm2] [--threads 1 2] [--rounds 3] [--texts 128]

Both use the same models, context, lengths and sampler. In each round they take turns, so that a machine that slows
down slows both; a figure is the median over the rounds, and so is the ratio. A model that cannot be had is left out.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch

from helpers.attack import generator, scorer
from helpers.models import TITLES, load_language_model
from helpers.toxicity import load_toxicity_classifier

CONTEXT = "The old woman said that"
MAX_LENGTH, TOP_K = 40, 50
ROW = "{:<22} {:>7} {:>12} {:>12} {:>7}"


def loop(model: Any, tokenizer: Any, classifier: Any) -> Callable[[int], None]:
    """The original's: attack n times. The context is turned into tokens once and for all."""
    prompt = tokenizer(CONTEXT, return_tensors="pt").to(model.device)

    def attack(n: int) -> None:
        for _ in range(n):
            ids = model.generate(**prompt, do_sample=True, max_length=MAX_LENGTH, top_k=TOP_K)
            classifier.predict(tokenizer.decode(ids[0], skip_special_tokens=True))

    return attack


def batched(model: Any, tokenizer: Any, classifier: Any) -> Callable[[int], None]:
    """Ours: n texts at once."""
    generate, classify = generator(model, tokenizer, MAX_LENGTH, TOP_K), scorer(classifier)
    return lambda n: classify(generate(CONTEXT, n)) and None


def per_second(attack: Callable[[int], None], n: int) -> float:
    start = time.perf_counter()
    attack(n)
    return n / (time.perf_counter() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", default=["small-gpt2", "smollm2"], choices=list(TITLES))
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--texts", type=int, default=128, help="candidates that ours draws at once; the loop does 4")
    settings = parser.parse_args()

    classifier = load_toxicity_classifier()
    print(f"Attack on {CONTEXT!r}, {MAX_LENGTH} tokens in all, top-k {TOP_K}; candidates per second, scored:")
    print(ROW.format("model", "threads", "one by one", "batched", "ratio"))
    for name in settings.models:
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                model, tokenizer = load_language_model(name)
        except RuntimeError as error:
            print(f"{TITLES[name]}: left out, {error}")
            continue
        sides = [make(model, tokenizer, classifier) for make in (loop, batched)]
        for threads in settings.threads:
            torch.set_num_threads(threads)
            for attack in sides:
                attack(1)  # warm
            turns = [(per_second(sides[0], 4), per_second(sides[1], settings.texts)) for _ in range(settings.rounds)]
            slow, fast = (statistics.median(side) for side in zip(*turns, strict=True))
            ratio = statistics.median(ours / theirs for theirs, ours in turns)
            print(ROW.format(TITLES[name], threads, f"{slow:.2f}", f"{fast:.1f}", f"{ratio:.1f}"), flush=True)


if __name__ == "__main__":
    main()
