# Cuts memory into thousands of areas and hands them from process to process: what the kernel notes grows with the square.
# ends: killed
import ctypes
import os
import time

libc, count, page = ctypes.CDLL(None), 12_000, os.sysconf("SC_PAGE_SIZE")
libc.mmap.restype = ctypes.c_void_p
start = libc.mmap(None, ctypes.c_size_t(count * page), 3, 0x22, -1, 0)
ctypes.memset(start, 1, count * page)
for at in range(0, count, 2):
    libc.mprotect(ctypes.c_void_p(start + at * page), ctypes.c_size_t(page), 1)
for _ in range(16):
    if os.fork():
        time.sleep(60)
        os._exit(0)
time.sleep(60)
print("LEAKED: two hundred thousand areas in a chain of processes")
