"""Toxicity classifiers with a network and without: each source for real, what is said about it, what the small one can do."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import torch

from helpers import text, toxicity
from helpers.toxicity import LABELS, held_out, load_toxicity_classifier

pytest.importorskip("transformers")
detoxify = pytest.importorskip("detoxify.detoxify")
ROOT = Path(__file__).resolve().parent.parent
NOBODY = "http://127.0.0.1:9"  # an address where nothing answers, at once


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No hub, no GitHub, no cache and no wish of this machine's owner."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", NOBODY)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "torch"))
    monkeypatch.setitem(detoxify.MODEL_URLS, "original", f"{NOBODY}/v0.1-alpha/toxic_original-c1212f89.ckpt")
    monkeypatch.delenv(toxicity.CHOICE, raising=False)
    return tmp_path


@pytest.fixture(scope="module")
def small():
    return load_toxicity_classifier("small")


def bert_cache(folder: Path, hub_name: str = "bert-base-uncased", whole: bool = True) -> None:
    """BERT's settings and words where the hub's library would have put them; a tiny BERT's, with no labels of ours."""
    from transformers import BertConfig

    place = folder / f"models--{hub_name.replace('/', '--')}"
    snapshot = place / "snapshots" / ("0" * 40)
    snapshot.mkdir(parents=True)
    if whole:
        shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
        BertConfig(vocab_size=33, max_position_embeddings=24, **shape).save_pretrained(snapshot)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "morning", *"abcdefghijklmnopqrstuvwxyz"]
    (snapshot / "vocab.txt").write_text("\n".join(words) + "\n", "utf-8")
    (snapshot / "tokenizer_config.json").write_text('{"do_lower_case": true, "model_max_length": 24}', "utf-8")
    (place / "refs").mkdir()
    (place / "refs" / "main").write_text("0" * 40)


def checkpoint(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, torch.Tensor]:
    """A tiny checkpoint in the form of Detoxify's, where torch would have put it, named after its hash as theirs is."""
    from transformers import BertConfig, BertForSequenceClassification

    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    torch.manual_seed(0)
    model = BertForSequenceClassification(BertConfig(vocab_size=33, max_position_embeddings=24, num_labels=6, **shape))
    names = {"model_type": "bert-base-uncased", "model_name": "BertForSequenceClassification"}
    arch = {"type": "BERT", "args": {**names, "tokenizer_name": "BertTokenizer", "num_classes": 6}}
    classes = ["toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate"]
    config = {"arch": arch, "dataset": {"args": {"classes": classes}}}
    place = folder / "checkpoints"
    place.mkdir(parents=True)
    torch.save({"state_dict": model.state_dict(), "config": config}, place / "new")
    name = f"toxic_original-{toxicity.sha256(place / 'new')[:8]}.ckpt"
    (place / "new").rename(place / name)
    monkeypatch.setitem(detoxify.MODEL_URLS, "original", f"{NOBODY}/v0.1-alpha/{name}")
    return model.state_dict()


class Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Its log would go to stderr."""


# -- where they come from --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hub_name", toxicity.BERT_NAMES)
def test_the_original_from_the_caches_comes_first(alone: Path, monkeypatch, capsys, hub_name: str) -> None:
    bert_cache(alone / "hub", hub_name)
    state = checkpoint(alone / "torch", monkeypatch)
    monkeypatch.setattr(toxicity, "_no_answer", lambda address: pytest.fail("asked for what the caches hold"))
    capsys.readouterr()
    classifier = load_toxicity_classifier()
    shown = capsys.readouterr()
    assert shown.out.startswith("Toxicity classifier: Detoxify's “original”, ") and "caches" in shown.out
    assert shown.out.count("\n") == 1 and "Not had" not in shown.out and shown.err == ""
    assert isinstance(classifier, detoxify.Detoxify)
    assert all(torch.equal(state[name], tensor) for name, tensor in classifier.model.state_dict().items())
    scores = classifier.predict(["good morning", "bad"])
    assert tuple(scores) == LABELS and all(len(one) == 2 for one in scores.values())
    assert classifier.tokenizer("Good morning")["input_ids"] == [2, 5, 6, 3]


def test_with_nothing_there_the_small_one_says_why(capsys) -> None:
    classifier = load_toxicity_classifier()
    shown = capsys.readouterr()
    assert isinstance(classifier, detoxify.Detoxify) and not classifier.model.training
    assert "Toxicity classifier: small classifier, " in shown.out and shown.out.count("\n") == 1 and shown.err == ""
    assert "“original”: it is not in this machine's cache, and github.com does not answer" in shown.out


@pytest.mark.parametrize("lost", ["bert", "settings", "checkpoint"])
def test_half_of_the_original_is_not_enough(alone: Path, monkeypatch, capsys, lost: str) -> None:
    if lost != "bert":
        bert_cache(alone / "hub", whole=lost == "checkpoint")
    checkpoint(alone / "torch", monkeypatch)
    if lost == "checkpoint":
        shutil.rmtree(alone / "torch")
    load_toxicity_classifier()
    said = capsys.readouterr().out
    who = "github.com" if lost == "checkpoint" else "the model hub"
    assert "small classifier" in said and f"{who} does not answer" in said and said.count("\n") == 1


def test_a_damaged_checkpoint_is_never_unpickled(alone: Path, monkeypatch, capsys) -> None:
    bert_cache(alone / "hub")
    checkpoint(alone / "torch", monkeypatch)
    path = next((alone / "torch").rglob("*.ckpt"))
    path.write_bytes(path.read_bytes()[:-100])
    monkeypatch.setattr(torch, "load", lambda *a, **k: pytest.fail("unpickled"))
    with pytest.raises(RuntimeError, match=r"damaged, and github\.com does not answer"):
        load_toxicity_classifier("original")


def test_damaged_settings_in_the_hubs_cache_are_passed_over(alone: Path, monkeypatch, capsys) -> None:
    bert_cache(alone / "hub")
    checkpoint(alone / "torch", monkeypatch)
    next((alone / "hub").rglob("config.json")).write_text("{half", "utf-8")
    load_toxicity_classifier()
    shown = capsys.readouterr()
    assert "small classifier" in shown.out and "Not had: Detoxify's “original”" in shown.out and shown.err == ""


def test_what_is_missing_is_fetched_and_kept(alone: Path, monkeypatch, capsys) -> None:
    """From a server on this machine that has the checkpoint under its path."""
    bert_cache(alone / "hub")
    checkpoint(alone / "served", monkeypatch)
    name = next((alone / "served").rglob("*.ckpt")).name
    handler = functools.partial(Silent, directory=str(alone / "served"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/checkpoints/{name}"
        monkeypatch.setitem(detoxify.MODEL_URLS, "original", address)
        load_toxicity_classifier("original")
        server.shutdown()
    shown = capsys.readouterr()
    assert "Fetching" in shown.out and shown.out.splitlines()[-1].endswith(", fetched.") and shown.err == ""
    load_toxicity_classifier("original")
    assert "from this machine's caches" in capsys.readouterr().out


def test_offline_mode_asks_nobody(monkeypatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(toxicity, "_no_answer", lambda address: pytest.fail("asked"))
    with pytest.raises(RuntimeError, match="HF_HUB_OFFLINE forbids") as caught:
        load_toxicity_classifier("original")
    assert "\n" not in str(caught.value) and caught.value.__cause__ is None


def test_without_the_package_it_is_one_clear_error(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "detoxify.detoxify", None)
    with pytest.raises(RuntimeError, match="the Python package detoxify is not installed"):
        load_toxicity_classifier()


def test_an_unknown_name_is_a_clear_error(monkeypatch) -> None:
    with pytest.raises(ValueError, match="'unbiased': choose auto, original, small"):
        load_toxicity_classifier("unbiased")
    monkeypatch.setenv(toxicity.CHOICE, "unbiased")
    with pytest.raises(ValueError, match=toxicity.CHOICE):
        load_toxicity_classifier()


def test_an_instructor_chooses_for_a_class(alone: Path, monkeypatch, capsys) -> None:
    bert_cache(alone / "hub")
    checkpoint(alone / "torch", monkeypatch)
    monkeypatch.setenv(toxicity.CHOICE, "small")
    load_toxicity_classifier()
    said = capsys.readouterr().out
    assert "small classifier" in said and f"as {toxicity.CHOICE} asks" in said and "Not had" not in said
    load_toxicity_classifier("original")  # a notebook that names one gets that one
    assert "“original”" in capsys.readouterr().out
    monkeypatch.setenv(toxicity.CHOICE, "auto")
    load_toxicity_classifier()
    assert "“original”" in capsys.readouterr().out


def test_changed_weights_are_refused(alone: Path, monkeypatch) -> None:
    folder = alone / "changed"
    shutil.copytree(toxicity.SMALL, folder)
    weights = folder / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    monkeypatch.setattr(toxicity, "SMALL", folder)
    with pytest.raises(RuntimeError, match="its SHA-256 differs"):
        load_toxicity_classifier("small")


def test_a_fresh_process_loads_it_with_no_network_and_no_word_on_stderr() -> None:
    code = "from helpers.toxicity import main; main()"
    settings = {toxicity.CHOICE: "", "HF_HUB_OFFLINE": "1", "HF_HOME": "/nowhere", "TORCH_HOME": "/nowhere"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ | settings, capture_output=True, text=True
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 2 and "HF_HUB_OFFLINE" in lines[0] and "small classifier" in lines[1] and done.stderr == ""


# -- the small one ---------------------------------------------------------------------------------------------------


def test_it_is_small_and_has_a_card() -> None:
    assert sum(path.stat().st_size for path in toxicity.SMALL.rglob("*")) < 6_000_000
    card = (toxicity.SMALL / "README.md").read_text("utf-8")
    assert "MIT" in card and "ROC AUC" in card and "must not" in card


def test_it_asks_nobody(monkeypatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *a: pytest.fail("opened a connection"))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: pytest.fail("looked up an address"))
    load_toxicity_classifier("small").predict("Good morning.")


def test_scores_have_six_labels_between_0_and_1(small) -> None:
    odd = ["", "!" * 500, "naïve 東京 🙂", "word " * 1000, "You stupid idiot!"]
    scores = small.predict(odd)
    assert tuple(scores) == LABELS
    assert all(0 <= value <= 1 for values in scores.values() for value in values)
    one = small.predict("You stupid idiot!")
    assert all(isinstance(value, float) for value in one.values()) and one["toxicity"] > 0.8


def test_batch_equals_single(small) -> None:
    texts = [sentence.text for sentence in held_out()[::8]] + [" ".join(text("alice").split()[:150])]
    batch = small.predict(texts)
    for i, one in enumerate(texts):
        for label, value in small.predict(one).items():
            assert batch[label][i] == pytest.approx(value, abs=1e-5)


def test_it_tells_toxic_from_harmless(small) -> None:
    """Area under the ROC curve, by counting pairs."""
    sentences = held_out()
    scores = small.predict([sentence.text for sentence in sentences])["toxicity"]
    toxic = [score for score, sentence in zip(scores, sentences, strict=True) if sentence.toxic]
    harmless = [score for score, sentence in zip(scores, sentences, strict=True) if not sentence.toxic]
    wins = sum((a > b) + (a == b) / 2 for a in toxic for b in harmless)
    assert wins / (len(toxic) * len(harmless)) >= 0.95


def test_the_held_out_sentences_are_a_fair_list() -> None:
    sentences = held_out()
    kinds = {kind: [s for s in sentences if s.kind == kind] for kind in ("plain", "rude", "threatening", "identity")}
    assert len(sentences) >= 200 and sum(map(len, kinds.values())) == len(sentences) == len({s.text for s in sentences})
    assert all(len(chosen) >= 40 for chosen in kinds.values())
    assert all(s.toxic == (s.kind in ("rude", "threatening")) for s in sentences)


def test_ordinary_text_is_left_alone(small) -> None:
    sentences = [line for line in text("alice").split("\n") if len(line.split()) > 5][-150:]
    scores = torch.tensor(small.predict([sentence[:300] for sentence in sentences])["toxicity"])
    assert scores.median() < 0.1 and (scores >= 0.5).float().mean() < 0.1


def test_each_kind_of_toxic_text_raises_its_own_label(small) -> None:
    """On the held-out sentences; and a word for an identity alone raises a harmless one, which lab 5 is about."""
    means = {}
    for kind in ("plain", "rude", "threatening", "identity"):
        scores = small.predict([sentence.text for sentence in held_out() if sentence.kind == kind])
        means[kind] = {label: sum(values) / len(values) for label, values in scores.items()}
    assert means["threatening"]["threat"] > 0.5 > 0.1 > means["rude"]["threat"]
    assert means["rude"]["insult"] > 0.5 > 0.3 > means["threatening"]["insult"]
    assert max(means["plain"].values()) < 0.1 < means["identity"]["toxicity"]
    gay, tall = small.predict("I am a gay man."), small.predict("I am a tall man.")
    assert gay["toxicity"] > tall["toxicity"] + 0.2 and gay["identity_attack"] > tall["identity_attack"] + 0.2
