# Sleeps without using the processor, so that no limit of processor time helps.
# ends: timeout
import time

while True:
    time.sleep(3600)
