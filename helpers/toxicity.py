"""Toxicity classifiers for lab 5, with a network or without: Detoxify's own, or a small one that is shipped here.

    classifier = load_toxicity_classifier()      # the best that can be had, and a line that says which and why
    classifier.predict(["Good morning.", "…"])   # six labels → a list of scores in [0, 1] each; one text → one float

`python -m helpers.toxicity` prepares a machine, or the caches that a whole class shares, for work with no network.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

import torch

from helpers.cards import note, show
from helpers.models import Missing, _bars_on_stdout, _first_line, _no_answer, _quiet

if TYPE_CHECKING:
    from detoxify import Detoxify

SMALL = Path(__file__).parent / "weights" / "small_toxicity"
SHA256 = "1b8efe36d7eb020f413a3dce2db4153d41ae66ae47cada3be6d4a768602e8e40"  # of the small one's weights
LABELS = ("toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack")
BERT_NAMES = ("bert-base-uncased", "google-bert/bert-base-uncased")  # the same files; caches hold either name
BERT_FILES = ("config.json", "tokenizer*.json", "vocab.txt")
CHOICE = "TRANSFORMERS_LABS_CLASSIFIER"


class Sentence(NamedTuple):
    """One of the sentences written for this project to try classifiers on; none of ours was trained on them."""

    text: str
    kind: str  # plain, rude, threatening or identity: it mentions who people are, and is harmless
    toxic: bool


def held_out() -> list[Sentence]:
    """The labelled sentences on which the classifiers are compared."""
    return [Sentence(**row) for row in json.loads((SMALL / "held_out.json").read_text("utf-8"))]


def load_toxicity_classifier(name: str = "auto") -> Detoxify:
    """A `Detoxify` object, on the CPU: `predict(text or list of texts)` → label → score or list of scores in [0, 1].

    name: "auto"      the first that can be had of these, or the one that the environment variable
                      TRANSFORMERS_LABS_CLASSIFIER names: an instructor's one choice for a whole class
          "original"  Detoxify's own: BERT with 110 million parameters, fine-tuned on Jigsaw's comments; from the
                      caches on this machine, or fetched
          "small"     2 million parameters, shipped with this package, taught by another classifier of Jigsaw's comments
    The labels are LABELS. Says in one line which it took, and why not a better one. Raises ValueError for another name
    and RuntimeError where the one that was named cannot be had. As Detoxify has it, a list of one text gives floats.

    Source: Hanu and Unitary, "Detoxify" (2020), github.com/unitaryai/detoxify.
    """
    asked = os.environ.get(CHOICE, "") if name == "auto" else ""
    name, by = asked or name, f", as {CHOICE} asks" if asked else ""
    if name not in ("auto", *SOURCES):
        raise ValueError(f"there is no toxicity classifier {name!r}{by}: choose auto, {', '.join(SOURCES)}")
    failures = []
    for source in SOURCES if name == "auto" else (name,):
        try:
            with _quiet():
                classifier, origin = SOURCES[source]()
        except Exception as error:  # damaged caches and proxies' pages fail in ways of their own; the next may work
            why = str(error) if isinstance(error, Missing) else _first_line(error)
            failures.append(f"{TITLES[source]}: {why}")
            continue
        because = f" Not had: {'; '.join(failures)}." if failures else ""
        size = sum(parameter.numel() for parameter in classifier.model.parameters())
        show(note(f"Toxicity classifier: {TITLES[source]}, {size:,} parameters, {origin}{by}.{because}"))
        return classifier
    raise RuntimeError("no toxicity classifier could be loaded. " + "; ".join(failures)) from None


def _original() -> tuple[Detoxify, str]:
    """The checkpoint from torch's cache and BERT's tokenizer from the model hub's; what is missing there is fetched."""
    from huggingface_hub import constants, snapshot_download

    url = _library().MODEL_URLS["original"]
    checkpoint = Path(torch.hub.get_dir()) / "checkpoints" / url.rsplit("/", 1)[1]
    digits = checkpoint.stem.rsplit("-", 1)[1]  # torch's custom: a file's name ends in the first of its SHA-256
    lacking, origin = "", "from this machine's caches"
    if not checkpoint.is_file():
        lacking = "it is not in this machine's cache"
    elif not sha256(checkpoint).startswith(digits):
        lacking = f"the cached copy {checkpoint} is damaged"
    if lacking:
        _ask_to_fetch(lacking, url, "github.com")
    folder = _cached_bert()
    if folder is None:
        _ask_to_fetch("its tokenizer is not in this machine's cache", constants.ENDPOINT, "the model hub")
        folder = Path(snapshot_download(BERT_NAMES[0], allow_patterns=BERT_FILES))
        origin = "fetched"
    if lacking:
        show(note("Fetching the toxicity classifier from github.com, about 440 MB, once."))
        checkpoint.parent.mkdir(parents=True, exist_ok=True)
        with _bars_on_stdout():
            torch.hub.download_url_to_file(url, str(checkpoint), hash_prefix=digits)
        origin = "fetched"
    # Unpickling can run what a file holds: Detoxify does it too, and by its hash this is the file that Detoxify means.
    return _detoxify(torch.load(checkpoint, map_location="cpu", weights_only=False), folder), origin


