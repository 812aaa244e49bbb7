# Writes until nothing more fits, wherever anything can be written.
# ends: survives
import os

written = 0
block = b"d" * (1 << 20)
for folder in ("/scratch", "/tmp", "/dev/shm", "/dev", "/", "/var/tmp", "/run", "/proc", os.path.expanduser("~")):
    for number in range(1000):
        try:
            with open(f"{folder}/{number}", "wb") as file:
                for _ in range(1000):
                    written += file.write(block)
        except OSError as error:
            if error.errno != 27:  # this file is as large as may be: go on with the next
                break
if written > 2 << 30:
    print("LEAKED: wrote", written)
for folder in ("/scratch", "/tmp", "/dev/shm"):
    for name in os.listdir(folder):
        if name.isdigit():
            os.unlink(f"{folder}/{name}")
