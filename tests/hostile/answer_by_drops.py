# Announces an answer and sends it a byte at a time, so that something always comes and nothing ends.
# ends: timeout
import fcntl
import os
import struct
import time


def is_written(fd):
    try:
        return fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_ACCMODE == os.O_WRONLY
    except OSError:
        return False


pipe = next(fd for fd in range(300, 512) if is_written(fd))
os.write(pipe, struct.pack(">Q", 500_000))
while True:
    os.write(pipe, b"x")
    time.sleep(0.01)
