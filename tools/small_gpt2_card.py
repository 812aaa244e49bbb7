"""The figures of the small GPT-2's model card: held-out loss beside a trigram model, how it writes, its training curve.

Called by `python -m tools.train_small_gpt2 TEXTS --work RUN --evaluate`, which writes them between the marks of the card.
"""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from helpers.texts import text
from tools import train_small_gpt2 as small

MARKS = "<!-- figures: written by tools.train_small_gpt2 --evaluate -->", "<!-- end of figures -->"
PROMPTS = ("Once upon a time there was a", '"I am very sorry," said the Lion,', "Dorothy looked at the little girl and")
SHOWN, MEASURED, PROMPT, NEW = 90, 24, 24, 100  # tokens shown; texts measured, their tokens given and written


class NGrams:
    """Interpolated Kneser-Ney with the three discounts of Chen and Goodman (1999), the strongest count-based baseline.

    Highest order: counts; lower orders: in how many contexts a word was seen. What is discounted goes to the order below,
    and at the bottom to every token alike.
    """

    def __init__(self, stream: Sequence[int], order: int, vocabulary: int) -> None:
        self.order, self.vocabulary = order, vocabulary
        grams = Counter(zip(*(stream[i:] for i in range(order)), strict=False))
        self.levels: list[tuple[Counter, dict[tuple, list[float]], list[float]]] = []
        for _ in range(order):
            seen = [sum(1 for count in grams.values() if count == i) for i in (1, 2, 3, 4)]
            y = seen[0] / max(1, seen[0] + 2 * seen[1])
            cuts = [0.0, *(i - (i + 1) * y * seen[i] / max(1, seen[i - 1]) for i in (1, 2, 3))]
            if not all(0 < cut < i for i, cut in enumerate(cuts[1:], 1)):
                cuts = [0.0, 0.75, 0.75, 0.75]  # too few are rare to reckon by, as with single tokens
            contexts: dict[tuple, list[float]] = {}  # context → what it was seen in all, and what the discounts took
            for gram, count in grams.items():
                whole = contexts.setdefault(gram[:-1], [0.0, 0.0])
                whole[0] += count
                whole[1] += cuts[min(3, count)]
            self.levels.append((grams, contexts, cuts))
            grams = Counter(gram[1:] for gram in grams)

    def probability(self, gram: tuple[int, ...]) -> float:
        """P(last token | those before it); at most `order` of them count."""
        value = 1 / self.vocabulary
        for length in range(1, min(self.order, len(gram)) + 1):
            counts, contexts, cuts = self.levels[self.order - length]
            part = gram[-length:]
            if part[:-1] in contexts:
                total, taken = contexts[part[:-1]]
                count = counts.get(part, 0)
                value = (max(0.0, count - cuts[min(3, count)]) + taken * value) / total
        return value

    def loss(self, stream: Sequence[int]) -> float:
        """Nats per token, of every token but the first."""
        grams = (tuple(stream[max(0, i - self.order + 1) : i + 1]) for i in range(1, len(stream)))
        return -sum(math.log(self.probability(gram)) for gram in grams) / (len(stream) - 1)


def losses_table(model, tokenizer, texts: Path) -> list[str]:
    """Nats per token and bits per character on what neither model saw."""
    train, held_out = small.chapters(texts)
    stream = small.encode(tokenizer, train)
    trigrams = NGrams(stream.tolist(), 3, small.VOCABULARY)
    rows = [
        f"Trained on {len(train)} chapters: {sum(map(len, train)):,} characters, {len(stream):,} tokens.",
        "",
        "| text | tokens | characters | nats per token: small GPT-2 | trigrams | bits per character: small GPT-2 | trigrams |",
        "|---|---|---|---|---|---|---|",
    ]
    books = {
        f"{len(held_out)} held-out chapters": held_out,
        "`helpers.text('alice')`, a book held out": [text("alice")],
    }
    for name, documents in books.items():
        ids = small.encode(tokenizer, documents)
        characters = sum(map(len, documents))
        bits = (len(ids) - 1) / characters / math.log(2)
        mine, theirs = float(small.token_losses(model, ids).mean()), trigrams.loss(ids.tolist())
        rows.append(
            f"| {name} | {len(ids):,} | {characters:,} | **{mine:.3f}** | {theirs:.3f} | "
            f"**{mine * bits:.3f}** | {theirs * bits:.3f} |"
        )
        print(rows[-1], flush=True)
    return rows


def repeated(ids: Sequence[int], n: int = 4) -> float:
    """The share of n-grams that stood in the same text before."""
    grams = [tuple(ids[i : i + n]) for i in range(len(ids) - n + 1)]
    return 1 - len(set(grams)) / len(grams)


METHODS = {
    "greedy": {"do_sample": False},
    "beam search, 5 beams": {"do_sample": False, "num_beams": 5},
    "sampling": {"do_sample": True, "top_k": 0, "top_p": 1.0},
    "sampling, top-p 0.9": {"do_sample": True, "top_k": 0, "top_p": 0.9},
}


def write(model, prompt: Tensor, new: int, settings: dict, end: bool = True) -> list[int]:
    """The tokens after the prompt; with end=False the mark of the end is never written, so that lengths are equal."""
    torch.manual_seed(0)
    least = {} if end else {"min_new_tokens": new}
    ids = model.generate(
        prompt[None], attention_mask=torch.ones_like(prompt)[None], max_new_tokens=new, **least, **settings
    )
    return ids[0, len(prompt) :].tolist()


