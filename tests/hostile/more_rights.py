# Tries to become root, raise its limits, change devices and settings of the kernel.
# ends: survives
import os
import resource


def attempt(name, action):
    try:
        action()
        print("LEAKED:", name)
    except (OSError, ValueError):
        pass


def rewrite(path):
    """Writes what stands there already: a hole shows, and the machine keeps its settings."""
    with open(path) as file:
        text = file.read()
    with open(path, "w") as file:
        file.write(text)


for user in (0, 1000):
    attempt(f"setuid {user}", lambda: os.setuid(user))
    attempt(f"setgid {user}", lambda: os.setgid(user))
attempt("setgroups", lambda: os.setgroups([0]))
for what in (resource.RLIMIT_NPROC, resource.RLIMIT_DATA, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
    attempt(f"limit {what}", lambda: resource.setrlimit(what, (1 << 40, 1 << 40)))
attempt("nice", lambda: os.nice(-5))
attempt("chmod", lambda: os.chmod("/dev/null", 0o666))
attempt("chown", lambda: os.chown("/dev/null", os.getuid(), os.getgid()))
attempt("core_pattern", lambda: rewrite("/proc/sys/kernel/core_pattern"))
attempt("sysrq", lambda: open("/proc/sysrq-trigger", "w").close())
attempt("oom", lambda: open("/proc/self/oom_score_adj", "wb", 0).write(b"-1000"))
attempt("mknod", lambda: os.mknod("/scratch/disk", 0o660 | 0o060000, os.makedev(254, 0)))
