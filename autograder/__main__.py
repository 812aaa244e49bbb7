"""`python -m autograder`."""

import sys

from autograder.cli import main

if __name__ == "__main__":  # a worker process of `grade` imports this as well
    sys.exit(main())