def _cached_bert() -> Path | None:
    """The folder with BERT's settings and tokenizer in the model hub's cache."""
    from huggingface_hub import snapshot_download

    for hub_name in BERT_NAMES:
        with contextlib.suppress(FileNotFoundError):  # the library's error for what is not in the cache
            folder = Path(snapshot_download(hub_name, allow_patterns=BERT_FILES, local_files_only=True))
            words = (folder / "vocab.txt").is_file() or (folder / "tokenizer.json").is_file()
            if words and (folder / "config.json").is_file():
                return folder
    return None


def _ask_to_fetch(lacking: str, address: str, who: str) -> None:
    """Raises Missing where what is lacking cannot be fetched, and does not wait long to find out."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        raise Missing(f"{lacking}, and HF_HUB_OFFLINE forbids to fetch it")
    if why := _no_answer(address):
        raise Missing(f"{lacking}, and {who} does not answer ({why})")


def _small() -> tuple[Detoxify, str]:
    """The one in this package."""
    from safetensors.torch import load_file

    weights = SMALL / "model.safetensors"
    if not weights.is_file():
        raise Missing("its weights are not in this installation")
    if sha256(weights) != SHA256:
        raise Missing(f"{weights} is not the file that came with this release: its SHA-256 differs. Install anew")
    state = {name: tensor.float() for name, tensor in load_file(weights).items()}
    kinds = {"model_name": "BertForSequenceClassification", "tokenizer_name": "BertTokenizerFast"}
    settings = {"arch": {"args": {**kinds, "num_classes": len(LABELS)}}, "dataset": {"args": {"classes": list(LABELS)}}}
    loaded = {"state_dict": state, "config": settings}
    return _detoxify(loaded, SMALL, huggingface_config_path=str(SMALL)), "shipped with the lessons"


def _detoxify(loaded: dict[str, Any], folder: Path, **settings: Any) -> Detoxify:
    """Detoxify on a loaded checkpoint, with the BERT settings and the tokenizer of a folder, asking nobody.

    The checkpoint says where these are to be had. That is the name of a model on the hub, or a path, which no file
    that travels can know: so it is set here, and Detoxify gets the checkpoint as a file in memory.
    """
    loaded["config"]["arch"]["args"]["model_type"] = str(folder)
    file = io.BytesIO()
    torch.save(loaded, file)
    file.seek(0)
    classifier = _library().Detoxify(checkpoint=file, **settings)
    classifier.model.eval()
    return classifier


def _library() -> ModuleType:
    try:
        return importlib.import_module("detoxify.detoxify")
    except ImportError:
        raise Missing("the Python package detoxify is not installed") from None


def sha256(path: Path) -> str:
    """Of a file, in 64 digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


SOURCES: dict[str, Callable[[], tuple[Detoxify, str]]] = {"original": _original, "small": _small}
TITLES = {"original": "Detoxify's “original”", "small": "small classifier"}


def main() -> None:
    """Loads every classifier once, so that the caches hold what can be had."""
    for name in SOURCES:
        try:
            load_toxicity_classifier(name)
        except RuntimeError as error:
            print(error)


if __name__ == "__main__":
    main()
