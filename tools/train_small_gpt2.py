"""Trains the embedded small GPT-2 from public-domain books, and measures it.

    python -m tools.train_small_gpt2 TEXTS --work RUN --minutes 70   # tokenizer, training; RUN/best is the model so far
    python -m tools.train_small_gpt2 TEXTS --work RUN --ship         # RUN/best → helpers/weights/small_gpt2
    python -m tools.train_small_gpt2 TEXTS --work RUN --evaluate     # every figure of the model card

TEXTS holds one folder for each of BOOKS with its chapters as XHTML, as the electronic editions of Standard Ebooks have
them under src/epub/text. The books themselves are not part of this repository.
"""

from __future__ import annotations

import argparse
import copy
import csv
import json
import math
import os
import random
import re
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

os.environ.setdefault(
    "OMP_WAIT_POLICY", "PASSIVE"
)  # on a busy machine threads that spin while they wait cost others dear

import torch
from torch import Tensor, nn

SHIPPED = Path(__file__).resolve().parent.parent / "helpers" / "weights" / "small_gpt2"
END = "<|endoftext|>"
VOCABULARY, CONTEXT, WIDTH, LAYERS, HEADS = 3072, 256, 192, 6, 3
BATCH = 16
RATE, MUON_RATE, WARM_UP = 3e-3, 4e-3, 0.02  # the rates at their highest, and the share of the time they take to rise
HELD_OUT = 25  # one chapter in so many is never trained on

# folder, title, author, year of the first edition. All authors (and the one translator) died before 1950.
BOOKS = (
    ("anna-sewell_black-beauty", "Black Beauty", "Anna Sewell", 1877),
    ("beatrix-potter_short-fiction", "Tales", "Beatrix Potter", "1902 to 1918"),
    ("e-nesbit_five-children-and-it", "Five Children and It", "E. Nesbit", 1902),
    ("e-nesbit_the-enchanted-castle", "The Enchanted Castle", "E. Nesbit", 1907),
    ("e-nesbit_the-house-of-arden", "The House of Arden", "E. Nesbit", 1908),
    ("e-nesbit_the-magic-city", "The Magic City", "E. Nesbit", 1910),
    ("e-nesbit_the-phoenix-and-the-carpet", "The Phoenix and the Carpet", "E. Nesbit", 1904),
    ("e-nesbit_the-railway-children", "The Railway Children", "E. Nesbit", 1906),
    ("e-nesbit_the-story-of-the-amulet", "The Story of the Amulet", "E. Nesbit", 1906),
    ("e-nesbit_the-story-of-the-treasure-seekers", "The Story of the Treasure Seekers", "E. Nesbit", 1899),
    ("eleanor-h-porter_pollyanna", "Pollyanna", "Eleanor H. Porter", 1913),
    ("frances-hodgson-burnett_a-little-princess", "A Little Princess", "Frances Hodgson Burnett", 1905),
    ("frances-hodgson-burnett_little-lord-fauntleroy", "Little Lord Fauntleroy", "Frances Hodgson Burnett", 1886),
    ("frances-hodgson-burnett_the-secret-garden", "The Secret Garden", "Frances Hodgson Burnett", 1911),
    ("george-macdonald_at-the-back-of-the-north-wind", "At the Back of the North Wind", "George MacDonald", 1871),
    ("george-macdonald_the-princess-and-curdie", "The Princess and Curdie", "George MacDonald", 1883),
    ("george-macdonald_the-princess-and-the-goblin", "The Princess and the Goblin", "George MacDonald", 1872),
    ("j-m-barrie_peter-and-wendy", "Peter and Wendy", "J. M. Barrie", 1911),
    (
        "jacob-grimm_wilhelm-grimm_household-tales_margaret-hunt",
        "Household Tales",
        "Jacob and Wilhelm Grimm, translated by Margaret Hunt",
        1884,
    ),
    ("kenneth-grahame_the-wind-in-the-willows", "The Wind in the Willows", "Kenneth Grahame", 1908),
    ("l-frank-baum_dorothy-and-the-wizard-in-oz", "Dorothy and the Wizard in Oz", "L. Frank Baum", 1908),
    ("l-frank-baum_ozma-of-oz", "Ozma of Oz", "L. Frank Baum", 1907),
    ("l-frank-baum_the-marvelous-land-of-oz", "The Marvelous Land of Oz", "L. Frank Baum", 1904),
    ("l-frank-baum_the-road-to-oz", "The Road to Oz", "L. Frank Baum", 1909),
    ("l-frank-baum_the-wonderful-wizard-of-oz", "The Wonderful Wizard of Oz", "L. Frank Baum", 1900),
    ("l-m-montgomery_anne-of-avonlea", "Anne of Avonlea", "L. M. Montgomery", 1909),
    ("l-m-montgomery_anne-of-green-gables", "Anne of Green Gables", "L. M. Montgomery", 1908),
    ("lewis-carroll_through-the-looking-glass_john-tenniel", "Through the Looking-Glass", "Lewis Carroll", 1871),
    ("louisa-may-alcott_little-women", "Little Women", "Louisa May Alcott", 1868),
    ("rudyard-kipling_just-so-stories", "Just So Stories", "Rudyard Kipling", 1902),
    ("rudyard-kipling_the-jungle-book", "The Jungle Book", "Rudyard Kipling", 1894),
)
# Words of their time that a classroom can do without: a paragraph with one of them is left out.
LEFT_OUT = re.compile(r"\b(nigg|redskin|squaw|dark(y|ies)\b|blackamoor|pickaninn|gollywog|golliwog|coons?\b)", re.I)
ASCII = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "—": "--", "–": "-", "…": "...", "æ": "ae", "œ": "oe"})
ASCII |= str.maketrans({"\u2060": "", "\u200a": "", "\u00a0": " ", "\u2011": "-", "Æ": "Ae", "⸺": "--", "⸻": "--"})


