# Reads memory that is not there.
# ends: killed
import ctypes

ctypes.string_at(0)
