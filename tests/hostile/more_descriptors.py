# Looks for a descriptor of the grader's: a folder or a file from outside, or a pipe that is not its own.
# ends: survives
import os
import stat

for name in os.listdir("/proc/self/fd"):
    try:
        kind = os.fstat(int(name)).st_mode
        target = os.readlink(f"/proc/self/fd/{name}")
    except OSError:
        continue
    if stat.S_ISDIR(kind) and not target.startswith("/proc"):
        print("LEAKED: a folder", target)
    elif stat.S_ISREG(kind) and not target.startswith(("/scratch", "/tmp", "/dev/shm")) and os.access(target, os.W_OK):
        print("LEAKED: a file to write", target)
    elif stat.S_ISSOCK(kind):
        print("LEAKED: a socket", name)
    elif target == "anon_inode:[eventpoll]" or stat.S_ISBLK(kind):
        print("LEAKED: ", target)
for first in {1, os.getppid()} - {os.getpid()}:  # its own it may open
    for name in range(10):
        try:
            os.open(f"/proc/{first}/fd/{name}", os.O_RDWR)
            print("LEAKED: opened a descriptor of process", first)
        except OSError:
            pass
