# Watches and leases files that others use as well, and takes what the machine has for asynchronous reading.
# ends: survives
import ctypes
import fcntl
import os
import sys

import torch

libc = ctypes.CDLL(None)
for name, made in (("inotify", libc.inotify_init1(0)), ("fanotify", libc.fanotify_init(0x200, 0))):
    if made >= 0:
        print("LEAKED: watches of", name)
        os.close(made)
context = ctypes.c_ulong(0)
if os.uname().machine == "x86_64" and libc.syscall(206, 60_000, ctypes.byref(context)) == 0:
    print("LEAKED: asynchronous reads")
with open("/scratch/own", "w"):
    pass
for path in ("/scratch/own", "/grader/inside.py", torch.__file__, os.path.realpath(sys.executable)):
    for kind in (fcntl.F_RDLCK, fcntl.F_WRLCK):
        fd = os.open(path, os.O_RDONLY)
        try:
            fcntl.fcntl(fd, fcntl.F_SETLEASE, kind)
            print("LEAKED: a lease on", path)
        except OSError:
            pass
        os.close(fd)
