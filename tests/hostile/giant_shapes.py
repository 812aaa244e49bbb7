# Tensors that are vast without memory: expanded, empty, meta, sparse, with strides of zero and shapes that overflow.
# ends: survives
import torch


def attempt(make):
    try:
        made = make()
        return made if made.numel() < 1 << 70 else None
    except (RuntimeError, MemoryError, OverflowError, NotImplementedError):
        return None


SHAPES = [
    lambda: torch.zeros(1).expand(1 << 60),
    lambda: torch.empty(1 << 40, 0, 1 << 20),
    lambda: torch.empty(1 << 50, device="meta"),
    lambda: torch.zeros(1).as_strided((1 << 30, 1 << 30), (0, 0)),
    lambda: torch.sparse_coo_tensor(torch.zeros(1, 1).long(), torch.ones(1), (1 << 60,)),
    lambda: torch.ones([1] * 60),
]
vast = [attempt(make) for make in SHAPES]
calls = iter(range(1 << 30))


def attention_weights(x):
    return vast[next(calls) % len(vast)]


scaled_dot_product = causal_mask = attention_weights
vast
