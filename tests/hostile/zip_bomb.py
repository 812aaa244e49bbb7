# A megabyte that unpacks to far more than there is of memory for it.
# ends: killed or timeout or survives
import zlib

press = zlib.compressobj(9)
squeezed = b"".join([press.compress(b"\0" * (1 << 20)) for _ in range(40)] + [press.flush()])
try:
    kept = [zlib.decompress(squeezed) for _ in range(30)]
except MemoryError:
    kept = None
