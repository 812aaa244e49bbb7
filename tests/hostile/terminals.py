# Opens terminals: their buffers are the kernel's memory, and whoever shares the folder of them sees whose there are.
# ends: survives
import os

for attempt in (os.openpty, lambda: (os.open("/dev/ptmx", os.O_RDWR),), lambda: (os.open("/dev/tty", os.O_RDWR),)):
    try:
        for fd in attempt():
            os.close(fd)
        print("LEAKED: a terminal")
    except OSError:
        pass
if os.listdir("/dev/pts"):
    print("LEAKED: terminals of others", os.listdir("/dev/pts"))
