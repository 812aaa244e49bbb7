# Looks for what all children of one warm parent would share: memory, locks, open files whose place one moves for the others.
# ends: survives
import os
import stat

with open("/proc/self/maps") as file:
    for line in file:
        if line.split()[1].startswith("rw") and line.split()[1].endswith("s"):
            print("LEAKED: shared memory", line.strip())
for fd in map(int, os.listdir("/proc/self/fd")):
    try:
        kind, target = os.fstat(fd).st_mode, os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        continue
    if stat.S_ISREG(kind) and not target.startswith(("/scratch", "/tmp", "/dev/shm")):
        print("LEAKED: an open file", target)
    elif target.startswith(("socket:", "anon_inode:")) or target in ("/dev/urandom", "/dev/random"):
        print("LEAKED: inherited", target)
