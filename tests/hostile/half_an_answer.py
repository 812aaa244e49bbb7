# Begins an answer and ends the process in the middle of it.
# ends: killed
import fcntl
import os
import struct


def is_written(fd):
    try:
        return fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_ACCMODE == os.O_WRONLY
    except OSError:
        return False


pipe = next(fd for fd in range(300, 512) if is_written(fd))
os.write(pipe, struct.pack(">Q", 4096) + b"{")
os._exit(0)
