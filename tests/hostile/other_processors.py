# Moves to the processors on which others' notebooks are graded.
# ends: survives
import os

try:
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    print("LEAKED: may run on every processor")
except OSError:
    pass
