# Makes more empty files than anyone needs: they fill no disk, but each takes memory of the kernel's.
# ends: killed
import os
import time

for number in range(30_000):
    os.close(os.open(f"/{('scratch', 'tmp', 'dev/shm')[number % 3]}/empty-{number}", os.O_CREAT))
time.sleep(2)
print("LEAKED: 30,000 files")
