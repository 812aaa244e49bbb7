# Sets itself a limit that the kernel kills for, so that its death looks like the machine's doing and is tried again.
# ends: killed
import resource

resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
while True:
    pass
