# Reads and writes the memory of the other processes it sees, and asks the kernel about its own place.
# ends: survives
import os

for pid in {1, os.getppid()} - {os.getpid()}:  # its own and its children's it may read
    for name, mode in (("mem", "rb"), ("mem", "r+b"), ("maps", "rb"), ("auxv", "rb"), ("syscall", "rb")):
        try:
            with open(f"/proc/{pid}/{name}", mode) as file:
                if file.read(1):
                    print("LEAKED:", name, "of process", pid)
        except (OSError, ValueError):
            pass
for path in ("/proc/kcore", "/dev/mem", "/dev/kmsg", "/proc/kmsg", "/sys/kernel/debug", "/sys/fs/cgroup/cgroup.procs"):
    try:
        open(path, "rb").close()
        print("LEAKED: opened", path)
    except OSError:
        pass
