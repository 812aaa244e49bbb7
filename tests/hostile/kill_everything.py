# Kills its parent, its group and everything else it may kill.
# ends: survives, killed
import os
import signal

for target in (os.getppid(), 1, -1, 0):
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            if target == 0:
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                number = signal.SIGTERM
            os.kill(target, number)
        except OSError:
            pass
