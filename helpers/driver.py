"""Calling a student's object on one case: the same code in the student's notebook and in the grader's sandbox.

A `Case` says what to build and call and which outputs to take back; an `Outcome` is what came back, as arrays or
as an error. Neither holds a judgement: comparing is `verdict.py`'s work, and in grading it happens in another
process than this one.
"""

from __future__ import annotations

import re
import traceback
import warnings
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from helpers import stages
from helpers.refused import Refused

GRADIENT = "gradient of "  # starts the name of an array that is a gradient
ERROR_TEXTS = {"type": 200, "message": 2000, "line": 2000, "traceback": 20_000, "same_as": 2000}  # and their characters
OURS = (__file__, str(Path(stages.__file__).parent))  # this file, and the folder of stages
MOST_AXES = 64  # PyTorch's own operations take no more
CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
)  # what steers a terminal or turns a line round
LARGEST_OUTPUT = 1_000_000  # entries; every right answer is far smaller, and a giant one must not fill a pipe


@dataclass(frozen=True)
class Case:
    """One call of a student's object.

    target:    the name of the function or class in the notebook
    axes:      for each output, in order, its name and the names of its axes: {"y": ("b", "t", "m")}
    args:      positional arguments of the call (tensors and plain values); None: construct only
    kwargs:    keyword arguments of the call
    init:      for a class: its constructor's arguments; the call then goes to the instance
    state:     for a class: the parameters to load, by name (all of them: a missing or odd one is an error)
    gradients: whether to take back the gradients of the outputs with respect to inputs and parameters
    guard:     who raises always, or does nothing, is right here: it earns nothing unless an ordinary case passes as well
    stage:     a name in `helpers.stages`: that function gets the student's object and the arguments, and calls it
    reading:   a name in `helpers.readings`: what is compared is read off the outputs, outside of the student's process
    atol:      how far numbers may be off, where chance has a part in them
    """

    name: str
    target: str
    axes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    args: tuple | None = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    init: tuple | None = None
    state: dict[str, Tensor] = field(default_factory=dict)
    gradients: bool = False
    guard: bool = False
    stage: str | None = None
    reading: str | None = None
    atol: float = 0.0

    def to_wire(self) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """This case as JSON-able data and named tensors."""
        tensors = {f"state/{name}": value for name, value in self.state.items()}

        def encode(value: Any, path: str) -> Any:
            if isinstance(value, Tensor):
                tensors[path] = value
                return {"tensor": path}
            return value

        spec = {
            "name": self.name,
            "target": self.target,
            "axes": {name: list(axes) for name, axes in self.axes.items()},
            "args": None if self.args is None else [encode(a, f"arg/{i}") for i, a in enumerate(self.args)],
            "kwargs": {key: encode(value, f"kwarg/{key}") for key, value in self.kwargs.items()},
            "init": None if self.init is None else list(self.init),
            "state": list(self.state),
            "gradients": self.gradients,
            "guard": self.guard,
            "stage": self.stage,
            "reading": self.reading,
            "atol": self.atol,
        }
        return spec, tensors

    @classmethod
    def from_wire(cls, spec: dict[str, Any], tensors: dict[str, Tensor]) -> Case:
        """The inverse of `to_wire`."""

        def decode(value: Any) -> Any:
            return tensors[value["tensor"]] if isinstance(value, dict) else value

        return cls(
            name=spec["name"],
            target=spec["target"],
            axes={name: tuple(axes) for name, axes in spec["axes"].items()},
            args=None if spec["args"] is None else tuple(decode(a) for a in spec["args"]),
            kwargs={key: decode(value) for key, value in spec["kwargs"].items()},
            init=None if spec["init"] is None else tuple(spec["init"]),
            state={name: tensors[f"state/{name}"] for name in spec["state"]},
            gradients=spec["gradients"],
            guard=spec["guard"],
            stage=spec["stage"],
            reading=spec["reading"],
            atol=spec["atol"],
        )


