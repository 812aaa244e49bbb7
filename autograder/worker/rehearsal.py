# Cells such as every lab has, which a warm parent runs before there is a student: see warmth.py. Not a module.
# %%
import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers import check, figures, progress, quiz  # noqa: F401

# %%
print(torch.ones(2, 3).softmax(-1) @ torch.ones(3, 2), torch.zeros(2).mean().item())
torch.manual_seed(0)  # each child begins anew: inside.serve
torch.eye(2)

# %%
quiz("Which one?", [("This", True, "It is."), ("That", False, "It is not.")])

# %%
progress()


# %%
class Layer(nn.Module):
    def __init__(self, m: int):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(m, m))

    def forward(self, x: Tensor) -> Tensor:
        return F.softmax(x @ self.weight / math.sqrt(x.shape[1]), dim=-1)


Layer(2)

# %%
figures.emoji_table()
figures.attention_heatmap(lambda: torch.eye(4), "🐞🎈🍕🐟")

# %%
1 / 0  # noqa: B018
