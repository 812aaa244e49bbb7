"""Shared by all tests: the lab's notebook namespace, and students' answers from the corpus."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))  # `tools` is of the repository, not of the installed packages
