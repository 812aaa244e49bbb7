# Recurses until the stack is gone.
# ends: survives, killed
import sys

sys.setrecursionlimit(10**9)


def down(n):
    return [down(n + 1)]


class Deep:
    def __repr__(self):
        return repr(Deep()) + str(self)


down(0)
