# Allocates 40 GB in four ways.
# ends: survives
import mmap

import torch

WAYS = {
    "bytearray": lambda: bytearray(40 << 30),
    "tensor": lambda: torch.ones(10 << 30),
    "shared": lambda: mmap.mmap(-1, 40 << 30),
    "list": lambda: [0] * (5 << 30),
}
for name, way in WAYS.items():
    try:
        kept = way()
        print("LEAKED: got 40 GB by", name)
        break
    except (MemoryError, RuntimeError, OSError):
        pass
