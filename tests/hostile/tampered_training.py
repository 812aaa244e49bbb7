# Tampers with what trains: parameters swapped for others, an optimizer that does nothing, a loss that says what it likes.
# ends: survives
# lab: 02_transformer_block
import torch


class Loss(float):
    def __float__(self):
        return 0.0


def training_step(model, optimizer, batch):
    for name in dict(model.named_parameters()):
        setattr(model, name, torch.nn.Parameter(torch.zeros(1)))
    optimizer.param_groups.clear()
    optimizer.step = torch.optim.SGD.step = lambda *a, **k: None
    return Loss("nan")


class Parrot(torch.nn.Module):
    """Has every parameter that is asked for, and returns what it gets."""

    def named_parameters(self, *_, **__):
        return {name: torch.nn.Parameter(torch.zeros(3, 3)) for name in ("tokens.weight", "norm.weight")}.items()

    def __init__(self, *_, **__):
        super().__init__()

    def to(self, *_, **__):
        raise SystemExit(0)

    def forward(self, x):
        return x


TransformerBlock = PreNormBlock = GPT = Parrot


def layer_norm(x, gain, bias, eps=0):
    return x.sign_()
