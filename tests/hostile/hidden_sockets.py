# Opens hundreds of sockets, whose buffers hold memory in the kernel that no process's limit counts. (They stay empty here.)
# ends: killed
import socket
import time

kept = [socket.socketpair() for _ in range(200)]
time.sleep(2)
print("LEAKED:", 2 * len(kept), "sockets")
