# A thread that reads the grader's requests from every pipe and echoes them as their own answers.
# ends: survives, protocol, killed or timeout
import os
import threading


def steal():
    while True:
        for number in range(3, 1024):
            try:
                if not os.path.realpath(f"/proc/self/fd/{number}").startswith("/proc/self/fd"):
                    data = os.read(number, 1 << 16)
                    for other in range(number, 1024):
                        os.write(other, data)
            except OSError:
                pass


threading.Thread(target=steal, daemon=True).start()
