"""Colab's stand-in: a fresh environment with torch and a `google.colab`, the notebook alone in an empty folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from autograder import reference
from autograder.exercises import LABS, exercises, given
from autograder.lessons import long_cells
from autograder.release import _notebook
from tests.corpus import wrong_answers

ROOT = Path(__file__).parent.parent
# Older ones than the tested set, so that an upgrade by the set-up cell could not go unnoticed.
COLAB = ["numpy<2.4", "transformers<5.20", "ipython", "einops"]
RUNNER = """
import sys, json
from importlib.metadata import version
from IPython.core.interactiveshell import InteractiveShell
import google.colab
kept = {name: version(name) for name in ("torch", "numpy", "transformers")}
shell = InteractiveShell.instance()
for cell in json.load(open(sys.argv[1]))["cells"]:
    if cell["cell_type"] == "code":
        shell.run_cell("".join(cell["source"])).raise_error()
assert "helpers" in sys.modules and "site-packages" in sys.modules["helpers"].__file__
assert kept == {name: version(name) for name in kept}, kept
progress = json.load(open(".progress.json"))
print("POINTS", sum(entry["score"] for entry in progress.values()))
"""

MODELS = """
from helpers import as_logits, load_language_model, load_toxicity_classifier
model, tokenizer = load_language_model()
ids = tokenizer("Once upon a time there was a", return_tensors="pt")["input_ids"]
print("WROTE", tokenizer.decode(model.generate(ids, max_new_tokens=2, do_sample=False)[0]))
assert as_logits(model)(ids).shape == (*ids.shape, len(tokenizer))
print("SCORES", *(load_toxicity_classifier().predict(["You are an idiot.", "Good morning!"])["toxicity"]))
"""

NAMER = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
shell = InteractiveShell.instance()
shell.run_cell("import math, torch; from collections.abc import Callable; from torch import Tensor, nn; import torch.nn.functional as F; from helpers import check")
for name, hint, source in json.load(open(sys.argv[1])):
    with capture_output() as shown:
        shell.run_cell(source).raise_error()
        shell.run_cell(f"check({name!r})").raise_error()
    assert hint in shown.outputs[0].data["text/plain"], (name, hint, shown.outputs[0].data["text/plain"])
for heavy in ("nbgrader", "jupytext"):
    try:
        __import__(heavy)
    except ModuleNotFoundError:
        continue
    raise SystemExit(f"{heavy} is installed here, so this proves nothing")
print("ALL NAMED")
"""


def run(*argv: object, **kwargs: object) -> str:
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, **kwargs)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def colab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment like Colab's."""
    folder = tmp_path_factory.mktemp("colab")
    run(sys.executable, "-m", "venv", folder / "venv")
    python = folder / "venv/bin/python"
    pin = next(line for line in (ROOT / "constraints.txt").read_text().splitlines() if line.startswith("torch=="))
    run(python, "-m", "pip", "install", "-q", pin, *COLAB)
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])").strip()
    (Path(site) / "google/colab").mkdir(parents=True)
    (Path(site) / "google/colab/__init__.py").write_text("")
    (folder / "runner.py").write_text(RUNNER)
    (folder / "namer.py").write_text(NAMER)
    return folder


@pytest.mark.parametrize(
    ("road", "labs"), [("a git address", list(LABS)), ("a wheel beside the notebook", list(LABS)[:1])]
)
def test_the_notebook_alone_brings_what_it_needs(colab: Path, tmp_path: Path, road: str, labs: list[str]) -> None:
    python = colab / "venv/bin/python"
    address = None
    if road == "a git address":
        # What is tracked or about to be, as a repository of its own: the working tree may not be a clone.
        files = run("git", "ls-files", "-co", "--exclude-standard", cwd=ROOT).splitlines()
        for name in files:
            if (ROOT / name).is_file():
                (tmp_path / "repository" / name).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / "repository" / name).write_bytes((ROOT / name).read_bytes())
        who = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
        for step in (["init", "-q"], ["add", "-A"], [*who, "commit", "-qm", "all"]):
            run("git", *step, cwd=tmp_path / "repository")
        address = f"file://{tmp_path / 'repository'}"
    (tmp_path / "content").mkdir()
    if address is None:
        run(python, "-m", "pip", "wheel", "-q", "--no-deps", "-w", tmp_path / "content", ROOT)
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")} | {
        "HF_HUB_OFFLINE": "1"
    }
    try:
        for lab in labs:
            nb = _notebook(lab, address)
            # The training in between is the same here as anywhere: `test_lessons` runs it.
            nb.cells = [cell for cell in nb.cells if cell.source.strip() not in long_cells(lab)]
            nbformat.write(nb, tmp_path / "content" / f"{lab}.ipynb")
            out = run(python, colab / "runner.py", f"{lab}.ipynb", cwd=tmp_path / "content", env=environment)
        # Outside of the notebooks, whose cells with models are among those left out above.
        said = run(python, "-c", MODELS, cwd=tmp_path / "content", env=environment).splitlines()
        (tmp_path / "mistakes.json").write_text(json.dumps(mistakes(labs)))
        named = run(python, colab / "namer.py", tmp_path / "mistakes.json", cwd=tmp_path / "content", env=environment)
    finally:
        subprocess.run([str(python), "-m", "pip", "uninstall", "-q", "-y", "transformers-labs"], capture_output=True)
    assert f"POINTS {sum(exercise.points for lab in labs for exercise in exercises(lab))}" in out
    assert "ALL NAMED" in named
    assert any(line.startswith("WROTE Once upon a time there was a ") for line in said)
    rude, kind = map(float, next(line for line in said if line.startswith("SCORES")).split()[1:])
    assert kind < 0.2 < 0.8 < rude


def mistakes(labs: list[str]) -> list[tuple[str, str, str]]:
    """(exercise, hint, cells to run) for each wrong answer: what the notebook holds before it, then the answer."""
    found = []
    for lab in labs:
        before = [f"from helpers.given import {', '.join(names)}" for names in given(lab).values()]
        before += reference.sources(lab).values()
        hints = {(e.name, m.name): m.hint for e in exercises(lab) for m in e.misconceptions}
        found += [
            (name, hints[name, mistake], "\n\n".join([*before, source]))
            for name, mistake, source in wrong_answers()
            if (name, mistake) in hints
        ]
    return found