@dataclass(frozen=True)
class Outcome:
    """What one call gave: arrays by name, or an error: ERROR_TEXTS and the list "types"."""

    arrays: dict[str, Tensor] = field(default_factory=dict)
    error: dict[str, Any] | None = None

    def to_wire(self) -> tuple[dict[str, Any], dict[str, Tensor]]:
        return {"error": self.error}, dict(self.arrays)

    @classmethod
    def from_wire(cls, spec: dict[str, Any], tensors: dict[str, Tensor]) -> Outcome:
        """Reads an untrusted outcome: raises ValueError when a field is not what `to_wire` writes.

        What is left of a text can be written to any file and shown on any terminal.
        """
        if any(array.dim() > MOST_AXES for array in tensors.values()):
            raise ValueError("an array has more axes than PyTorch works with")
        error = spec.get("error")
        if error is not None:
            if not isinstance(error, dict):
                raise ValueError("an outcome's error is not an object")
            fields = {key: _sound(str(error.get(key, "")))[:most] for key, most in ERROR_TEXTS.items()}
            types = error.get("types")
            error = fields | {"types": [str(t)[:200] for t in types[:50]] if isinstance(types, list) else []}
        return cls(tensors, error)


def _sound(text: str) -> str:
    """Text without half surrogate pairs, which no file takes, and without control characters but ends of lines and tabs."""
    return CONTROL.sub("", text.encode("utf-8", "replace").decode("utf-8"))


def run_case(namespace: dict[str, Any], case: Case, device: str = "cpu", dtype: torch.dtype | None = None) -> Outcome:
    """Builds and calls `namespace[case.target]` as `case` says.

    Floating-point tensors are moved to `device` and, when `dtype` is given, to that type (the reference runs in
    float64). Whatever the student's code raises becomes the outcome's error; nothing escapes but KeyboardInterrupt.
    """
    try:
        # A warning on stderr would cost a student all points of the cell in plain nbgrader.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # An index out of range that nobody checks would spoil a GPU for all the cases that follow.
            return Outcome(_run(namespace, case, "cpu" if case.guard else device, dtype))
    except Refused as refused:
        return Outcome(error=refusal(refused))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit in a student's function is that exercise's mistake, not ours
        return Outcome(error=_describe(error))


def _run(namespace: dict[str, Any], case: Case, device: str, dtype: torch.dtype | None) -> dict[str, Tensor]:
    if case.target not in namespace:
        raise Refused("Missing", f"{case.target} is not defined. Run the cell that defines it.")

    def place(value: Any) -> Any:
        if not isinstance(value, Tensor):
            return value
        if not value.is_floating_point():
            return value.detach().to(device, copy=True)
        return value.detach().to(device, dtype or value.dtype, copy=True).requires_grad_(case.gradients)

    call = namespace[case.target]
    inputs = {f"input {i + 1}": place(value) for i, value in enumerate(case.args or ())}
    kwargs = {key: place(value) for key, value in case.kwargs.items()}
    leaves = {
        name: value for name, value in (inputs | kwargs).items() if isinstance(value, Tensor) and value.requires_grad
    }
    if case.init is not None:
        call = call(*case.init)
        if case.args is None:
            return {}
        floats = [
            value for value in (inputs | kwargs).values() if isinstance(value, Tensor) and value.is_floating_point()
        ]
        leaves |= _load(call, case, device, floats[0].dtype if floats else dtype)
    if case.stage is not None:
        call = partial(stages.STAGES[case.stage], call)

    returned = call(*inputs.values(), **kwargs)
    outputs = _outputs(returned, case)
    # Where no tensor goes in, a function cannot know of another device.
    given = case.state or any(isinstance(value, Tensor) for value in (*inputs.values(), *kwargs.values()))
    arrays = {name: _array(value, name, device if given else None) for name, value in outputs.items()}
    if case.gradients:
        arrays |= _gradients(list(outputs.values()), leaves)
    return arrays


def _load(module: Any, case: Case, device: str, dtype: torch.dtype | None) -> dict[str, Tensor]:
    """Copies the case's parameters into a student's module and returns them as leaves for the gradients."""
    if not isinstance(module, nn.Module):
        raise Refused("Type", f"{case.target}(...) is {_kind(module)}, not an nn.Module.")
    module.to(device=device, dtype=dtype)
    own = dict(module.named_parameters(remove_duplicate=False))
    missing = sorted(case.state.keys() - own.keys())
    known = {id(own[name]) for name in case.state if name in own}
    extra = sorted(name for name in own.keys() - case.state.keys() if id(own[name]) not in known)
    if missing or extra:
        parts = [f"{', '.join(missing)} missing"] if missing else []
        parts += [f"{', '.join(extra)} not expected"] if extra else []
        # A matrix too many is the same mistake whatever it is called, either way round, with or without a bias.
        sizes = sorted(tuple(sorted(own[name].shape)) for name in extra)
        raise Refused(
            "Parameters",
            f"The module's parameters differ from the description: {'; '.join(parts)}.",
            same_as=f"missing {missing}, too many {[size for size in sizes if len(size) > 1] or sizes}",
        )
    if len(known) < len(case.state):
        twice = next(name for name in case.state if sum(own[name] is own[other] for other in case.state) > 1)
        other = next(name for name in case.state if own[name] is own[twice] and name != twice)
        raise Refused("Parameters", f"{twice} and {other} are one and the same parameter, but should be two.")
    with torch.no_grad():
        for name, value in case.state.items():
            if own[name].shape != value.shape:
                raise Refused(
                    "Parameters",
                    f"{name} has shape {tuple(own[name].shape)}, but should have {tuple(value.shape)} (outputs, inputs).",
                )
            own[name].copy_(value)
    return {name: own[name] for name in case.state}


