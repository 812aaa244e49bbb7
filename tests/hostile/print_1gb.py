# Prints 1 GB in one piece and in many, to both streams.
# ends: survives
import sys

piece = "x" * (1 << 26)
for _ in range(16):
    print(piece)
for _ in range(300_000):
    sys.stderr.write("yyyyyyyyyyyyyyyy\n")
