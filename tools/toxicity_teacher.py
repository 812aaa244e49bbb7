"""The teacher of the small toxicity classifier: a BiLSTM trained on Jigsaw's comments, ported from Keras to torch.

    pip install --target TEACHER --no-deps toxic-comment-classifier h5py

The package toxic-comment-classifier 0.3.0 (MIT, Md Irfan Ali) holds the weights and the counts of the words it was
trained on. Only these two files are read, and only if they are the known ones; none of the package's code runs and
TensorFlow is not needed.
"""

from __future__ import annotations

import collections
import hashlib
import io
import pickle
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

LABELS = ("toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack")  # in the teacher's order
WORDS, WIDTH, LENGTH = 20_000, 50, 100  # words known (0 is the padding), numbers to a word, words read
KNOWN = {
    "model.weights.h5": "03ed4c3f52be909821a8c3263de2dcd65b95908bfae6f569c9a9cec90538a4b3",
    "tokenizer.pickle": "d8e998211d68c5264b84c6eb6753f08897194038e0345e91a592f97cd38c125c",
}
# What the package's own documentation says of two texts: the six scores of one, the mean of the other's.
DOCUMENTED = {
    "You are so dumb and stupid!": (0.98894, 0.07257, 0.62043, 0.01935, 0.86641, 0.04073),
    "You're disgusting!": 0.3110,
}


class Teacher(nn.Module):
    """Embedding, bidirectional LSTM, the largest value over time, two dense layers: ids (b, 100) → logits (b, 6).

    Dropout, which the original has for its own training, is left out.
    """

    def __init__(self, words: dict[str, int]) -> None:
        super().__init__()
        self.words = words
        self.embedding = nn.Embedding(WORDS, WIDTH)
        self.lstm = nn.LSTM(WIDTH, WIDTH, batch_first=True, bidirectional=True)
        self.hidden = nn.Linear(2 * WIDTH, WIDTH)
        self.output = nn.Linear(WIDTH, len(LABELS))

    def forward(self, ids: Tensor) -> Tensor:
        states, _ = self.lstm(self.embedding(ids))  # (b, 100, 2·50), the padding included: it is read as a word
        return self.output(self.hidden(states.amax(1)).relu())

    def encode(self, text: str) -> list[int]:
        """Word ids as the Keras tokenizer gives them: lower case, split at spaces and signs; unknown words vanish."""
        return [self.words[word] for word in text.lower().translate(SIGNS).split(" ") if word in self.words]

    @torch.no_grad()
    def predict(self, texts: Sequence[str], batch: int = 64) -> Tensor:
        """Probabilities (n, 6) of LABELS."""
        ids = torch.zeros(len(texts), LENGTH, dtype=torch.int64)
        for row, text in zip(ids, texts, strict=True):
            if known := self.encode(text)[-LENGTH:]:
                row[-len(known) :] = torch.tensor(known)
        return torch.cat([self(part) for part in ids.split(batch)]).sigmoid() if len(texts) else torch.zeros(0, 6)


SIGNS = str.maketrans(dict.fromkeys('!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n', " "))


def load(folder: Path) -> tuple[Teacher, collections.OrderedDict[str, int]]:
    """The teacher, and how often each word stood in its training text, in the order in which the words first came."""
    sys.path.append(str(folder))
    import h5py

    home = folder / "toxic_classifier" / "model"
    data = {name: (home / name).read_bytes() for name in KNOWN}
    for name, content in data.items():
        if hashlib.sha256(content).hexdigest() != KNOWN[name]:
            raise SystemExit(f"{home / name} is not that of toxic-comment-classifier 0.3.0")
    tokenizer = _Plain(io.BytesIO(data["tokenizer.pickle"])).load()
    teacher = Teacher({word: index for word, index in tokenizer.word_index.items() if index < tokenizer.num_words})
    layers = h5py.File(io.BytesIO(data["model.weights.h5"]))["layers"]

    def weights(layer: str) -> list[Tensor]:
        group = layers[layer]["vars"]
        return [torch.from_numpy(group[str(i)][()]) for i in range(len(group))]

    state = {"embedding.weight": weights("embedding")[0]}
    for name, layer in {"hidden": "dense", "output": "dense_1"}.items():
        kernel, bias = weights(layer)
        state |= {f"{name}.weight": kernel.T, f"{name}.bias": bias}
    for suffix, direction in {"": "forward_layer", "_reverse": "backward_layer"}.items():
        inputs, recurrent, bias = weights(f"bidirectional/{direction}/cell")  # gates i, f, g, o in both libraries
        state |= {f"lstm.weight_ih_l0{suffix}": inputs.T, f"lstm.weight_hh_l0{suffix}": recurrent.T}
        state |= {f"lstm.bias_ih_l0{suffix}": bias, f"lstm.bias_hh_l0{suffix}": torch.zeros_like(bias)}
    teacher.load_state_dict(state)
    for text, scores in DOCUMENTED.items():
        ours = teacher.eval().predict([text])[0]
        ours = ours if isinstance(scores, tuple) else ours.mean()
        torch.testing.assert_close(ours, torch.tensor(scores), atol=6e-5, rtol=0)
    return teacher, tokenizer.word_counts


class _Plain(pickle.Unpickler):
    """Reads dictionaries of words and numbers, and nothing that could run."""

    def find_class(self, module: str, name: str) -> Any:
        if name == "Tokenizer" and module.startswith("keras."):
            return _Tokenizer
        if (module, name) in (("collections", "OrderedDict"), ("collections", "defaultdict"), ("builtins", "int")):
            return {"OrderedDict": collections.OrderedDict, "defaultdict": collections.defaultdict, "int": int}[name]
        raise pickle.UnpicklingError(f"{module}.{name} is not expected in a tokenizer")


class _Tokenizer:
    """Stands for the Keras tokenizer: its attributes only."""
