# Puts each of its processes into a session of its own: Linux deals out the processor by sessions, so many get many shares.
# ends: survives
import os

alone, says = os.pipe()
child = os.fork()
if child == 0:
    os.setsid()
    os.write(says, b"y" if os.getsid(0) == os.getpid() else b"n")
    os._exit(0)
os.waitpid(child, 0)
if os.read(alone, 1) != b"n":
    print("LEAKED: a session of its own")
os.close(alone), os.close(says)
