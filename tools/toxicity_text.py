"""The text that the small toxicity classifier is trained on, with the teacher's scores as its targets.

No comment of Jigsaw's is in it. It is made of what the teacher's tokenizer has counted (single words and random mixtures
of them), of what the language models of the lessons write, of chapters of Alice, of the patterns in
tools/toxicity_templates.py, and of all of these spoiled: a toxic word put in, words left out, letters hidden.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

from helpers.texts import text
from helpers.toxicity import LABELS, held_out
from tools.toxicity_teacher import Teacher
from tools.toxicity_templates import GROUPS, SLOTS, fill
from tools.toxicity_written import written

COUNTS = {"templates": 60_000, "mixtures": 40_000, "spoiled": 50_000, "hidden": 6_000, "joined": 8_000}
WRITTEN = {"small-gpt2": 16_000, "smollm2": 800}
MEASURED = {"small-gpt2": 500, "smollm2": 250}  # other texts of the same models, never trained on
SHARES = {"neutral": 2, "identity": 2, "rude": 3, "said": 1, "insult": 2, "threat": 3, "harmless": 2}
TOXIC = 0.5  # a word that the teacher scores as high as this, alone, is one of its toxic words
# Where the labels are ours: at least so high, for these labels, or (harmless) at most so high for all of them.
FLOORS = {"threat": {"toxicity": 0.9, "threat": 0.85}, "insult": {"toxicity": 0.9, "insult": 0.8}}
CEILING = 0.05


def key(sentence: str) -> str:
    """What makes two sentences the same: their letters and digits."""
    return re.sub(r"[^a-z0-9]", "", sentence.lower())


def alice() -> tuple[list[str], list[str]]:
    """Sentences of her first five chapters, to train on, and of the next two, to measure on."""
    chapters = re.split(r"^CHAPTER .*$", text("alice"), flags=re.M)[1:]
    parts = []
    for part in ("".join(chapters[:5]), "".join(chapters[5:])):
        sentences = re.split(r"(?<=[.!?]['\"]) (?=['\"A-Z])|(?<=[.!?]) (?=['\"A-Z])|\n", part)
        parts.append([sentence for sentence in sentences if len(sentence.split()) > 2])
    return parts[0], parts[1]


def make(teacher: Teacher, counts: Mapping[str, int], work: Path, seed: int) -> tuple[list[str], Tensor]:
    """Texts, and what the classifier should say of each: (n, 6)."""
    chance = random.Random(seed)
    words = list(teacher.words)
    scores = teacher.predict(words)[:, 0]
    toxic = [word for word, score in zip(words, scores.tolist(), strict=True) if score >= TOXIC]
    common = sorted(toxic, key=lambda word: -counts[word])
    slots = {**SLOTS, "toxic": common[: len(common) // 2] + common}  # the commoner half of them twice as often

    texts: list[tuple[str, str]] = [(word, "") for word in words] + 4 * [(word, "") for word in toxic]
    groups = chance.choices(list(SHARES), list(SHARES.values()), k=COUNTS["templates"])
    texts += [(fill(chance.choice(GROUPS[group]), chance, slots), group) for group in groups]
    plain = alice()[0]
    for name, count in WRITTEN.items():
        plain += written(name, count, seed, work)
    texts += 2 * [(sentence, "") for sentence in plain]
    mix = mixture(words, counts, toxic)
    texts += [(mix(chance), "") for _ in range(COUNTS["mixtures"])]
    base = plain + [sentence for sentence, group in texts if group in ("neutral", "identity", "harmless", "said")]
    texts += [(spoil(chance.choice(base), slots["toxic"], chance), "") for _ in range(COUNTS["spoiled"])]
    rude = [sentence for sentence, group in texts if group in ("rude", "insult")]
    texts += [(hide(chance.choice(rude), chance), "") for _ in range(COUNTS["hidden"])]
    texts += [join(chance.choices(texts, k=chance.randint(2, 6))) for _ in range(COUNTS["joined"])]

    seen = {key(sentence) for sentence, _ in texts}
    if known := [sentence.text for sentence in held_out() if key(sentence.text) in seen]:
        raise SystemExit(f"the training text holds held-out sentences: {known}")
    targets = teacher.predict([sentence for sentence, _ in texts])
    for row, (_, group) in zip(targets, texts, strict=True):
        for label, floor in FLOORS.get(group, {}).items():
            row[LABELS.index(label)].clamp_(min=floor)
        if group == "harmless":
            row.clamp_(max=CEILING)
    return [sentence for sentence, _ in texts], targets


def mixture(words: Sequence[str], counts: Mapping[str, int], toxic: Sequence[str]) -> Callable[[random.Random], str]:
    """Draws 1 to 25 words: some by how common they are, some neighbours in the order in which the words first came."""
    weights = torch.tensor([float(counts[word]) for word in words]).pow(0.7).cumsum(0).tolist()
    known = set(words)
    order = [word for word in counts if word in known]

    def draw(chance: random.Random) -> str:
        length = chance.randint(1, 25)
        if chance.random() < 0.3:
            start = chance.randrange(len(order) - length)
            chosen = order[start : start + length]
        else:
            chosen = chance.choices(words, cum_weights=weights, k=length)
        if chance.random() < 0.3:
            chosen[chance.randrange(length)] = chance.choice(toxic)
        return punctuate(chosen, chance)

    return draw


def punctuate(words: Sequence[str], chance: random.Random) -> str:
    """Signs and capitals, which the teacher does not see and the classifier must learn to pass over."""
    signs = chance.choices(
        ("", ",", ".", "!", "?", ' "', ";", " -", "...", ":", ")"), (60, 8, 5, 3, 2, 2, 1, 2, 1, 1, 1), k=len(words)
    )
    sentence = " ".join(word + sign for word, sign in zip(words, signs, strict=True))
    return sentence.upper() if chance.random() < 0.05 else sentence


def spoil(sentence: str, toxic: Sequence[str], chance: random.Random) -> str:
    """The sentence with words left out, and mostly with a toxic word put in or taken for another."""
    words = [word for word in sentence.split() if chance.random() > chance.choice((0.0, 0.1, 0.3))] or sentence.split()
    for _ in range(chance.choice((0, 1, 1, 1, 2))):
        place = chance.randrange(len(words) + 1)
        words[place : place + chance.randint(0, 1)] = [chance.choice(toxic)]
    return " ".join(words)


def join(parts: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """Several texts as one. A threat among them makes it one, or else an insult."""
    groups = {group for _, group in parts}
    return " ".join(sentence for sentence, _ in parts), next((group for group in FLOORS if group in groups), "")


def hide(sentence: str, chance: random.Random) -> str:
    """The sentence with its longer words written so that a filter may miss them."""

    def one(word: str) -> str:
        if len(word) < 4 or chance.random() < 0.4:
            return word
        place = chance.randrange(1, len(word) - 1)
        ways = (
            word[:place] + chance.choice("*#-@.") + word[place + 1 :],
            " ".join(word),
            word[:place] + word[place] * 3 + word[place:],
            word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :],
            word.translate(str.maketrans("aeiost", "@31057")),
        )
        return chance.choice(ways)

    return " ".join(map(one, sentence.split()))
