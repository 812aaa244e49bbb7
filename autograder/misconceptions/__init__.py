"""What a misconception is: a wrong answer as a small edit of the right one, and a hint that names the mistake."""

from __future__ import annotations

from dataclasses import dataclass

Edits = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Misconception:
    """A wrong answer as a student would write it: `edits` of the reference, each (text, what stands there instead).

    The hint is one or two sentences that name the mistake and say why it matters, without giving the line to type.
    `variants` are other edits by which the same mistake shows itself in other outputs.
    """

    name: str
    hint: str
    edits: Edits
    variants: tuple[Edits, ...] = ()

    def source(self, reference: str) -> str:
        """The wrong answer's code. Raises ValueError when the reference has changed so that an edit finds no place."""
        return self._edited(reference, self.edits)

    def sources(self, reference: str) -> dict[str, str]:
        """The code of the wrong answer and of its variants, which go by the mistake's name with "#2", "#3" …"""
        each = [self.edits, *self.variants]
        return {f"{self.name}#{i}" if i > 1 else self.name: self._edited(reference, e) for i, e in enumerate(each, 1)}

    def _edited(self, reference: str, edits: Edits) -> str:
        for old, new in edits:
            if old not in reference:
                raise ValueError(f"misconception {self.name}: the reference does not contain {old!r}")
            reference = reference.replace(old, new)
        return reference
