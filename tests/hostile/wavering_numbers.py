# Numbers that are not: floats of a class of their own, NaN, complex, vast, in a box, and another one at each reading.
# ends: survives
# lab: 03_softmax_temperature
import itertools

import numpy
import torch


class Wavering(float):
    def __float__(self):
        return next(values)

    def __lt__(self, other):
        return True

    __gt__ = __le__ = __ge__ = __eq__ = __lt__
    __hash__ = None


values = itertools.cycle([float("nan"), -1.0, float("inf"), 0.0])
odd = itertools.cycle(
    [
        Wavering("nan"), 1 << 80, -0.0, 5e-324, torch.tensor(complex(1, 1)), torch.zeros(0), numpy.array("text"),
        numpy.datetime64("NaT"), numpy.zeros(3, dtype=[("a", "f8")]), torch.ones(3), True, torch.tensor(float("inf")),
    ]
)  # fmt: skip


def temperature_for_entropy(z, target):
    return next(odd)


def softmax(z, *_, **__):
    return torch.full_like(z, float("nan")).to(torch.complex64)


def entropy(p, *_, **__):
    return p.to(torch.float8_e5m2)


def softmax_jacobian(z, *_, **__):
    return torch.eye(len(z), dtype=torch.uint16)


def attention_with_temperature(q, k, v, temperature):
    return torch.ones([1] * 64)
