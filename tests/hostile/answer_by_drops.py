# Announces an answer and sends it a byte at a time, so that something always comes and nothing ends.
# ends: timeout
import gc
import os
import struct
import time

worker = next(thing for thing in gc.get_objects() if type(thing) is dict and "replies" in thing and "requests" in thing)
pipe = worker["replies"]
os.write(pipe, struct.pack(">Q", 500_000))
while True:
    os.write(pipe, b"x")
    time.sleep(0.01)
