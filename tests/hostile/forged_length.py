# Announces an answer of 2**63 bytes to every open file descriptor, then feeds it.
# ends: protocol or killed
import os
import struct

for number in range(3, 1024):
    try:
        os.set_blocking(number, False)
        os.write(number, struct.pack(">Q", 1 << 63) + b"\xff" * 4096)
    except OSError:
        pass
