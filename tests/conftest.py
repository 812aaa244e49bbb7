"""Shared by all tests: the lab's notebook namespace, and students' answers from the corpus."""

from __future__ import annotations

import sys
from pathlib import Path

import torch

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))  # `tools` is of the repository, not of the installed packages

torch.set_num_threads(1)  # small tensors: beside other work, threads that wait for each other cost eight times as much
