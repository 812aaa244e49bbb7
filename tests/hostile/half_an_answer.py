# Begins an answer and ends the process in the middle of it.
# ends: killed
import gc
import os
import struct

worker = next(thing for thing in gc.get_objects() if type(thing) is dict and "replies" in thing and "requests" in thing)
os.write(worker["replies"], struct.pack(">Q", 4096) + b"{")
os._exit(0)
