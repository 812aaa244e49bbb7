# Asks the kernel not to be ended when the one who grades it is.
# ends: survives
import ctypes

prctl, signal = ctypes.CDLL(None).prctl, ctypes.c_int()
prctl(2, ctypes.byref(signal))
before = signal.value
prctl(1, 0)
prctl(2, ctypes.byref(signal))
if signal.value != before:
    print("LEAKED: goes on without its grader")