def _outputs(returned: Any, case: Case) -> dict[str, Any]:
    names = list(case.axes)
    if len(names) == 1:
        return {names[0]: returned}
    if not isinstance(returned, (tuple, list)) or len(returned) != len(names):
        got = f"{len(returned)} values" if isinstance(returned, (tuple, list)) else _kind(returned)
        raise Refused(
            "Outputs", f"{case.target} should return {len(names)} values ({', '.join(names)}), but returned {got}."
        )
    return dict(zip(names, returned, strict=True))


def _array(value: Any, name: str, device: str | None) -> Tensor:
    """One returned value as a plain CPU tensor. Numbers and NumPy arrays are welcome."""
    if value is None:
        raise Refused("Type", f"{name} is None. Is a `return` missing?")
    if not isinstance(value, Tensor):
        if isinstance(value, float):
            value = torch.tensor(value, dtype=torch.float64)
        elif isinstance(value, (bool, int)) or type(value).__module__ == "numpy":
            value = torch.as_tensor(value)
        else:
            raise Refused("Type", f"{name} should be a tensor or a number, but is {_kind(value)}.")
    elif device is not None and value.dim() > 0 and value.device.type != torch.device(device).type:
        raise Refused(
            "Device",
            f"{name} is on {value.device}, but the inputs are on {device}. Make new tensors with device=x.device.",
        )
    if value.numel() > LARGEST_OUTPUT:
        raise Refused(
            "Outputs", f"{name} has {value.numel():,} entries, far more than expected (shape {tuple(value.shape)})."
        )
    return value.detach().as_subclass(Tensor).cpu().contiguous()


def _gradients(outputs: list[Any], leaves: dict[str, Tensor]) -> dict[str, Tensor]:
    """Gradients of a fixed, uneven weighting of the outputs: an even one would cancel inside a softmax."""
    live = [y for y in outputs if isinstance(y, Tensor) and y.requires_grad]
    if not live:
        raise Refused(
            "Gradient",
            "No gradient flows back from the output: is there a .detach(), .data, .item() or NumPy in between?",
        )
    total = sum((y * torch.arange(y.numel(), device=y.device, dtype=y.dtype).view(y.shape).cos()).sum() for y in live)
    grads = torch.autograd.grad(total, list(leaves.values()), allow_unused=True)
    # Where nothing flows the gradient is zero: a part left out is then a plain difference, not an error of its own.
    return {
        f"{GRADIENT}{name}": (torch.zeros_like(leaf) if grad is None else grad).detach().cpu()
        for (name, leaf), grad in zip(leaves.items(), grads, strict=True)
    }


def _kind(value: Any) -> str:
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def refusal(refused: Refused) -> dict[str, Any]:
    """The error of an outcome that ran but is not what was asked for."""
    return _error(refused.kind, str(refused), same_as=refused.same_as)


def _error(
    kind: str, message: str, types: list[str] | None = None, line: str = "", trace: str = "", same_as: str | None = None
) -> dict[str, Any]:
    error = {"type": kind, "types": types or [kind], "message": message, "line": line, "traceback": trace}
    return error | {"same_as": message if same_as is None else same_as}


def _describe(error: BaseException) -> dict[str, Any]:
    """An exception from the student's code, with the last line of theirs that it came through."""
    # Our own frames are not the student's. The message comes from hostile code, so even str() may raise.
    frames = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith(OURS)]
    try:
        message = str(error)[:2000]
    except BaseException:
        message = ""
    own = [f for f in frames if "site-packages" not in f.filename and not f.filename.startswith("<frozen")]
    line = (own or frames or [None])[-1]
    types = [kind.__name__ for kind in type(error).__mro__]
    trace = "".join(traceback.format_list(frames)) + f"{types[0]}: {message}"
    return _error(types[0], message, types, (line.line or "") if line else "", trace[-8000:])
