# Looks for the solutions and the grader's own code, everywhere they might lie.
# ends: survives
import importlib
import os
import sys

WANTED = {"solutions", "autograder", "wrong_answers", "right_answers", ".git", "course", "gradebook.db", "submitted"}
for top, folders, files in os.walk("/"):
    for name in WANTED.intersection(folders + files):
        path = os.path.join(top, name)
        try:
            inside = os.listdir(path) if name != "gradebook.db" else [open(path, "rb").read(1)]
        except OSError:  # also a command of that name: it only starts what is not there
            continue
        if inside and not top.startswith("/proc"):
            print("LEAKED: can list", path, inside[:5])
    deep = "site-packages" in top or top.startswith(("/proc", "/sys", "/usr/share", "/usr/lib"))
    folders[:] = [] if deep else folders

for name in ("autograder", "autograder.reference", "autograder.engine", "solutions"):
    try:
        importlib.import_module(name)
        print("LEAKED: imported", name)
    except ImportError:
        pass

for start in (os.getcwd(), *sys.path, "/grader", "/work", "/root", "/home"):
    for up in (".", "..", "../..", "../../.."):
        for name in ("solutions/01_self_attention.py", "autograder/reference.py", "main/autograder/engine.py"):
            path = os.path.join(start, up, name)
            if os.path.exists(path):
                print("LEAKED: sees", path)
