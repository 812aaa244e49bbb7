# Tries to reach the network, the machine itself, and its services by socket file and by abstract name.
# ends: survives
import glob
import socket

for address in (
    ("1.1.1.1", 53),
    ("8.8.8.8", 443),
    ("169.254.169.254", 80),
    ("127.0.0.1", CANARY_PORT if "CANARY_PORT" in globals() else 22),
):
    try:
        with socket.create_connection(address, timeout=1):
            print("LEAKED: reached", address)
    except OSError:
        pass
try:
    print("LEAKED: resolved", socket.gethostbyname("example.org"))
except OSError:
    pass
interfaces = [name for _, name in socket.if_nameindex()]
if interfaces not in ([], ["lo"]):
    print("LEAKED: interfaces", interfaces)
for path in glob.glob("/run/*") + glob.glob("/var/run/*") + ["\0/tmp/.X11-unix/X0", "\0autograder-canary"]:
    try:
        with socket.socket(socket.AF_UNIX) as knock:
            knock.connect(path)
            print("LEAKED: connected to", repr(path))
    except OSError:
        pass
