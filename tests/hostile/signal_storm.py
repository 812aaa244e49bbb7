# Signals whose handlers raise and exit, sent by a process of its own a hundred times while the cell runs.
# ends: survives
import os
import signal
import time

worker = os.getpid()


def strike(number, frame):
    raise SystemExit(number)


for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGTERM, signal.SIGINT, signal.SIGALRM, signal.SIGHUP):
    signal.signal(number, strike)
storm = os.fork()
if storm == 0:
    time.sleep(0.05)  # the one that is struck has to know this process's number first
    for _ in range(50):
        os.kill(worker, signal.SIGUSR1)
        os.kill(worker, signal.SIGINT)
        time.sleep(0.004)
    os._exit(0)
over = 0
while over != storm:
    try:
        over, _ = os.waitpid(storm, 0)
    except BaseException:
        pass
for _ in range(5):  # the last ones may come late
    try:
        time.sleep(0.01)
    except BaseException:
        pass
