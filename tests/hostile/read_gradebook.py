# Looks for a gradebook, and for home folders, mail and passwords.
# ends: survives
import glob
import os
import sqlite3
import sys

ROADS = [os.path.realpath(path) for path in (sys.prefix, sys.base_prefix)] + [sys.prefix, sys.base_prefix]
for pattern in (
    "/*/gradebook.db",
    "/*/*/gradebook.db",
    "/home/*/*",
    os.path.expanduser("~root/.[bs]*"),
    "/srv/*",
    "/var/*/*",
    "/mnt/*",
    "/media/*",
):
    for path in glob.glob(pattern):
        if not any(f"{road}/".startswith(f"{path}/") for road in ROADS):  # Python itself may lie there
            print("LEAKED: sees", path)
for path in (
    "/etc/passwd",
    "/etc/shadow",
    "/etc/hostname",
    "/etc/ssh",
    os.path.expanduser("~root/.ssh"),
    "/run",
    "/var/run",
):
    if os.path.exists(path):
        print("LEAKED: sees", path)
for folder in ("..", "../..", "/grader", "/tmp", "/scratch"):
    try:
        book = sqlite3.connect(f"file:{folder}/gradebook.db?mode=ro", uri=True)
        print("LEAKED:", book.execute("select count(*) from grade").fetchone())
    except sqlite3.Error:
        pass