def phenomena_table(model, tokenizer, texts: Path) -> list[str]:
    """Repetition and log-probability by decoding method, beside what the author wrote after the same words."""
    _, held_out = small.chapters(texts)
    streams = [small.encode(tokenizer, [one]) for one in held_out]
    places = [ids[200 : 200 + PROMPT + NEW] for ids in streams if len(ids) > 400][:MEASURED]
    kinds: dict[str, dict | None] = {"the author's own text": None, **METHODS}
    rows = [
        f"Mean over {len(places)} held-out places: {PROMPT} tokens given, {NEW} written.",
        "",
        "| text | log P per token, nats | share of 4-grams that are repeats |",
        "|---|---|---|",
    ]
    for name, settings in kinds.items():
        values, repeats = [], []
        for place in places:
            prompt = place[:PROMPT]
            ids = place[PROMPT:].tolist() if settings is None else write(model, prompt, NEW, settings, end=False)
            window = torch.cat([prompt, torch.tensor(ids)])
            values.append(-float(small.token_losses(model, window)[PROMPT - 1 :].mean()))
            repeats.append(repeated(ids))
        rows.append(f"| {name} | {sum(values) / len(values):.2f} | {sum(repeats) / len(repeats):.0%} |")
        print(rows[-1], flush=True)
    return rows


def samples(model, tokenizer) -> list[str]:
    rows = []
    for name, settings in METHODS.items():
        rows += ["", f"**{name}**", ""]
        for prompt in PROMPTS:
            ids = write(model, tokenizer(prompt, return_tensors="pt")["input_ids"][0], SHOWN, settings)
            written = " ".join(tokenizer.decode(ids).replace(small.END, " (end)").split())
            rows.append(f"> {prompt} *{written.replace('*', '')}*\n>")
        rows[-1] = rows[-1].removesuffix("\n>")
    return rows


def curve(rows: list[dict[str, str]], trigrams: float) -> str:
    """The losses over the tokens read, as SVG that reads on white and on dark."""
    width, height, left, bottom = 640, 300, 52, 44
    tokens = [float(row["tokens"]) / 1e6 for row in rows]
    low, high, most = 3.0, 5.0, math.ceil(tokens[-1])

    def x(value: float) -> float:
        return left + value / most * (width - left - 130)

    def y(value: float) -> float:
        return 12 + (high - min(value, high)) / (high - low) * (height - bottom - 12)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12" fill="#808080">'
    ]
    for value in (3.0, 3.5, 4.0, 4.5, 5.0):
        parts.append(f'<path d="M{left} {y(value):.1f}H{x(most):.1f}" stroke="#808080" stroke-opacity=".3"/>')
        parts.append(f'<text x="{left - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value:.1f}</text>')
    for value in range(0, most + 1, 3):
        parts.append(f'<text x="{x(value):.1f}" y="{height - 26}" text-anchor="middle">{value}</text>')
    parts.append(
        f'<text x="{(left + x(most)) / 2:.1f}" y="{height - 8}" text-anchor="middle">million tokens read</text>'
    )
    parts.append(
        f'<text transform="translate(14 {(height - bottom) / 2}) rotate(-90)" text-anchor="middle">nats per token</text>'
    )
    for name, color in (("train", "#2f81f7"), ("held_out", "#db6d28")):
        points = [(x(t), y(float(row[name]))) for t, row in zip(tokens, rows, strict=True)]
        line = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{color}" stroke-width="2"/>')
        label = {"train": "training", "held_out": "held out"}[name]
        parts.append(f'<text x="{x(most) + 6:.1f}" y="{points[-1][1] + 4:.1f}" fill="{color}">{label}</text>')
    parts.append(f'<path d="M{left} {y(trigrams):.1f}H{x(most):.1f}" stroke="#808080" stroke-dasharray="5 4"/>')
    parts.append(f'<text x="{x(most) + 6:.1f}" y="{y(trigrams) + 4:.1f}">trigrams, held out</text></svg>')
    return "\n".join(parts) + "\n"


def evaluate(texts: Path, work: Path, folder: Path) -> None:
    """Measures the model in `folder` and writes the figures into its README.md and training.svg."""
    from transformers import AutoTokenizer, GPT2LMHeadModel

    model, tokenizer = GPT2LMHeadModel.from_pretrained(folder).float().eval(), AutoTokenizer.from_pretrained(folder)
    model.generation_config.pad_token_id = tokenizer.eos_token_id
    losses = losses_table(model, tokenizer, texts)
    rows = list(csv.DictReader((work / "training.csv").open()))
    trigrams = float(losses[4].split("|")[5])
    (folder / "training.svg").write_text(curve(rows, trigrams), "utf-8")
    last = min(rows, key=lambda row: float(row["held_out"]))
    books = [f"| *{title}* | {author} | {year} |" for _, title, author, year in small.BOOKS]
    figures = [
        *["### Loss", "", *losses, ""],
        *["### Training", "", f"Kept: the model after {int(last['step']):,} steps, {int(last['tokens']):,} tokens and"],
        f"{float(last['minute']):.0f} minutes on two shared processor cores.",
        *["", "![losses over the tokens read](training.svg)", ""],
        *["### How it writes", "", *phenomena_table(model, tokenizer, texts), *samples(model, tokenizer), ""],
        *["### Books", "", "| title | author | first published |", "|---|---|---|", *books],
    ]
    card = folder / "README.md"
    before, rest = card.read_text("utf-8").split(MARKS[0])
    card.write_text(before + "\n".join([MARKS[0], "", *figures, "", MARKS[1]]) + rest.split(MARKS[1])[1], "utf-8")
