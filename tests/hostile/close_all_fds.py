# Closes every file descriptor, the grader's among them.
# ends: killed or protocol
import os

os.closerange(0, 4096)