def plain(text: str) -> str:
    """Plain ASCII, single spaces; line breaks stay."""
    text = unicodedata.normalize("NFKD", text.translate(ASCII)).encode("ascii", "ignore").decode()
    return "\n".join(" ".join(line.split()) for line in text.strip().split("\n"))


def chapter(path: Path) -> str:
    """The paragraphs of one XHTML chapter, an empty line between them; no headings, notes or captions."""
    paragraphs: list[str] = []

    def words(node: ElementTree.Element) -> Iterator[str]:
        yield (node.text or "").replace("\n", " ")
        for child in node:
            kind = next((v for k, v in child.attrib.items() if k.endswith("}type")), "")
            if child.tag.endswith("}br"):
                yield "\n"
            elif "noteref" not in kind:
                yield from words(child)
            yield (child.tail or "").replace("\n", " ")

    def walk(node: ElementTree.Element) -> None:
        for child in node:
            name = child.tag.rpartition("}")[2]
            if name == "p":
                paragraphs.append(plain("".join(words(child))))
            elif name not in ("hgroup", "header", "h2", "h3", "figure", "figcaption"):
                walk(child)

    walk(ElementTree.parse(path).getroot()[-1])
    return "\n\n".join(p for p in paragraphs if p and not LEFT_OUT.search(p))


