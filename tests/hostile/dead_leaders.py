# Ends the first thread of each process, whose memory /proc then gives as none, and lets another thread take 500 MB.
# ends: killed
import ctypes
import os
import threading
import time

EXIT = {"x86_64": 60, "aarch64": 93}[os.uname().machine]


def hoard():
    time.sleep(0.2)
    kept.append(bytearray(b"x") * (500 << 20))
    time.sleep(60)


kept = []
for _ in range(4):
    if os.fork() == 0:
        threading.Thread(target=hoard).start()
        ctypes.CDLL(None).syscall(EXIT, 0)
time.sleep(60)
print("LEAKED: 2 GB in processes without a first thread")
