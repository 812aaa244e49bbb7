# Spreads memory over many processes, each of them within its own limit.
# ends: killed
import os
import time

for _ in range(40):
    if os.fork() == 0:
        hoard = [bytearray(os.urandom(1 << 20) * 64) for _ in range(4)]
        time.sleep(60)
        os._exit(0)
time.sleep(60)
print("LEAKED: 10 GB in 40 processes")
