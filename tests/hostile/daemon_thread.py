# A thread that goes on printing after its cell has ended.
# ends: survives
import sys
import threading


def chatter():
    while True:
        print("noise " * 1000)
        sys.stderr.write("noise " * 1000)


threading.Thread(target=chatter, daemon=True).start()
