# Changes what the next student's process will import.
# ends: survives
import os
import sys

import helpers
import torch

targets = [torch.__file__, helpers.__file__, "/grader/inside.py", sys.executable, "/usr/bin/env", os.__file__]
for path in targets:
    for target in (path, os.path.join(os.path.dirname(path), "planted.pth")):
        try:
            open(target, "a").close()
            print("LEAKED: wrote", target)
        except OSError:
            pass
