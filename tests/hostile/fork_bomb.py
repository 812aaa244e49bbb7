# Starts processes that start processes.
# ends: survives, killed or timeout
import os
import time

end = time.monotonic() + 3
while time.monotonic() < end:
    try:
        os.fork()
    except OSError:
        time.sleep(0.01)
