# Fills shared memory that has no file and gives the pages back: they stay, and count for no process.
# ends: survives
import mmap
import os

null, zero = (os.open(f"/dev/{name}", os.O_RDWR) for name in ("null", "zero"))
for name, where in (("without a file", -1), ("of /dev/zero", zero), ("of /dev/null", null)):
    try:
        hoard = mmap.mmap(where, 1 << 20)
        hoard.write(b"x" * (1 << 20))
        hoard.madvise(mmap.MADV_DONTNEED)
        if hoard[:1] == b"x":
            print("LEAKED: shared memory", name)
    except OSError:
        pass
if os.read(zero, 3) != b"\0\0\0":
    print("LEAKED: /dev/zero is something else")
os.close(null), os.close(zero)
