"""Text that the language models of the lessons write, for the classifier to be trained and measured on."""

from __future__ import annotations

import json
import random
from pathlib import Path

import torch

from helpers.models import load_language_model

OPENERS = (
    "The", "A", "I", "You", "He", "She", "They", "We", "It was", "In the", "When", "If you", "My", "One day", "Yesterday",
    "I think that", "I believe", "People who", "Most people", "Some men", "Women", "The children", "My neighbour",
    "The doctor", "The teacher said", "The old man", "The police", "The government", "A woman in the city", "Two friends",
    "This article", "This page", "Please", "Thank you for", "How to", "Why do", "What is", "Do you", "Can we", "Hello,",
    "Dear", "Once upon a time", "There was a", "The film", "The game", "The team", "Our school", "The recipe", "In 1945",
    "Scientists have", "The best way to", "Nobody", "Everyone knows that", "The truth is", "To be honest,", "Well,",
    "Listen,", "No,", "Yes,", "Oh,", '"I', '"You', '"What', '"Get', "My brother", "My sister", "The king", "The queen",
    "You are", "You are such a", "You should", "You never", "You people", "You will", "I hate", "I hate you", "I can't stand",
    "I will", "I am going to", "I want to", "I'm so angry", "He is a", "She is a", "They are all", "That man is",
    "Shut up", "Shut up, you", "You stupid", "What a stupid", "What an idiot", "You idiot", "Go away", "Get out of",
    "He called her", "She called him a", "Don't call me", "He shouted:", "The bully said", "I'll kill", "I will find you",
    "He killed", "The war", "The murder", "He wanted to hurt", "The fight", "Watch out or", "If you come here again",
    "As a gay man", "As a Muslim", "The Jewish", "Black people", "White people", "The blind man", "Immigrants", "Old people",
    "She is not", "He is not a", "It is not", "Nothing is worse than", "Nice work", "Good morning", "I love", "Damn", "Hell,",
    "That sucks", "This is crap", "What the hell", "Crazy", "Ugly", "Fat", "The dirty", "The worst", "The most disgusting",
)  # fmt: skip
BATCH, LONGEST = 64, 30  # texts written together, tokens added at most


def write(name: str, count: int, seed: int) -> list[str]:
    """So many texts of a language model: one of the openers and what follows, sampled with top-k 50 as in lab 5."""
    model, tokenizer = load_language_model(name)
    chance = random.Random(f"{name} {seed}")
    torch.manual_seed(chance.randrange(2**31))
    texts: list[str] = []
    while len(texts) < count:
        openers = chance.choices(OPENERS, k=min(BATCH, count - len(texts)))
        batch = tokenizer(openers, return_tensors="pt", padding=True)
        ids = model.generate(**batch, do_sample=True, top_k=50, max_new_tokens=chance.randint(6, LONGEST))
        texts += [" ".join(text.split()) for text in tokenizer.batch_decode(ids, skip_special_tokens=True)]
    return texts


def written(name: str, count: int, seed: int, work: Path) -> list[str]:
    """The same, kept in a folder: a language model takes minutes for thousands of texts."""
    path = work / f"written_{name}_{seed}_{count}.json"
    if not path.is_file():
        path.write_text(json.dumps(write(name, count, seed), ensure_ascii=False, indent=0), "utf-8")
    return json.loads(path.read_text("utf-8"))
