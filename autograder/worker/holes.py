"""Where a child's new objects go: not into holes between those of its parent, but onto ground that nobody has used yet.

Free memory lies scattered between what a warm parent holds, and whoever writes into a page of the parent's has to copy it
first. So the parent fills the holes before it forks. What comes after the last of them is new, and comes in large pages.
"""

from __future__ import annotations

import ctypes

LARGE = 1 << 21
HUGE_PAGES = 14  # MADV_HUGEPAGE
TRIM, AHEAD, ALONE = -1, -2, -3  # options of mallopt(3)
# Bytes: free ones at the end that are not given back; how far the ground grows at once; what is mapped by itself; the
# least that a piece of memory holds.
MOST_KEPT, GROUND, LARGEST, SMALLEST = 1 << 28, 1 << 24, 1 << 25, 24
OWN = 1 << 18  # bytes before the ground for what the parent does between two forks

# Python's own memory, since 3.10: pools of blocks of one size, up to 512 bytes. A block of a bytes object has 33 around it.
POOL, POOL_HEAD, LARGEST_BLOCK, AROUND = 1 << 14, 48, 512, 33
IN_A_ROW, ENOUGH = 6, 1 << 13  # such blocks show that a new pool was begun; blocks of a size, where that never shows

filling: list[object] = []


class Mallinfo(ctypes.Structure):
    """What mallinfo2(3) tells."""

    _names = ("arena", "_1", "_2", "_3", "_4", "_5", "_6", "used", "free", "top")
    _fields_ = [(name, ctypes.c_size_t) for name in _names]


def fill_python() -> None:
    """Takes the blocks that are left in begun pools, of every size; they stay taken."""
    for size in range(16, LARGEST_BLOCK + 1, 16):
        row = last = 0
        for number in range(ENOUGH):
            # An empty object, a number with a fraction, and bytes, none of which exists already, have these sizes.
            block = object() if size == 16 else number + 0.5 if size == 32 else bytes(size - AROUND)
            filling.append(block)
            place = id(block)
            row = 1 if place % POOL == POOL_HEAD else row + 1 if row and place == last + size else 0
            last = place
            if row == IN_A_ROW:
                break


def fill_c() -> None:
    """Takes the free pieces of the C library's memory, and has it go on at the beginning of a large page.

    Where the C library is not glibc 2.33 or later, nothing is done.
    """
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "mallinfo2"):
        return
    libc.malloc.argtypes, libc.malloc.restype = [ctypes.c_size_t], ctypes.c_void_p
    libc.free.argtypes = [ctypes.c_void_p]
    libc.sbrk.argtypes, libc.sbrk.restype = [ctypes.c_ssize_t], ctypes.c_void_p
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    libc.mallinfo2.restype = Mallinfo
    libc.malloc_trim(0)  # what is free at the end of it was used
    # Large pieces too come from the same ground, which grows by steps and stays: else each would be mapped by itself,
    # in small pages, and given back.
    for option, value in ((TRIM, MOST_KEPT), (AHEAD, GROUND), (ALONE, LARGEST)):
        libc.mallopt(option, value)
    for size in range(SMALLEST, 1033, 16):  # each thread keeps up to seven of each of these sizes at hand
        for _ in range(7):
            libc.malloc(size)
    size, before = LARGEST // 4, libc.mallinfo2()
    while size:
        libc.malloc(size)
        there = libc.mallinfo2()
        if (there.top, there.arena) != (before.top, before.arena):  # there is no hole of that size, this is new ground
            size = max(size // 2, SMALLEST) if size > SMALLEST else 0
        before = there
    ground = libc.sbrk(0) - libc.mallinfo2().top
    begin = -(-(ground + OWN) // LARGE) * LARGE
    libc.malloc(begin - ground - OWN)
    libc.free(libc.malloc(GROUND))
    libc.madvise(begin, GROUND // LARGE * LARGE, HUGE_PAGES)
