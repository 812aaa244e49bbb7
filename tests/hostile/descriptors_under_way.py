# Keeps descriptors under way between sockets: all processes of a user share one account of these, a grader of that user too.
# ends: survives
import os
import socket

null, lines, sent = os.open("/dev/null", os.O_RDONLY), [], 0
try:
    for _ in range(40):
        lines.append(socket.socketpair())
        socket.send_fds(lines[-1][0], [b"x"], [null] * 250)
        sent += 250
except OSError:
    pass
if sent > 800:  # a grader may open 1,024 on most machines
    print("LEAKED:", sent, "descriptors under way")
for line in lines:
    line[0].close(), line[1].close()
os.close(null)