def chapters(texts: Path) -> tuple[list[str], list[str]]:
    """All chapters of all books, those to train on and those held out."""
    train: list[str] = []
    held_out: list[str] = []
    for folder, *_ in BOOKS:
        paths = [p for p in (texts / folder).glob("*.xhtml") if "bodymatter" in p.read_text("utf-8")]
        if not paths:
            raise SystemExit(f"{texts} has no chapters of {folder}")
        paths.sort(key=lambda p: [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", p.name)])
        for text in filter(lambda text: len(text) > 500, map(chapter, paths)):
            (held_out if (len(train) + len(held_out)) % HELD_OUT == HELD_OUT // 2 else train).append(text)
    return train, held_out


def make_tokenizer(train: list[str]):
    """GPT-2's kind of tokenizer, byte-level BPE, with merges learned from these texts only."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=[END], initial_alphabet=alphabet, show_progress=False
    )
    raw.train_from_iterator(train, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=raw, bos_token=END, eos_token=END, unk_token=END, model_max_length=CONTEXT
    )


def encode(tokenizer, texts: list[str]) -> Tensor:
    """One stream of token ids, END after each chapter."""
    end = tokenizer.eos_token_id
    return torch.tensor([i for ids in tokenizer(texts, verbose=False)["input_ids"] for i in [*ids, end]])


def batches(stream: Tensor, seed: int) -> Iterator[Tensor]:
    """(BATCH, CONTEXT + 1) windows for ever: each pass cuts the stream at a new place and shuffles the pieces."""
    chance = random.Random(seed)
    while True:
        cut = stream[chance.randrange(CONTEXT) :]
        starts = list(range(0, len(cut) - CONTEXT - 1, CONTEXT))
        chance.shuffle(starts)
        for i in range(0, len(starts) - BATCH + 1, BATCH):
            yield torch.stack([cut[s : s + CONTEXT + 1] for s in starts[i : i + BATCH]])


def token_losses(model: nn.Module, stream: Tensor, stride: int = CONTEXT // 2) -> Tensor:
    """−ln P of every token of the stream but the first: windows of CONTEXT tokens, of which the last `stride` are new."""
    losses = []
    with torch.no_grad():
        for start in range(0, len(stream) - 1, stride):
            first = max(0, start + stride - CONTEXT)
            window = stream[first : start + stride + 1]
            logits = model(window[None, :-1]).logits[0]
            losses.append(nn.functional.cross_entropy(logits, window[1:], reduction="none")[start - first :])
    return torch.cat(losses)


def new_model(end: int) -> nn.Module:
    from transformers import GPT2Config, GPT2LMHeadModel

    sizes = {"n_positions": CONTEXT, "n_embd": WIDTH, "n_layer": LAYERS, "n_head": HEADS, "vocab_size": VOCABULARY}
    rates = dict.fromkeys(("resid_pdrop", "embd_pdrop", "attn_pdrop"), 0.0)  # few passes over the text: nothing to curb
    # gelu_pytorch_tanh computes GPT-2's own GELU ("gelu_new") in one step
    config = GPT2Config(**sizes, **rates, bos_token_id=end, eos_token_id=end, activation_function="gelu_pytorch_tanh")
    return GPT2LMHeadModel(config)


def save(model: nn.Module, tokenizer, folder: Path) -> None:
    """As float16 in the layout of the library: `from_pretrained(folder)` reads it."""
    half = copy.deepcopy(model).half()
    half.config.activation_function = "gelu_new"
    half.config.use_cache = True
    half.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    (folder / "model.safetensors").chmod(0o644)  # the library writes it for its owner alone
    # These names and settings hold for the older releases of the library too.
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": False}
    ends = dict.fromkeys(("bos_token", "eos_token", "unk_token"), END)
    text = json.dumps({**ends, "model_max_length": CONTEXT, **settings}, indent=2)
    (folder / "tokenizer_config.json").write_text(text + "\n", "utf-8")


def train(texts: Path, work: Path, minutes: float, seed: int) -> None:
    """Trains for so many minutes: Muon for the matrices of the blocks, AdamW for the rest, the rates along a cosine of time."""
    torch.manual_seed(seed)
    torch.set_num_threads(2)
    work.mkdir(parents=True, exist_ok=True)
    train_texts, held_texts = chapters(texts)
    tokenizer = make_tokenizer(train_texts)
    stream, held_out = encode(tokenizer, train_texts), encode(tokenizer, held_texts)
    print(
        f"{len(train_texts)} chapters, {len(stream):,} tokens; held out {len(held_texts)}, {len(held_out):,}",
        flush=True,
    )
    model = new_model(tokenizer.eos_token_id).train()
    matrices = [p for name, p in model.named_parameters() if ".h." in name and p.dim() == 2]
    chosen = {id(p) for p in matrices}
    rest = [p for p in model.parameters() if id(p) not in chosen]
    optimizers = [
        (MUON_RATE, torch.optim.Muon(matrices, weight_decay=0.05, adjust_lr_fn="match_rms_adamw")),
        (RATE, torch.optim.AdamW(rest, betas=(0.9, 0.95), weight_decay=0.01, fused=True)),
    ]
    rows, best, begin, shown = [], math.inf, time.monotonic(), 0.0
    losses: list[float] = []
    for step, batch in enumerate(batches(stream, seed)):
        minute = (time.monotonic() - begin) / 60
        share = min(1.0, minute / minutes)
        if share == 1.0 or minute - shown > 3:
            shown = minute
            model.eval()
            loss = float(token_losses(model, held_out[: 80 * CONTEXT], CONTEXT).mean())
            rows.append((step, round(minute, 2), step * BATCH * CONTEXT, sum(losses) / max(1, len(losses)), loss))
            print("step {} minute {} tokens {} train {:.4f} held out {:.4f}".format(*rows[-1]), flush=True)
            losses = []
            with (work / "training.csv").open("w", newline="") as file:
                csv.writer(file).writerows([("step", "minute", "tokens", "train", "held_out"), *rows])
            if loss < best:
                best = loss
                save(model, tokenizer, work / "best")
                torch.save(model.state_dict(), work / "best.pt")
            model.train()
            if share == 1.0:
                return
        scale = min(1.0, share / WARM_UP) * (0.02 + 0.98 * (0.5 + 0.5 * math.cos(math.pi * share)))
        for rate, optimizer in optimizers:
            optimizer.param_groups[0]["lr"] = rate * scale
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(batch[:, :-1]).logits
            loss = nn.functional.cross_entropy(logits.float().flatten(0, 1), batch[:, 1:].flatten())
        loss.backward()
        nn.utils.clip_grad_norm_(rest, 1.0)
        for _, optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad()
        losses.append(loss.item())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("texts", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=70)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--ship", action="store_true", help="copy the best model into the package")
    parser.add_argument(
        "--evaluate", action="store_true", help="measure the shipped model and write its card's figures"
    )
    args = parser.parse_args()
    if not (args.ship or args.evaluate):
        train(args.texts, args.work, args.minutes, args.seed)
    if args.ship:
        from transformers import AutoTokenizer, GPT2LMHeadModel

        best = args.work / "best"
        save(GPT2LMHeadModel.from_pretrained(best), AutoTokenizer.from_pretrained(best), SHIPPED)
    if args.evaluate:
        from tools.small_gpt2_card import evaluate

        evaluate(args.texts, args.work, SHIPPED)


if __name__ == "__main__":
    main()
