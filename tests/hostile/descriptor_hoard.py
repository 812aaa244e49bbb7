# Opens files, pipes and sockets until no descriptor is left, and answers from there.
# ends: survives
import os
import socket

hoard = []
try:
    for _ in range(3000):
        hoard.append(os.open("/dev/null", os.O_RDONLY))
    print("LEAKED: opened", len(hoard))
except OSError:
    pass
for attempt in (os.pipe, socket.socketpair, lambda: os.dup(0)):
    try:
        attempt()
        print("LEAKED: one more descriptor")
    except OSError:
        pass
for fd in hoard:
    os.close(fd)
