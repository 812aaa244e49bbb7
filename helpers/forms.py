"""Forms: the cells with dials. In Colab the cell's own fields (`# @param`) are the dials; elsewhere widgets with a button.

    forms.show(write, context="Once upon a time", max_length=40)

calls write(context=…, max_length=…), which gives a card, and shows it. Each dial is known by its name.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from helpers.cards import Card, note, show
from helpers.written import texts_card

WIDGET = "application/vnd.jupyter.widget-view+json"
STILL = "The dials need a running kernel: run this cell."
# What a dial is: its label and, for a number, the smallest, the largest and the step.
DIALS: dict[str, tuple] = {
    "context": ("context",),
    "max_length": ("max length, in tokens", 5, 200, 1),
    "num_beams": ("beams", 1, 8, 1),
    "no_repeat_ngram": ("n-grams that may not be repeated, n =", 0, 6, 1),
    "num_return": ("texts returned", 1, 8, 1),
    "temperature": ("temperature T", 0.1, 3.0, 0.1),
    "top_k": ("top-k, k =", 1, 200, 1),
    "top_p": ("top-p, p =", 0.05, 1.0, 0.05),
    "seed": ("seed", 0, 100, 1),
    "iterations": ("texts to draw", 10, 1000, 10),
    "threshold": ("threshold", 0.05, 1.0, 0.05),
}


def texts(write: Callable[..., tuple], logits: Callable, tokenizer: Any, **values: Any) -> None:
    """A form that writes. write(**values) gives the prompt (1, t) and, for each method, a function that gives its texts.

    Among the values are the context and the max_length of the texts.
    """

    def card(**chosen: Any) -> Card:
        if not chosen["context"]:
            raise ValueError("the context is empty")
        prompt, writers = write(**chosen)
        if (length := prompt.shape[1]) >= chosen["max_length"]:
            raise ValueError(f"the context has {length} tokens already, and the text may have {chosen['max_length']}")
        return texts_card(writers, prompt, logits, tokenizer)

    show_form(card, **values)


def show_form(make: Callable[..., Card], button: str = "Write", **values: Any) -> None:
    """Shows the card make(**values) and, where widgets can be shown, dials that make it anew.

    KeyError for a value that is no dial. What make raises for a mistake in a field (ValueError) is shown as one line.
    """
    dials = {name: DIALS[name] for name in values}

    def attempt(**chosen: Any) -> Card:
        try:
            return make(**chosen)
        except ValueError as error:
            return note(f"This does not work: {error}.")

    card = attempt(**values)
    widgets = None if "google.colab" in sys.modules else ipywidgets_here()
    if widgets is None:
        show(card)
        return
    from IPython.display import display

    boxes = {name: _dial(widgets, dials[name], value) for name, value in values.items()}
    again, answer = widgets.Button(description=button, button_style="primary"), widgets.HTML(card.html)

    def press(_: Any) -> None:
        again.disabled, again.description = True, "…"
        try:
            answer.value = attempt(**{name: box.value for name, box in boxes.items()}).html
        finally:
            again.disabled, again.description = False, button

    again.on_click(press)
    panel = widgets.VBox([*boxes.values(), again, answer])
    view = {"version_major": 2, "version_minor": 0, "model_id": panel.model_id}
    display({WIDGET: view, "text/html": card.html, "text/plain": f"{card.text}\n{STILL}"}, raw=True)


def _dial(widgets: Any, dial: tuple, value: Any) -> Any:
    """A field for words, a slider for numbers; its range is stretched to hold the value it starts with."""
    label, *limits = dial
    wide = {"style": {"description_width": "240px"}, "layout": widgets.Layout(width="560px")}
    if not limits:
        return widgets.Text(value, description=label, continuous_update=False, **wide)
    low, high, step = limits
    kind = widgets.IntSlider if isinstance(step, int) else widgets.FloatSlider
    return kind(value, min=min(low, value), max=max(high, value), step=step, description=label, **wide)


def ipywidgets_here(advice: str = "") -> Any:
    """The ipywidgets module, or None where no front end could show a widget; a missing one has a line, with `advice`."""
    from IPython import get_ipython

    if getattr(get_ipython(), "kernel", None) is None:
        return None
    try:
        import ipywidgets
    except ImportError:
        show(note(f"For the dials, install ipywidgets: pip install ipywidgets.{advice}"))
        return None
    return ipywidgets
