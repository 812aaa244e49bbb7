# Fills the queues that all processes of one user share: signals that wait, timers, messages.
# ends: survives
import ctypes
import os
import signal

libc = ctypes.CDLL(None, use_errno=True)
if libc.mq_open(b"/hoard", os.O_CREAT | os.O_RDWR, 0o600, None) >= 0:
    print("LEAKED: a queue of messages")
number = signal.SIGRTMIN + 3
held = signal.pthread_sigmask(signal.SIG_BLOCK, {number})
sent = next((n for n in range(4000) if libc.sigqueue(os.getpid(), number, None) != 0), 4000)
if sent >= 4000:
    print("LEAKED:", sent, "signals that wait")
signal.signal(number, signal.SIG_IGN)  # they are gone with this
signal.pthread_sigmask(signal.SIG_SETMASK, held)
