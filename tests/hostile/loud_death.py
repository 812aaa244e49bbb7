# Sets a clock of processor time whose signal no handler sees, and works until it strikes.
# ends: killed or timeout
import signal

signal.signal(signal.SIGVTALRM, signal.SIG_DFL)
signal.setitimer(signal.ITIMER_VIRTUAL, 0.05)
while True:
    pass
