# Stops its own process, so that nobody answers and nothing ends.
# ends: timeout or survives
import os
import signal

os.kill(os.getpid(), signal.SIGSTOP)
