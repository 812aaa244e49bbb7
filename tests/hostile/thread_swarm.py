# Starts threads until no more can be started.
# ends: survives
import threading

threading.stack_size(1 << 16)
go, started = threading.Event(), []
try:
    for _ in range(400):
        started.append(threading.Thread(target=go.wait, daemon=True))
        started[-1].start()
    print("LEAKED: started", len(started), "threads")
except (RuntimeError, MemoryError):
    started.pop()
go.set()
for thread in started:
    thread.join()
threading.stack_size(0)
