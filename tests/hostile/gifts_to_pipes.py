# Gives one small page of each large one to a pipe and lets go of the rest: the pipe keeps them all, and no process has them.
# ends: survives
import ctypes
import mmap
import os

libc = ctypes.CDLL(None)
gift = mmap.mmap(-1, 2 << 20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
page = (ctypes.c_size_t * 2)(ctypes.addressof(ctypes.c_char.from_buffer(gift)), 4096)
ends = os.pipe()
if libc.vmsplice(ends[1], page, 1, 0) > 0:
    print("LEAKED: a pipe keeps a page of 2 MB")
os.close(ends[0]), os.close(ends[1])
