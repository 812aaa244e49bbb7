# Steps out through the folders of other processes in /proc.
# ends: survives
import glob
import os

here = os.stat("/")
for path in glob.glob("/proc/[0-9]*/root") + glob.glob("/proc/[0-9]*/cwd"):
    try:
        there = os.stat(path + "/.." if path.endswith("root") else path)
        if path.endswith("root") and (there.st_dev, there.st_ino) != (here.st_dev, here.st_ino):
            print("LEAKED: another root at", path, os.listdir(path))
        elif os.path.exists(path + "/solutions") or os.path.exists(path + "/pyproject.toml"):
            print("LEAKED: a repository at", path)
    except OSError:
        pass
for path in glob.glob("/proc/[0-9]*/fd/*"):
    try:
        target = os.readlink(path)
        if os.path.isdir(path) and os.listdir(path) != os.listdir(target):
            print("LEAKED: a folder from outside at", path, target)
    except OSError:
        pass
# Only this process and the sandbox's own first one may be seen.
others = [pid for pid in os.listdir("/proc") if pid.isdigit() and int(pid) > 50]
if others:
    print("LEAKED: processes of others", others)
