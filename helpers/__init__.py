"""What a notebook imports: instant checks, progress, quizzes, figures, texts and published weights.

Everything loads when it is first used, so that `import helpers` costs next to nothing; this package knows neither
the solutions nor the autograder.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOME = {
    "check": "checking",
    "as_logits": "logits",
    "load_gpt2_weights": "gpt2",
    "load_language_model": "models",
    "load_toxicity_classifier": "toxicity",
    "progress": "records",
    "quiz": "quizzes",
    "text": "texts",
}
_MODULES = ("figures", "forms", "playground")

__all__ = [
    "as_logits",
    "check",
    "figures",
    "forms",
    "load_gpt2_weights",
    "load_language_model",
    "load_toxicity_classifier",
    "playground",
    "progress",
    "quiz",
    "text",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(importlib.import_module(f"helpers.{_HOME[name]}"), name)
    elif name in _MODULES:
        value = importlib.import_module(f"helpers.{name}")
    else:
        raise AttributeError(f"helpers has no {name!r}; it offers {', '.join(__all__)}")
    globals()[name] = value  # found at once the next time
    return value


def __dir__() -> list[str]:
    return __all__
