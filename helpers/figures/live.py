"""Losses while a model trains: a progress bar and growing curves, in place."""

from __future__ import annotations

import time
from collections.abc import Sequence
from html import escape
from itertools import cycle
from typing import TYPE_CHECKING

from helpers.cards import Card
from helpers.figures.canvas import BLUE, GREEN, GREY, ORANGE, Bundle

if TYPE_CHECKING:
    from IPython.display import DisplayHandle

REDRAW = 0.5  # seconds between two drawings: more often costs more than it shows
POINTS = 240  # of a curve; a longer one is thinned
COLORS = (BLUE, ORANGE, GREEN, GREY)
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 290, 52, 34, 52


class live_loss:
    """Shows the losses of a training loop of `steps` steps while it runs.

        with figures.live_loss(500, "Training") as live:
            for _ in range(500):
                live(training_step(model, optimizer, batch))

    names: one for each curve; `live` then takes as many losses. ValueError for another number of them.
    Each curve is drawn thin as it is and thick as a running average. A loop that ends early keeps what it has drawn.
    """

    def __init__(self, steps: int, title: str = "Training loss", names: Sequence[str] = ("loss",)):
        self.steps, self.title, self.names = steps, title, tuple(names)
        self.losses: list[list[float]] = [[] for _ in self.names]

    def __enter__(self) -> live_loss:
        self._started = self._drawn = time.monotonic()
        self._handle = _display(self._card()) if _in_place() else None
        return self

    def __call__(self, *losses: float) -> None:
        if len(losses) != len(self.names):
            raise ValueError(
                f"there should be {len(self.names)} losses ({', '.join(self.names)}), but there are {len(losses)}"
            )
        for curve, loss in zip(self.losses, losses, strict=True):
            curve.append(float(loss))
        if time.monotonic() - self._drawn > REDRAW:
            self._drawn = time.monotonic()
            if self._handle is not None:
                self._handle.update(self._card())

    def __exit__(self, *_: object) -> None:
        self.seconds = time.monotonic() - self._started
        if self._handle is not None:
            self._handle.update(self._card(ended=True))
        else:
            print(self._text(ended=True))

    def _text(self, ended: bool = False) -> str:
        done, passed = len(self.losses[0]), time.monotonic() - self._started
        words = [f"step {done} of {self.steps}"]
        if ended:
            words.append(f"{passed:.0f} s")
        elif done:
            words.append(f"{passed / done * (self.steps - done):.0f} s left")
        words += [
            f"{name} {_average(curve)[-1]:.3f}" for name, curve in zip(self.names, self.losses, strict=True) if curve
        ]
        return f"{self.title}: " + " · ".join(words)

    def _card(self, ended: bool = False) -> Card:
        # One drawing, bar and words included: a notebook reopened without trust strips drawings inside HTML to loose words.
        text = self._text(ended)
        done = min(1.0, len(self.losses[0]) / max(1, self.steps)) * (WIDTH - 24)
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
            f'font-family="sans-serif" font-size="12" fill="{GREY}"><text x="12" y="18" font-size="14">{escape(text)}</text>'
            f'<rect x="12" y="28" width="{WIDTH - 24}" height="6" rx="3" fill="{GREY}" fill-opacity=".25"/>'
            f'<rect x="12" y="28" width="{done:.1f}" height="6" rx="3" fill="{GREEN if ended else BLUE}"/>'
            f"{self._curves()}</svg>"
        )
        return Bundle({"image/svg+xml": svg, "text/plain": text})

    def _curves(self) -> str:
        shown = [loss for curve in self.losses for loss in curve if loss == loss and abs(loss) != float("inf")]
        low, high = (min(shown), max(shown)) if shown else (0.0, 1.0)
        # A first loss far above all others would press the rest of the curve flat.
        high = min(high, sorted(shown)[int(0.98 * len(shown))] * 1.15) if len(shown) > 50 else high
        high = high if high > low else low + 1.0
        across = (WIDTH - LEFT - 12) / max(1, self.steps - 1)

        def x(step: float) -> float:
            return LEFT + step * across

        def y(loss: float) -> float:
            share = min(max((loss - low) / (high - low), 0.0), 1.0)
            return TOP + (1 - share) * (HEIGHT - TOP - BOTTOM)

        parts = []
        for i in range(5):
            value = low + (high - low) * i / 4
            parts.append(
                f'<line x1="{LEFT}" x2="{WIDTH - 12}" y1="{y(value):.1f}" y2="{y(value):.1f}" stroke="{GREY}" stroke-opacity=".25"/>'
                f'<text x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value:.2f}</text>'
            )
        for i in range(5):
            step = round(self.steps * i / 4)
            parts.append(
                f'<text x="{min(x(step), WIDTH - 12):.1f}" y="{HEIGHT - 14}" text-anchor="middle">{step}</text>'
            )
        for curve, color in zip(self.losses, cycle(COLORS)):
            for values, look in ((curve, 'stroke-width="1" opacity=".35"'), (_average(curve), 'stroke-width="2.2"')):
                thin = max(1, len(values) // POINTS)
                spots = [(i, v) for i, v in enumerate(values) if i % thin == 0 or i == len(values) - 1]
                line = " ".join(f"{x(i):.1f},{y(v):.1f}" for i, v in spots if v == v)
                parts.append(f'<polyline points="{line}" fill="none" stroke="{color}" {look}/>')
        if len(self.names) > 1:
            for i, (name, color) in enumerate(zip(self.names, cycle(COLORS))):
                parts.append(
                    f'<text x="{WIDTH - 20}" y="{TOP + 14 + 16 * i}" text-anchor="end" fill="{color}">{escape(name)}</text>'
                )
        return "".join(parts)


def _display(card: Card) -> DisplayHandle:
    from IPython.display import display

    return display(card, display_id=True)


def _in_place() -> bool:
    """Whether what is shown can be drawn anew; a terminal would only print it again."""
    from IPython import get_ipython

    shell = get_ipython()
    return shell is not None and type(shell).__name__ != "TerminalInteractiveShell"


def _average(values: list[float], keep: float = 0.9) -> list[float]:
    """A running average that does not start at zero."""
    averages, total, weight = [], 0.0, 0.0
    for value in values:
        total, weight = keep * total + value, keep * weight + 1.0
        averages.append(total / weight)
    return averages
