"""Trains the small toxicity classifier of lab 5 from a teacher, and measures it.

    pip install --target TEACHER --no-deps toxic-comment-classifier h5py
    python -m tools.train_toxicity TEACHER --work RUN              # text, tokenizer, training; RUN/model is the result
    python -m tools.train_toxicity TEACHER --work RUN --ship       # RUN/model → helpers/weights/small_toxicity
    python -m tools.train_toxicity TEACHER --work RUN --evaluate   # the figures of the model card

Needs what `make models` installs, as the language models of the lessons write a part of the text. All takes about half an
hour on one core, most of it for that. What each step makes is kept in RUN.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import random
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from helpers import toxicity
from helpers.toxicity import LABELS
from tools.toxicity_teacher import Teacher, load
from tools.toxicity_text import make

VOCABULARY, WORDS = 8000, 6200  # tokens in all; whole words among them
WIDTH, LAYERS, HEADS, CONTEXT = 160, 2, 4, 128
TOKENS = 1536  # in one step, padding included
RATE, WARM_UP, DECAY = 1.2e-3, 0.05, 0.01
SPREAD = 0.05  # standard deviation of the token embeddings at the start


def make_tokenizer(texts: Sequence[str], counts: Mapping[str, int]):
    """BERT's kind of tokenizer in lower case: the commonest words whole, and pieces for all others.

    The training text counts, and the words of the teacher's text by the root of their counts. (The tokenizers library
    has a trainer, but it breaks ties differently each time.)
    """
    from tokenizers import BertWordPieceTokenizer
    from transformers import BertTokenizerFast

    seen = Counter({word: math.isqrt(count) for word, count in counts.items() if count >= 5})
    for text in texts:
        seen.update(re.findall(r"[a-z]+|[0-9]+", text.lower()))
    signs = [chr(code) for code in range(33, 127) if not 65 <= code <= 90]
    order = sorted((word for word in seen if word.isascii() and word.isalnum()), key=lambda word: (-seen[word], word))
    pieces: Counter[str] = Counter()
    for word in order[WORDS:]:
        for start, stop in itertools.combinations(range(len(word) + 1), 2):
            if 2 <= stop - start <= 6:
                pieces[("##" if start else "") + word[start:stop]] += seen[word]
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    vocabulary = dict.fromkeys([*special, *signs, *("##" + sign for sign in signs), *order[:WORDS]])
    for piece in sorted(pieces, key=lambda piece: (-pieces[piece] * (len(piece.strip("#")) - 1), piece)):
        if len(vocabulary) == VOCABULARY:
            break
        vocabulary[piece] = None
    raw = BertWordPieceTokenizer({token: index for index, token in enumerate(vocabulary)}, lowercase=True)
    return BertTokenizerFast(tokenizer_object=raw._tokenizer, do_lower_case=True, model_max_length=CONTEXT)


def new_model(tokenizer, teacher: Teacher):
    """A BERT whose words start where the teacher has them: in the first 50 numbers of their embeddings."""
    from transformers import BertConfig, BertForSequenceClassification

    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        intermediate_size=4 * WIDTH,
        max_position_embeddings=CONTEXT,
        type_vocab_size=1,
        hidden_dropout_prob=0.0,  # one pass over soft targets: nothing to curb
        attention_probs_dropout_prob=0.0,
        pad_token_id=tokenizer.pad_token_id,
        id2label=dict(enumerate(LABELS)),
        label2id={label: index for index, label in enumerate(LABELS)},
    )
    model = BertForSequenceClassification(config)
    known = teacher.embedding.weight.detach()
    with torch.no_grad():
        table = model.bert.embeddings.word_embeddings.weight.normal_(0, SPREAD)
        for word, index in tokenizer.get_vocab().items():
            if word in teacher.words:
                table[index, : known.shape[1]] = known[teacher.words[word]] * (SPREAD / known.std())
    return model


def batches(ids: Sequence[Sequence[int]], pad: int, chance: random.Random) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """One pass over all texts, those of like length together: ids (b, t), mask (b, t), rows (b,)."""
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]) + 3 * chance.random())
    groups, start = [], 0
    while start < len(order):
        stop = start + 1
        while stop < len(order) and (stop + 1 - start) * len(ids[order[stop]]) <= TOKENS and stop - start < 256:
            stop += 1
        groups.append(order[start:stop])
        start = stop
    chance.shuffle(groups)
    for rows in groups:
        longest = max(len(ids[i]) for i in rows)
        padded = torch.tensor([[*ids[i], *[pad] * (longest - len(ids[i]))] for i in rows])
        yield padded, (padded != pad).long(), torch.tensor(rows)


def train(teacher: Teacher, counts: Mapping[str, int], work: Path, passes: int, seed: int) -> None:
    """Cross-entropy with the teacher's probabilities (and ours), AdamW, the rate along a cosine."""
    work.mkdir(parents=True, exist_ok=True)
    kept = work / f"text_{seed}.pt"
    if not kept.is_file():
        texts, targets = make(teacher, counts, work, seed)
        torch.save({"texts": texts, "targets": targets}, kept)
    texts, targets = torch.load(kept).values()
    tokenizer = make_tokenizer(texts, counts)
    ids = tokenizer(texts, truncation=True)["input_ids"]
    torch.manual_seed(seed)
    model = new_model(tokenizer, teacher).train()
    plain = [p for p in model.parameters() if p.dim() < 2]
    matrices = [p for p in model.parameters() if p.dim() >= 2]
    groups = [{"params": matrices, "weight_decay": DECAY}, {"params": plain, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=RATE, betas=(0.9, 0.98), fused=True)
    chance = random.Random(seed)
    steps = passes * sum(1 for _ in batches(ids, tokenizer.pad_token_id, random.Random(seed)))
    print(f"{len(texts):,} texts, {sum(map(len, ids)):,} tokens, {steps:,} steps", flush=True)
    step, begin, losses = 0, time.process_time(), []
    for _ in range(passes):
        for padded, mask, rows in batches(ids, tokenizer.pad_token_id, chance):
            share = min(1.0, step / steps)
            rate = RATE * min(1.0, share / WARM_UP) * (0.02 + 0.98 * (0.5 + 0.5 * math.cos(math.pi * share)))
            for group in optimizer.param_groups:
                group["lr"] = rate
            logits = model(input_ids=padded, attention_mask=mask).logits
            loss = nn.functional.binary_cross_entropy_with_logits(logits, targets[rows])
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            losses.append(loss.item())
            step += 1
            if step % 200 == 0:
                minutes = (time.process_time() - begin) / 60
                print(f"step {step} minute {minutes:.1f} loss {sum(losses) / len(losses):.4f}", flush=True)
                losses = []
    save(model.eval(), tokenizer, work / "model")


def save(model, tokenizer, folder: Path) -> None:
    """As float16 in the layout of the library, without what the classes know by themselves."""
    model.half().save_pretrained(folder)
    (folder / "model.safetensors").chmod(0o644)  # the library writes it for its owner alone
    tokenizer.save_pretrained(folder)
    config = json.loads((folder / "config.json").read_text("utf-8")) | {"dtype": "float32"}  # in memory it is that
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", "utf-8")
    settings = {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": CONTEXT}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n", "utf-8")


def ship(folder: Path) -> None:
    """Copies the model into the package and its hash into the code that loads it."""
    for name in ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"):
        (toxicity.SMALL / name).write_bytes((folder / name).read_bytes())
    code = Path(toxicity.__file__)
    toxicity.SHA256 = toxicity.sha256(toxicity.SMALL / "model.safetensors")
    code.write_text(
        re.sub(r'^SHA256 = "\w+"', f'SHA256 = "{toxicity.SHA256}"', code.read_text("utf-8"), flags=re.M), "utf-8"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("teacher", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--passes", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--ship", action="store_true", help="copy the result into the package")
    parser.add_argument(
        "--evaluate", action="store_true", help="measure the shipped model and write its card's figures"
    )
    args = parser.parse_args()
    torch.set_num_threads(1)
    teacher, counts = load(args.teacher)
    if not (args.ship or args.evaluate):
        train(teacher, counts, args.work, args.passes, args.seed)
    if args.ship:
        ship(args.work / "model")
    if args.evaluate:
        from tools.toxicity_card import evaluate

        evaluate(teacher, args.work, args.seed)


if __name__ == "__main__":
    main()
