# Keeps memory where no process's limit counts it: anonymous files, System V segments, new mounts.
# ends: survives
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
try:
    os.close(os.memfd_create("hoard"))
    print("LEAKED: an anonymous file")
except OSError:
    pass
if libc.shmget(0, ctypes.c_size_t(1 << 30), 0o1666) >= 0:
    print("LEAKED: a System V segment")
for name in ("/dev/hoard", "/hoard", "/grader/hoard", "/etc/hoard", "/proc/hoard"):
    try:
        open(name, "w").close()
        print("LEAKED: wrote", name)
    except OSError:
        pass
