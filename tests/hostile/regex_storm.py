# Expressions that never end, in one step of C code that no signal handler and no other thread interrupts.
# ends: timeout
import re

re.match("(a|a|b?a)*$", "a" * 200 + "c")
