# Leaves work for later: a timer, an exit function, a trace, an exception in a thread, a finaliser.
# ends: survives
import atexit
import os
import signal
import sys
import threading

atexit.register(lambda: print("LEAKED: ran at exit"))
signal.signal(signal.SIGALRM, lambda *a: os._exit(0))
signal.setitimer(signal.ITIMER_REAL, 0.3, 0.3)
sys.settrace(lambda *a: None)


class Later:
    def __del__(self):
        raise SystemExit(0)


kept = Later()
threading.Thread(target=lambda: 1 / 0).start()
