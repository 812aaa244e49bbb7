"""Large pages for what a warm parent holds: a fork then copies a hundred entries of its page table, not sixty thousand.

A child that writes to one gets small pages in its stead, as ever. Where the kernel has none to give, or is older than
Linux 6.1, nothing changes but the time that forking takes.
"""

from __future__ import annotations

import ctypes
import re

LARGE = 1 << 21
COLLAPSE = 25  # MADV_COLLAPSE
OWN_MEMORY = re.compile(r"([0-9a-f]+)-([0-9a-f]+) rw-p 00000000 00:00 0\s*(?:\[heap\])?$", re.M)


def collapse() -> None:
    """Moves this process's own memory into large pages, as far as it goes."""
    libc = ctypes.CDLL(None)
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    with open("/proc/self/maps") as file:
        areas = OWN_MEMORY.findall(file.read())
    for first, end in areas:
        begin = -(-int(first, 16) // LARGE) * LARGE
        for place in range(begin, int(end, 16) - LARGE + 1, LARGE):
            libc.madvise(place, LARGE, COLLAPSE)
