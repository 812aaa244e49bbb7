# Tricks with the collector: callbacks that raise, objects that come back from the dead, finalizers that exit.
# ends: survives
import gc
import sys
import weakref

sys.unraisablehook = lambda *_: None
again = []


class Lazarus:
    def __del__(self):
        again.append(self)
        del again[:-100]
        raise SystemExit(0)


def interrupt(phase, info):
    again.append(Lazarus())
    raise KeyboardInterrupt


gc.callbacks.append(interrupt)
for _ in range(3):
    weakref.finalize(Lazarus(), sys.exit, 0)
    gc.collect()
